"""When it was: the order of the dates, the zone, and each row's hours in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from registrations.platforms.dates import DateOrder, Stamp
from registrations.platforms.rows import Flag, Placed, PlacedRow, Problem, Question, Report, Row, Schedule

# A report within this of a session is taken for that session's.
NEAR = timedelta(hours=36)
DATE_ORDER = "date_order"
_CHOICES = (DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST)
_BACKWARDS = _("Left before joining: the hours are taken as unknown.")


def place(report: Report, *, schedule: Schedule, zone: str, order: DateOrder | None = None) -> Placed | Question:
    """Turn what the file says into moments, or ask.

    zone: the IANA name that staff chose; a file that names its own zone is read in that.
    order: what staff answered. Without it, the order that lands within 36 hours of the session is taken when there is
    exactly one; else the answer is a Question, never a guess.
    """
    clock = _Clock(report.zone or zone, schedule)
    orders = [order] if order in report.date_orders else list(report.date_orders)
    if len(orders) > 1:
        near = [each for each in orders if clock.is_near(report.rows, each)]
        if len(near) != 1 and not _same(report.rows, orders):
            return Question(DATE_ORDER, tuple(str(each) for each in orders))
        orders = near or orders
    chosen = orders[0] if orders else None
    problems: list[Problem] = []
    rows = tuple(clock.placed(row, chosen, problems) for row in report.rows)
    return Placed(
        report=report,
        order=chosen,
        zone=clock.zone,
        near=not report.has_times or clock.is_near(report.rows, chosen),
        rows=_ended(rows, schedule),
        problems=tuple(problems),
    )


def _same(rows: Iterable[Row], orders: Iterable[DateOrder]) -> bool:
    """Whether every date is one day in all the orders: 06/06."""
    return all(
        len({stamp.on(order) for order in orders}) == 1 for row in rows for stamp in (row.joined, row.left) if stamp
    )


@dataclass(frozen=True, slots=True)
class _Clock:
    """The wall clock that the file was written by."""

    zone: str
    schedule: Schedule

    def is_near(self, rows: Iterable[Row], order: DateOrder | None) -> bool:
        return any(
            self.schedule.starts_at - NEAR <= moment <= self.schedule.ends_at + NEAR
            for row in rows
            for stamp in (row.joined, row.left)
            if stamp and (moment := self._moment(stamp, order))
        )

    def placed(self, row: Row, order: DateOrder | None, problems: list[Problem]) -> PlacedRow:
        joined = self._moment(row.joined, order) if row.joined else None
        left = self._moment(row.left, order, after=joined) if row.left else None
        if Flag.STILL_THERE not in row.flags and row.seconds is not None:
            length = timedelta(seconds=row.seconds)
            joined, left = joined or (left and left - length), left or (joined and joined + length)
        if joined and left and left < joined:
            problems.append(Problem(row.line, _BACKWARDS))
            joined = left = None
        return PlacedRow(row, joined, left)

    def _moment(self, stamp: Stamp, order: DateOrder | None, after: datetime | None = None) -> datetime | None:
        naive = next(self._naive(stamp, order, after), None)
        if naive is None:
            return None
        moment = self._aware(naive, stamp)
        if after and moment < after:
            # The hour that the clock shows twice in autumn: the second one.
            second = self._aware(naive.replace(fold=1), stamp)
            return second if second >= after else moment
        return moment

    def _aware(self, naive: datetime, stamp: Stamp) -> datetime:
        return naive.replace(tzinfo=UTC if stamp.utc else ZoneInfo(self.zone)).astimezone(UTC)

    def _naive(self, stamp: Stamp, order: DateOrder | None, after: datetime | None) -> Iterator[datetime]:
        """The moment on the wall clock; an hour without a day is the one nearest the session, or the next one."""
        if stamp.numbers is not None:
            if found := stamp.at(order or DateOrder.YEAR_FIRST):
                yield found
            return
        local = ZoneInfo(self.zone)
        begins = self.schedule.starts_at.astimezone(local).replace(tzinfo=None)
        first = after.astimezone(local).replace(tzinfo=None) if after else None
        days = [begins.date() + timedelta(days=distance) for distance in (-1, 0, 1, 2)]
        moments = [moment for day in days if (moment := stamp.at(DateOrder.HOUR_ONLY, day))]
        if first:
            yield next((moment for moment in moments if moment >= first), moments[-1])
        else:
            yield min(moments, key=lambda moment: abs(moment - begins))


def _ended(rows: tuple[PlacedRow, ...], schedule: Schedule) -> tuple[PlacedRow, ...]:
    """Whoever never leaves a list of arrivals and departures was there until its last line at least; their hours in the
    session are known if that is after its end."""
    last = max((moment for row in rows for moment in (row.joined_at, row.left_at) if moment), default=None)
    if last is None or last < schedule.ends_at:
        return rows
    return tuple(
        replace(placed, left_at=last) if Flag.STILL_THERE in placed.row.flags and placed.joined_at else placed
        for placed in rows
    )
