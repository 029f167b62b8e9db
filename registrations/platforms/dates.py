"""Dates and hours as reports write them, read without deciding whether the day or the month comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache

from iatp_events.lib.folding import fold


class DateOrder(StrEnum):
    """How the dates of a file are to be read."""

    MONTH_FIRST = "month-first"
    DAY_FIRST = "day-first"
    YEAR_FIRST = "year-first"
    NAMED = "named-month"
    HOUR_ONLY = "hour-only"  # No dates at all: the day is the session's.


@dataclass(frozen=True, slots=True)
class Stamp:
    """One moment as written.

    numbers: year, month, day where `order` says so; as written where it says nothing; None: an hour without a day.
    seconds: since midnight. exact: whether seconds were written. utc: the text named its zone, and this is UTC.
    """

    numbers: tuple[int, int, int] | None
    order: DateOrder | None
    seconds: int
    exact: bool
    utc: bool = False

    def on(self, order: DateOrder) -> date | None:
        """The day in this order, None where that is no day."""
        if self.numbers is None:
            return None
        first, second, third = self.numbers
        if self.order is not None:
            year, month, day = first, second, third
        else:
            month, day, year = (first, second, third) if order is DateOrder.MONTH_FIRST else (second, first, third)
        try:
            return date(year, month, day)
        except ValueError:
            return None

    def at(self, order: DateOrder, on: date | None = None) -> datetime | None:
        """The naive moment in this order; `on` is the day of a stamp that has none."""
        day = on if self.numbers is None else self.on(order)
        return datetime.combine(day, datetime.min.time()) + timedelta(seconds=self.seconds) if day else None


# The year of two digits: platforms are younger than that.
_CENTURY = 2000
_TIME = (
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?"
    r"\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{2}:?\d{2})?"
)
_NUMBERS = re.compile(
    rf"(?:[a-z]+\.?,?\s+)?(?P<a>\d{{1,4}})(?P<mark>[/.-])(?P<b>\d{{1,2}})(?P=mark)(?P<c>\d{{1,4}})(?:,?\s+|t){_TIME}"
)
_DAY_NAMED = re.compile(
    r"(?:[a-z]+\.?,?\s+)?(?P<day>\d{1,2})(?:º|er|\.)?[\s-]+(?:de\s+)?(?P<month>[a-z]{3,10})\.?,?[\s-]+(?:del?\s+)?(?P<year>\d{4}),?"
    rf"\s+(?:a\s+las?\s+|as\s+|a\s+)?{_TIME}"
)
_MONTH_NAMED = re.compile(
    rf"(?:[a-z]+\.?,\s+)?(?P<month>[a-z]{{3,10}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}),?\s+(?:at\s+)?{_TIME}"
)
_HOUR = re.compile(_TIME)
# What every date and every hour has, and how long they are at most.
_POSSIBLE = re.compile(r"\d(?:[:.]\d{2}|\s*[apAP]\.?\s?[mM]\b)")
_LONGEST = 60
# The beginnings of the months' names in English, Spanish, Portuguese and French, folded.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene",
            "feb fev",
            "mar",
            "apr abr avr",
            "may mai",
            "jun juin",
            "jul juil",
            "aug ago aou",
            "sep set",
            "oct out",
            "nov",
            "dec dic dez",
        ),
        1,
    )
    for name in names.split()
}


def read(text: str) -> Stamp | None:
    """Read one cell; None for anything that is no date with an hour and no hour alone.

    Reads "11/28/2024 10:41:02 AM", "28.11.2024 10:41", "2024-11-28T13:41:02Z", "Nov 28, 2024 10:41",
    "26 de set. de 2026 10:08" and "10:41 AM".
    """
    return _read(text) if len(text) <= _LONGEST and _POSSIBLE.search(text) else None


@lru_cache(maxsize=20_000)
def _read(text: str) -> Stamp | None:
    plain = fold(text)
    if match := _NUMBERS.fullmatch(plain):
        numbers, order = _numbers(int(match["a"]), int(match["b"]), int(match["c"]))
        return _stamp(match, numbers, order) if numbers else None
    if match := _DAY_NAMED.fullmatch(plain) or _MONTH_NAMED.fullmatch(plain):
        month = _month(match["month"])
        return _stamp(match, (int(match["year"]), month, int(match["day"])), DateOrder.NAMED) if month else None
    if match := _HOUR.fullmatch(plain):
        return _stamp(match, None, DateOrder.HOUR_ONLY)
    return None


def _numbers(a: int, b: int, c: int) -> tuple[tuple[int, int, int] | None, DateOrder | None]:
    if a > 999:
        return (a, b, c), DateOrder.YEAR_FIRST
    year = c if c > 99 else c + _CENTURY
    possible = any(_is_day(year, month, day) for month, day in ((a, b), (b, a)))
    return ((a, b, year) if possible else None), None


def _month(name: str) -> int:
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3], 0)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _stamp(match: re.Match[str], numbers: tuple[int, int, int] | None, order: DateOrder | None) -> Stamp | None:
    seconds = _seconds(match)
    if seconds is None or (order is not None and numbers and not _is_day(*numbers)):
        return None
    stamp = Stamp(numbers, order, seconds, exact=bool(match["second"]))
    return _in_utc(stamp, match["zone"]) if match["zone"] and numbers and order else stamp


def _seconds(match: re.Match[str]) -> int | None:
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if match["half"] and hour <= 12:
        hour = hour % 12 + (12 if match["half"].startswith("p") else 0)
    return hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None


def _in_utc(stamp: Stamp, zone: str) -> Stamp:
    digits = re.search(r"([+-])(\d{2}):?(\d{2})", zone)
    minutes = int(f"{digits[1]}{int(digits[2]) * 60 + int(digits[3])}") if digits else 0
    local = stamp.at(DateOrder.YEAR_FIRST)
    if local is None or abs(minutes) >= 24 * 60:
        return stamp
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes))).astimezone(UTC)
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return Stamp((moment.year, moment.month, moment.day), stamp.order, seconds, stamp.exact, utc=True)


def orders(stamps: Iterable[Stamp]) -> tuple[DateOrder, ...]:
    """Every order under which all these stamps are dates. None, where two of them contradict each other."""
    seen = {(stamp.numbers, stamp.order) for stamp in stamps}
    undecided = {numbers for numbers, order in seen if order is None}
    if not undecided:
        return tuple(order for order in DateOrder if any(order is of for _numbers, of in seen))[:1]
    both = (DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST)
    return tuple(order for order in both if all(Stamp(numbers, None, 0, False).on(order) for numbers in undecided))
