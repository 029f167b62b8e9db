"""Rows to people, by what the file alone proves; whose registration it is is for others to say.

One address is one person. Without an address, what the platform itself knows someone by; else a name, as long as it was
never in two places at once: then it may be two devices or two people of that name, and each row stands alone, flagged
NAMESAKES, until someone says so (`together`). Names of devices that tell nothing of their owner are never joined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

from iatp_events.lib.intervals import Interval, seconds_within, union
from registrations.platforms import names
from registrations.platforms.rows import Flag, Person, Placed, PlacedRow, Role, Schedule

_RANK = (Role.HOST, Role.SPEAKER, Role.AUDIENCE)
# What is one person's only if it is on every row of theirs.
_OF_ALL = frozenset({Flag.DEVICE, Flag.NO_OWNER})
# A length in whole minutes beside hours with seconds is shorter than they are only if it is by a minute.
_ROUNDING = 60


def people(placed: Placed, *, schedule: Schedule) -> tuple[Person, ...]:
    """The people of a report, in the order in which they first appear."""
    by_key: dict[tuple[str, str], list[PlacedRow]] = defaultdict(list)
    for row in placed.rows:
        by_key[_key(row)].append(row)
    groups = chain.from_iterable(_alone_or_together(kind, rows) for (kind, _value), rows in by_key.items())
    found = [_person(rows, schedule, flags) for rows, flags in groups]
    return tuple(sorted(found, key=lambda person: person.rows[0].row.line))


def together(some: Iterable[Person], *, schedule: Schedule) -> Person:
    """Several of these are one person, as someone has said: the union of their hours, never the sum."""
    rows = chain.from_iterable(one.rows for one in some)
    in_order = sorted(rows, key=lambda placed: (not placed.row.email, placed.row.line))
    return _person(in_order, schedule, frozenset())


def stated(placed: PlacedRow) -> int | None:
    """The length that a row states, where it is shorter than its hours and so counts instead of them; else None."""
    row = placed.row
    if row.seconds is None or placed.joined_at is None or placed.left_at is None:
        return None
    exact = any(stamp and stamp.exact for stamp in (row.joined, row.left))
    slack = _ROUNDING if row.rounded and exact else 0
    whole = (placed.left_at - placed.joined_at).total_seconds()
    return row.seconds if row.seconds + slack <= whole and row.seconds < whole else None


def _key(placed: PlacedRow) -> tuple[str, str]:
    row = placed.row
    if row.email:
        return "email", row.email
    if row.token:
        return "token", row.token
    return ("line", str(row.line)) if Flag.NO_OWNER in row.flags else ("name", names.key(row.name))


def _alone_or_together(kind: str, rows: list[PlacedRow]) -> list[tuple[list[PlacedRow], frozenset[Flag]]]:
    if kind == "name" and len(rows) > 1 and not _one_after_the_other(rows):
        return [([row], frozenset({Flag.NAMESAKES})) for row in rows]
    return [(rows, frozenset())]


def _one_after_the_other(rows: list[PlacedRow]) -> bool:
    """Whether these rows can be one person at one device: rows without hours cannot be told apart, so they are not.

    A row that stands twice in the file, to the second, is one row.
    """
    hours = _hours(rows)
    return len(hours) == len(rows) and all(before.end <= after.start for before, after in pairwise(sorted(set(hours))))


def _person(rows: Sequence[PlacedRow], schedule: Schedule, flags: frozenset[Flag]) -> Person:
    own = [placed.row for placed in rows]
    email = next((row.email for row in own if row.email), "")
    of_some = frozenset().union(*(row.flags for row in own))
    of_all = frozenset.intersection(*(row.flags for row in own)) if not email else frozenset()
    stated = [row.seconds for row in own]
    return Person(
        names=tuple(dict.fromkeys(row.name for row in own if row.name)),
        formal_names=tuple(dict.fromkeys(row.formal_name for row in own if row.formal_name)),
        email=email,
        token=next((row.token for row in own if row.token), ""),
        role=min((row.role for row in own), key=_RANK.index),
        intervals=tuple((one.start, one.end) for one in union(_hours(rows))),
        seconds=_seconds(rows, schedule),
        stated=None if None in stated else sum(filter(None, stated)),
        flags=flags | (of_some - _OF_ALL) | (of_all & _OF_ALL),
        rows=tuple(rows),
    )


def _hours(rows: Iterable[PlacedRow]) -> list[Interval]:
    return [Interval(row.joined_at, row.left_at) for row in rows if row.joined_at and row.left_at]


def _seconds(rows: Sequence[PlacedRow], schedule: Schedule) -> int | None:
    """Inside the schedule; None as soon as one row's hours are unknown."""
    hours = _hours(rows)
    if len(hours) != len(rows):
        return None
    stretches = zip(hours, map(stated, rows), strict=True)
    return seconds_within(stretches, Interval(schedule.starts_at, schedule.ends_at))
