"""What a measurement says: one row of the table and of bench.json."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TypedDict


class Row(TypedDict):
    """ratio: the figure, in the unit that `what` names; at_most: whether the goal is a ceiling or a floor."""

    ratio: float
    goal: float
    at_most: bool
    low: float
    high: float
    what: str


Rows = dict[str, Row]


def compared(pairs: Sequence[tuple[float, float]], goal: float, what: str) -> Row:
    """The ratio of the medians of alternating runs, and the lowest and highest ratio of two neighbours.

    pairs: ours and the bare rate of each round.
    """
    ratios = [ours / bare for ours, bare in pairs]
    ours, bare = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    said = f"{what}; {ours:.0f} / {bare:.0f} per second"
    return _row(ours / bare, ratios, goal, said, at_most=False)


def bounded(figure: float, tries: Sequence[float], goal: float, what: str) -> Row:
    """A figure that must not pass its goal, between the lowest and the highest of its tries."""
    return _row(figure, tries, goal, what, at_most=True)


def _row(figure: float, tries: Sequence[float], goal: float, what: str, *, at_most: bool) -> Row:
    return Row(
        ratio=round(figure, 3),
        goal=goal,
        at_most=at_most,
        low=round(min(tries), 3),
        high=round(max(tries), 3),
        what=what,
    )


def table(rows: Rows) -> str:
    lines = [f"{'':<20} {'ratio':>7} {'goal':>7} {'low':>7} {'high':>7}"]
    for name, row in rows.items():
        goal = f"{'≤' if row['at_most'] else '≥'} {row['goal']:g}"
        lines.append(f"{name:<20} {row['ratio']:>7} {goal:>7} {row['low']:>7} {row['high']:>7}   {row['what']}")
    return "\n".join(lines)
