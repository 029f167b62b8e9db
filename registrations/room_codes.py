"""The code that staff show in the room: six digits, another one every minute, derived and never stored."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare

from iatp_events.lib import signing
from workshops.models import Session

EVERY = 60
# Who types it late still has it: the one just gone counts as well, and after the end the last ones for a while.
STAYS = timedelta(minutes=15)
_PURPOSE = "room_code"
# What telephones and hands make of digits.
_MEANT = str.maketrans({"o": "0", "O": "0", "l": "1", "I": "1", "i": "1", "|": "1"})


def is_shown(session: Session, now: datetime) -> bool:
    """From the start until some minutes after the end, of a session that takes place."""
    if session.starts_at is None or session.ends_at is None or session.is_cancelled:
        return False
    return session.starts_at <= now < session.ends_at + STAYS


def is_early(session: Session, now: datetime) -> bool:
    return session.starts_at is not None and now < session.starts_at and not session.is_cancelled


def current(session: Session, now: datetime) -> str:
    """ "482915"."""
    return _of(session, _turn(now))


def seconds_left(now: datetime) -> int:
    """How long the current one is shown; at least 1."""
    return EVERY - int(now.timestamp()) % EVERY


def accepts(session: Session, typed: str, now: datetime) -> bool:
    """Whether this is the code, or the one just gone, however it is spaced."""
    turn, digits = _turn(now), read(typed)
    matches = [constant_time_compare(digits, _of(session, turn - back)) for back in (0, 1)]
    return any(matches)


def read(typed: str) -> str:
    """The digits of what was typed: "48 29-l5" → "482915"."""
    return "".join(str(int(letter)) for letter in typed[:40].translate(_MEANT) if letter.isdecimal())


def _turn(now: datetime) -> int:
    return int(now.timestamp()) // EVERY


def _of(session: Session, turn: int) -> str:
    return signing.code(_PURPOSE, session.pk, turn)
