"""Sessions as iCalendar (RFC 5545, 5546, 7986): one UID each, a sequence that only rises, times in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText
from icalendar.parser import Contentline

from iatp_events.lib import languages
from workshops.choices import Mode
from workshops.models import Session

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"
_ATTENDEE = "ATTENDEE"
# Stands for the address that is each guest's own: letters of the private use area, which no keyboard writes.
_SOME_URL = "\ue000url\ue001"


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom an invitation is for."""

    name: str
    address: str


def uid(session: Session) -> str:
    """The same in mails, downloads and feeds, and whatever number the session gets: no calendar holds it twice."""
    return f"{session.calendar_uid}@{settings.SITE_HOST}"


def event(
    session: Session,
    *,
    url: str,
    sequence: int,
    stamp: datetime | None = None,
    guest: Guest | None = None,
    cancelled: bool = False,
) -> Event | None:
    """One session as an event; None while its hour is unknown, for a calendar cannot hold "to be announced".

    A withdrawal needs no hour: it takes what stood in the calendar away.

    url: the page a reader goes to, never the raw meeting link.
    sequence: never lower than in any copy that left before.
    stamp: when this copy became true; by default when the session was revised.
    """
    facts = _facts(session, sequence, stamp, cancelled=cancelled)
    if facts is None:
        return _withdrawal(session, sequence, stamp, guest) if cancelled else None
    entry = _event(facts, url)
    if guest is not None:
        entry.add("attendee", _attendee(guest), encode=False)
    return entry


def invitation(session: Session, *, url: str, sequence: int, guest: Guest, stamp: datetime | None = None) -> bytes:
    """A calendar that invites one guest to one session; empty while its hour is unknown.

    Byte for byte `calendar([event(…)], method=REQUEST)`, but what its guests share is written once for all of them.
    """
    facts = _facts(session, sequence, stamp)
    if facts is None:
        return b""
    return b"\r\n".join(line if isinstance(line, bytes) else _own(line, url, guest) for line in _shared(facts))


@lru_cache(maxsize=128)
def _shared(facts: _Facts) -> tuple[bytes | str, ...]:
    """The lines of an invitation: bytes where they are everybody's, not yet folded where one guest's go in."""
    entry = _event(facts, _SOME_URL)
    entry.add("attendee", _attendee(Guest("", "")), encode=False)
    lines = _calendar([entry], method=REQUEST).content_lines()
    own = [_SOME_URL in line or line.startswith(_ATTENDEE) for line in lines]
    return tuple(str(line) if mine else _folded(line) for line, mine in zip(lines, own, strict=True))


def _folded(line: str) -> bytes:
    # The last one is empty: each line ends, also the last.
    folded: bytes = Contentline(line).to_ical() if line else b""
    return folded


def _own(line: str, url: str, guest: Guest) -> bytes:
    if line.startswith(_ATTENDEE):
        attendee = _attendee(guest)
        return _folded(Contentline.from_parts(_ATTENDEE, attendee.params, attendee))
    return _folded(line.replace(_SOME_URL, url))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an event says, to whomever."""

    uid: str
    sequence: int
    stamp: datetime
    starts: datetime
    ends: datetime
    summary: str
    description: str
    place: str
    status: str
    organiser: tuple[str, str]


def _facts(session: Session, sequence: int, stamp: datetime | None, *, cancelled: bool = False) -> _Facts | None:
    if session.starts_at is None or session.ends_at is None:
        return None
    in_person = ", ".join(part for part in (session.venue, session.address) if part)
    return _Facts(
        uid=uid(session),
        sequence=sequence,
        stamp=(stamp or session.revised_at or session.starts_at).astimezone(UTC),
        starts=session.starts_at.astimezone(UTC),
        ends=session.ends_at.astimezone(UTC),
        summary=f"{session.heading} · {session.series}",
        description=str(languages.pick(session.summary, session.series.languages)),
        place="" if session.mode == Mode.ONLINE else in_person,
        status="CANCELLED" if cancelled or session.is_cancelled else "CONFIRMED",
        organiser=_organiser_of(session),
    )


def _event(facts: _Facts, url: str) -> Event:
    entry = Event()
    entry.add("uid", facts.uid)
    entry.add("sequence", facts.sequence)
    entry.add("dtstamp", facts.stamp)
    entry.add("last-modified", facts.stamp)
    entry.add("dtstart", facts.starts)
    entry.add("dtend", facts.ends)
    entry.add("summary", facts.summary)
    entry.add("description", f"{facts.description}\n\n{url}".strip())
    entry.add("location", facts.place or url)
    entry.add("url", url)
    entry.add("status", facts.status)
    entry.add("transp", "OPAQUE")
    entry.add("organizer", _organiser(*facts.organiser))
    return entry


def _withdrawal(session: Session, sequence: int, stamp: datetime | None, guest: Guest | None) -> Event:
    """RFC 5546, 3.2.5: a CANCEL names its event by UID and sequence and may leave the rest out."""
    entry = Event()
    entry.add("uid", uid(session))
    entry.add("sequence", sequence)
    entry.add("dtstamp", (stamp or session.revised_at or session.series.created_at).astimezone(UTC))
    entry.add("summary", f"{session.heading} · {session.series}")
    entry.add("status", "CANCELLED")
    entry.add("organizer", _organiser(*_organiser_of(session)))
    if guest is not None:
        entry.add("attendee", _attendee(guest), encode=False)
    return entry


def calendar(events: Iterable[Event | None], *, method: str, name: str = "", refresh: timedelta | None = None) -> bytes:
    """Put events into one calendar. refresh: how often a subscribed calendar should look again."""
    result = _calendar(events, method=method)
    if name:
        result.add("name", name)
        result.add("x-wr-calname", name)
    if refresh:
        result.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        result.add("x-published-ttl", refresh, parameters={"VALUE": "DURATION"})
    content: bytes = result.to_ical()
    return content


def _calendar(events: Iterable[Event | None], *, method: str) -> Calendar:
    result = Calendar()
    result.add("prodid", "-//IATP Platform//Community in Practice//EN")
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("method", method)
    for entry in events:
        if entry is not None:
            result.add_component(entry)
    return result


def _organiser_of(session: Session) -> tuple[str, str]:
    """Address and name."""
    return session.series.contact or _bare(settings.DEFAULT_FROM_EMAIL), str(session.series)


def _organiser(address: str, name: str) -> vCalAddress:
    organiser = vCalAddress(f"MAILTO:{address}")
    organiser.params["CN"] = vText(name)
    return organiser


def _attendee(guest: Guest) -> Any:
    attendee: Any = vCalAddress(f"MAILTO:{guest.address}")
    attendee.params["CN"] = vText(guest.name)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _bare(sender: str) -> str:
    return sender.rsplit("<", 1)[-1].strip(" >")
