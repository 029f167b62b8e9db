"""Which day holds where a file's dates contradict what its sources state, or each other."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils import translation
from django.utils.dates import WEEKDAYS

from iatp_events.lib import languages
from iatp_events.lib.folding import fold
from workshops.loading.fields import BadFile, Fields

HOLDS = ("date", "stated")


@dataclass(frozen=True, slots=True)
class Stated:
    """A day as a source printed it; each part may be missing."""

    weekday: int | None
    day: int | None
    month: int | None

    def __str__(self) -> str:
        """ "Thursday, October 28"."""
        month = calendar.month_name[self.month] if self.month else ""
        words = [
            calendar.day_name[self.weekday] if self.weekday is not None else "",
            f"{month} {self.day or ''}".strip(),
        ]
        return ", ".join(word for word in words if word)

    def contradicts(self, day: date) -> bool:
        said = [(self.weekday, day.weekday()), (self.day, day.day), (self.month, day.month)]
        return any(stated is not None and stated != found for stated, found in said)


def settle(sessions: dict[int, Fields]) -> tuple[dict[int, date | None], list[str]]:
    """Find the day that holds for each session number, and say every contradiction in a line.

    Raises BadFile for a contradiction of which the file does not say what holds.
    """
    days, lines, decided = {}, [], set()
    for number, fields in sorted(sessions.items()):
        given, stated, holds = fields.day("date"), _stated(fields), fields.choice("holds", HOLDS)
        days[number] = given
        if holds:
            decided.add(number)
        if given and stated and stated.contradicts(given):
            days[number] = _held(fields, given, stated, holds)
            before = max((day for day in list(days.values())[:-1] if day), default=None)
            lines.append(_told(number, given, stated, days[number], holds, before))
    return days, lines + _out_of_order(sessions, days, decided)


def _held(fields: Fields, given: date, stated: Stated, holds: str) -> date:
    if not holds:
        raise fields.wrong(
            "date", f"{_long(given)} contradicts the stated “{stated}”; say in “holds” which one holds: date or stated."
        )
    if holds == "date":
        return given
    if stated.day is None or stated.month is None:
        raise fields.wrong("holds", "the stated day holds, but it names no day and month.")
    try:
        day = given.replace(month=stated.month, day=stated.day)
    except ValueError:
        raise fields.wrong("stated", f"“{stated}” is no day of {given.year}.") from None
    if stated.contradicts(day):
        raise fields.wrong("stated", f"“{stated}” contradicts itself: {_long(day)} is that day in {given.year}.")
    return day


def _told(number: int, given: date, stated: Stated, held: date | None, holds: str, before: date | None) -> str:
    line = f"session {number}: a source states “{stated}”, the file has {_long(given)}"
    if stated.day and stated.month and stated.day <= calendar.monthrange(given.year, stated.month)[1]:
        printed = given.replace(month=stated.month, day=stated.day)
        line += f"; {calendar.month_name[printed.month]} {printed.day} is a {calendar.day_name[printed.weekday()]}"
        line += f" and comes before an earlier session, on {_long(before)}" if before and printed < before else ""
    return f"{line}. Loaded {held}, because the file says that “{holds}” holds."


def _out_of_order(sessions: dict[int, Fields], days: dict[int, date | None], decided: set[int]) -> list[str]:
    lines = []
    dated = [(number, day) for number, day in sorted(days.items()) if day]
    for (earlier, first), (later, second) in pairwise(dated):
        if second >= first:
            continue
        what = f"session {later} ({_long(second)}) comes before session {earlier} ({_long(first)})"
        if not {earlier, later} & decided:
            raise BadFile(f"{sessions[later].where}.date: {what}; say in “holds” that the date holds, or correct it.")
        lines.append(f"{what}; loaded so, because the file says that it holds.")
    return lines


def _stated(session: Fields) -> Stated | None:
    fields = session.object("stated")
    if fields is None:
        return None
    weekday = fields.text("weekday", longest=40)
    known = _weekdays()
    if weekday and fold(weekday) not in known:
        raise fields.wrong("weekday", f"“{weekday}” is no day of the week.")
    return Stated(
        weekday=known.get(fold(weekday)),
        day=fields.number("day", lowest=1, highest=31),
        month=fields.number("month", lowest=1, highest=12),
    )


def _weekdays() -> dict[str, int]:
    """The names of the days in all our languages; Monday is 0."""
    names: dict[str, int] = {}
    for code in languages.CODES:
        with translation.override(code):
            names |= {fold(str(name)): number for number, name in WEEKDAYS.items()}
    return names


def _long(day: date) -> str:
    return f"{calendar.day_name[day.weekday()]}, {calendar.month_name[day.month]} {day.day}, {day.year}"
