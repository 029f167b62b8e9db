"""Whose turn a freed place is, and for how long. No database."""

from __future__ import annotations

from datetime import datetime, timedelta

from registrations import moments
from workshops.models import Session

# Nearer to the start a place waits for nobody: whoever on the list presses first has it.
OPEN_TO_ALL = timedelta(hours=2)
LEAST, MOST = timedelta(minutes=30), timedelta(hours=24)
# An invitation comes unasked: who reads it may not look at their mail every day.
MOST_INVITED = timedelta(days=3)
# After a night: who reads mail in the morning shall find the place still there.
BREAKFAST = timedelta(hours=2)


def kept_until(session: Session, zone: str, now: datetime, *, most: timedelta = MOST) -> datetime | None:
    """Until when a place that is free now is kept for one reader; None when it is open to all.

    A quarter of the time that is left, at least half an hour and by default at most a day; where that ends in the
    reader's night, the next morning if there is still time. zone: the reader's.
    """
    if is_open_to_all(session, now):
        return None
    if session.starts_at is None:
        return _by_day(now + most, zone)
    last = session.starts_at - OPEN_TO_ALL
    until = now + min(max((last - now) / 4, LEAST), most)
    by_day = _by_day(until, zone)
    return by_day if by_day <= last else until


def is_open_to_all(session: Session, now: datetime) -> bool:
    return session.starts_at is not None and now >= session.starts_at - OPEN_TO_ALL


def _by_day(until: datetime, zone: str) -> datetime:
    morning = moments.out_of_the_night(until, zone)
    return until if morning == until else morning + BREAKFAST
