"""What a device at a door shows instead of being asked each time who stands there and what they may.

It is given with an answer for which all that was asked, names the member of staff, the door and the end, and is
signed; nothing is stored. Whoever loses the role, or signs out, has the door for as long as a pass lasts, no longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from iatp_events.lib import signing

LASTS = timedelta(minutes=1)
_PURPOSE = "door_pass"


@dataclass(frozen=True, slots=True)
class Pass:
    """by: the key of the member of staff. session: that of whose door. until: seconds since 1970."""

    by: int
    session: int
    until: int


def give(*, by: int, session: int, now: datetime) -> str:
    return signing.token(_PURPOSE, by, session, int((now + LASTS).timestamp()))


def read(text: str) -> Pass | None:
    """What a pass says, were it still good; the database's clock decides that. None where it is none of ours."""
    try:
        by, session, until = signing.read(_PURPOSE, text)
    except (signing.BadToken, ValueError):
        return None
    return Pass(by, session, until)
