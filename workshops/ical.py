"""Sessions as iCalendar (RFC 5545, 5546, 7986): one UID each, a sequence that only rises, times in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from iatp_events.lib import languages
from workshops.choices import Mode
from workshops.models import Session

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"


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
    if session.starts_at is None or session.ends_at is None:
        return _withdrawal(session, sequence, stamp, guest) if cancelled else None
    entry = Event()
    entry.add("uid", uid(session))
    entry.add("sequence", sequence)
    stamp = (stamp or session.revised_at or session.starts_at).astimezone(UTC)
    entry.add("dtstamp", stamp)
    entry.add("last-modified", stamp)
    entry.add("dtstart", session.starts_at.astimezone(UTC))
    entry.add("dtend", session.ends_at.astimezone(UTC))
    entry.add("summary", f"{session.heading} · {session.series}")
    entry.add("description", _description(session, url))
    entry.add("location", _location(session, url))
    entry.add("url", url)
    entry.add("status", "CANCELLED" if cancelled or session.is_cancelled else "CONFIRMED")
    entry.add("transp", "OPAQUE")
    _add_people(entry, session, guest)
    return entry


def _withdrawal(session: Session, sequence: int, stamp: datetime | None, guest: Guest | None) -> Event:
    """RFC 5546, 3.2.5: a CANCEL names its event by UID and sequence and may leave the rest out."""
    entry = Event()
    entry.add("uid", uid(session))
    entry.add("sequence", sequence)
    entry.add("dtstamp", (stamp or session.revised_at or session.series.created_at).astimezone(UTC))
    entry.add("summary", f"{session.heading} · {session.series}")
    entry.add("status", "CANCELLED")
    _add_people(entry, session, guest)
    return entry


def calendar(events: Iterable[Event | None], *, method: str, name: str = "", refresh: timedelta | None = None) -> bytes:
    """Put events into one calendar. refresh: how often a subscribed calendar should look again."""
    result = Calendar()
    result.add("prodid", "-//IATP Platform//Community in Practice//EN")
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("method", method)
    if name:
        result.add("name", name)
        result.add("x-wr-calname", name)
    if refresh:
        result.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        result.add("x-published-ttl", refresh, parameters={"VALUE": "DURATION"})
    for entry in events:
        if entry is not None:
            result.add_component(entry)
    content: bytes = result.to_ical()
    return content


def _description(session: Session, url: str) -> str:
    summary = languages.pick(session.summary, session.series.languages)
    return f"{summary}\n\n{url}".strip()


def _location(session: Session, url: str) -> str:
    if session.mode == Mode.ONLINE:
        return url
    return ", ".join(part for part in (session.venue, session.address) if part)


def _add_people(entry: Event, session: Session, guest: Guest | None) -> None:
    organiser = vCalAddress(f"MAILTO:{session.series.contact or _bare(settings.DEFAULT_FROM_EMAIL)}")
    organiser.params["CN"] = vText(str(session.series))
    entry.add("organizer", organiser)
    if guest is None:
        return
    attendee: Any = vCalAddress(f"MAILTO:{guest.address}")
    attendee.params["CN"] = vText(guest.name)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    entry.add("attendee", attendee, encode=False)


def _bare(sender: str) -> str:
    return sender.rsplit("<", 1)[-1].strip(" >")
