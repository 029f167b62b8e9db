"""The when of a session as one reader has it: in one city, or as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, pgettext

from iatp_events.lib import zones
from workshops.models import Session


@dataclass(frozen=True, slots=True)
class When:
    """A when in one zone; `day` is None while it is to be announced, `starts` while the hour is."""

    zone: str
    city: str
    day: date | None
    starts: datetime | None
    ends: datetime | None
    minutes: int | None
    offset: str

    @property
    def date(self) -> str:
        """ "Thursday 28 November 2024"; empty when unknown."""
        return long_date(self.day) if self.day else ""

    @property
    def hour(self) -> str:
        """ "09:00"; empty when unknown."""
        return f"{self.starts:%H:%M}" if self.starts else ""

    @property
    def place(self) -> str:
        """ "Bogotá (UTC−5)"."""
        return f"{self.city} ({self.offset})" if self.offset and self.offset != self.city else self.city


def of(session: Session, zone: str = "") -> When:
    """Read the when of a session in a zone; without one, in the session's own."""
    zone = zone or session.timezone
    if session.starts_at is None or session.ends_at is None:
        return When(session.timezone, zones.city(session.timezone), session.day, None, None, session.minutes, "")
    starts = session.starts_at.astimezone(ZoneInfo(zone))
    ends = session.ends_at.astimezone(ZoneInfo(zone))
    return When(zone, zones.city(zone), starts.date(), starts, ends, session.minutes, zones.offset(starts, zone))


def long_date(day: date) -> str:
    """Weekday and full month always: 06/03 is two different days in one region."""
    return _long_date(day, get_language())


@lru_cache(maxsize=1024)
def _long_date(day: date, _language: str | None) -> str:
    # A page says the same day some ten times.
    return format_date(day, pgettext("date format: Thursday 28 November 2024", "l j F Y"))


def short_date(day: date) -> str:
    """Day and month, where a line is short: the subject of a mail."""
    return format_date(day, pgettext("date format: 28 November", "j F"))


def shifted_clock(session: Session, before: Session) -> timedelta:
    """How far the zone's distance from UTC moved since the session before; zero when unknown."""
    if session.starts_at is None or before.starts_at is None:
        return timedelta()
    now, then = (
        moment.astimezone(ZoneInfo(session.timezone)).utcoffset() for moment in (session.starts_at, before.starts_at)
    )
    return (now or timedelta()) - (then or timedelta())
