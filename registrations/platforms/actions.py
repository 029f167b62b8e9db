"""Lists of arrivals and departures (Teams' classic list, its live events): from single events to hours."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from iatp_events.lib.folding import fold
from registrations.platforms import dates, names
from registrations.platforms.dates import Stamp
from registrations.platforms.rows import Flag, Row

_ARRIVED = re.compile(r"join|unio|ingres|entr|rejoin|conect|particip")
_LEFT = re.compile(r"left|leave|sali|saiu|abandon|quitt|parti|desconect|deconnect")


@dataclass(frozen=True, slots=True)
class Event:
    """One arrival or departure. row: who it was; its hours are still empty."""

    row: Row
    arrived: bool
    stamp: Stamp


def arrived(text: str) -> bool | None:
    """Whether the word for an action is an arrival; None where it is neither that nor a departure."""
    plain = fold(text)
    if _ARRIVED.search(plain) and not plain.startswith("parti"):
        return not plain.startswith("des")
    return False if _LEFT.search(plain) else None


def rows(events: Iterable[Event]) -> list[Row]:
    """Give one row for each stay, in the order of the arrivals; a stay without an end is flagged STILL_THERE.

    Of two stays of one name at once, the one that began first ends first.
    """
    in_order = list(events)
    order = (dates.orders(event.stamp for event in in_order) or (dates.DateOrder.YEAR_FIRST,))[0]
    in_order.sort(key=lambda event: (str(event.stamp.at(order) or ""), event.stamp.seconds))
    open_stays: dict[str, list[int]] = defaultdict(list)
    stays: list[Row] = []
    for event in in_order:
        who = event.row.token or event.row.email or names.key(event.row.name)
        if event.arrived:
            open_stays[who].append(len(stays))
            stays.append(replace(event.row, joined=event.stamp))
        elif open_stays[who]:
            index = open_stays[who].pop(0)
            stays[index] = replace(stays[index], left=event.stamp)
        else:
            stays.append(replace(event.row, left=event.stamp))
    return [_still_there(stay) if stay.joined and not stay.left else stay for stay in stays]


def _still_there(stay: Row) -> Row:
    return replace(stay, flags=stay.flags | {Flag.STILL_THERE})
