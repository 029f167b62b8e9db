"""Hours as intervals: what two devices of one person cover together is counted once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

Interval = tuple[datetime, datetime]


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same hours as intervals that neither overlap nor touch, in order."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def seconds(intervals: Iterable[Interval], within: Interval) -> int:
    """How much of these hours, which must not overlap, lies between two moments."""
    clipped = (min(end, within[1]) - max(start, within[0]) for start, end in intervals)
    return sum(max(0, round(length.total_seconds())) for length in clipped)
