"""Which export a file seems to be. It is told to staff and nothing depends on it: the reading goes by shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from iatp_events.lib.folding import fold
from registrations.platforms import columns
from registrations.platforms.columns import Columns
from registrations.platforms.dates import DateOrder
from registrations.platforms.rows import Meaning

_LABEL_LIMIT = 90
# Only Teams numbers its sections: "2. Participants".
_NUMBERED = re.compile(r"\d\.\s")
_WEBEX = frozenset({"attendee email", "attendance duration", "display name", "connection type"})
_ZOOM = frozenset({"guest", "invitado", "convidado", "recording consent", "is guest"})
_MEET = frozenset({"time joined", "time exited"})


def of(heads: Sequence[Columns], titles: Iterable[str], orders: Iterable[DateOrder]) -> str:
    """Name the layout by its headers; "table" when they are understood and nobody's we know."""
    place = {meaning for head in heads for meaning in head.place}
    cells = [cell for head in heads for cell in head.labels]
    labels = {columns.label(cell[:_LABEL_LIMIT]) for cell in cells}
    if Meaning.ACTION in place:
        return "teams-live-event" if Meaning.MOMENT_UTC in place else "teams-classic"
    if place & {Meaning.FIRST_JOINED, Meaning.LAST_LEFT} or any(_NUMBERED.match(title) for title in titles):
        return "teams-report"
    if len(labels & _WEBEX) > 1:
        return "webex"
    if Meaning.ATTENDED in place and Meaning.DURATION in place:
        return "zoom-webinar"
    if any("original" in fold(cell) for cell in cells) or labels & _ZOOM:
        return _of_zoom(place)
    if labels & _MEET or DateOrder.HOUR_ONLY in orders or place >= {Meaning.GIVEN, Meaning.FAMILY, Meaning.JOINED}:
        return "meet"
    return "teams-report" if {Meaning.ROLE, Meaning.JOINED, Meaning.DURATION} <= place else "table"


def _of_zoom(place: set[Meaning]) -> str:
    if Meaning.JOINED not in place:
        return "zoom-unique"
    return "zoom-flat" if Meaning.MEETING in place else "zoom-participants"
