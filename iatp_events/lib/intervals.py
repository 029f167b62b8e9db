"""Stretches of time: joined, cut to a window, and measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `start` until `end`, both aware; one that ends before it starts is empty."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> int:
        return max(0, round((self.end - self.start).total_seconds()))

    def within(self, window: Interval) -> Interval:
        """The part that lies inside the window."""
        return Interval(max(self.start, window.start), min(self.end, window.end))


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time, in order and without overlaps; neighbours stay two, what is empty falls away."""
    joined: list[Interval] = []
    for one in sorted(interval for interval in intervals if interval.seconds):
        if joined and one.start < joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return joined


def seconds_of(intervals: Iterable[Interval]) -> int:
    """How long they cover, each moment once."""
    return sum(interval.seconds for interval in union(intervals))


def seconds_within(stretches: Iterable[tuple[Interval, int | None]], window: Interval) -> int:
    """How much of the window somebody was there, by stretches and what length each states; None: all of it.

    A stretch may state a shorter length than it has, because it hides gaps. Then the stated length counts; what of it
    may lie in hours that are known whole adds nothing, and of stretches that hide gaps and overlap the one that adds
    most counts: more cannot be known.
    """
    known = list(stretches)
    total = 0
    for cluster in union(interval.within(window) for interval, _stated in known):
        whole: list[Interval] = []
        stated: list[tuple[Interval, int]] = []
        for interval, seconds in known:
            inside = interval.within(cluster)
            if seconds is None or seconds >= interval.seconds:
                whole.append(inside)
            else:
                stated.append((inside, min(seconds, inside.seconds)))
        there = seconds_of(whole)
        total += there + max([0, *(length - _shared(one, whole) for one, length in stated)])
    return total


def _shared(one: Interval, others: list[Interval]) -> int:
    """How much of one lies in the others."""
    return one.seconds + seconds_of(others) - seconds_of([*others, one])
