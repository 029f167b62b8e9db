"""Who reads a mail, and what it speaks of, as things stand now."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from django.db.models import Q

from iatp_events.lib import zones
from iatp_events.lib.addresses import absolute
from registrations import links
from registrations.choices import MessageKind
from registrations.emails.shelf import Shelf
from registrations.models import Attendee, EmailAddress, Message, Registration, SignIn
from workshops import when
from workshops.choices import Mode, PlaceMode, SessionState
from workshops.models import Series, Session, Speaker
from workshops.when import When

REMINDERS, ANNOUNCEMENTS = "reminders", "announcements"
_ON_LISTS = {
    MessageKind.REMINDER: REMINDERS,
    MessageKind.STARTING: REMINDERS,
    MessageKind.FOLLOW_UP: REMINDERS,
    MessageKind.ANNOUNCEMENT: ANNOUNCEMENTS,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """address: as SMTP takes it; empty when there is none."""

    name: str
    address: str
    language: str
    zone: str
    attendee: Attendee | None = None
    speaker: Speaker | None = None


def reader_of(message: Message) -> Reader:
    """One query for an attendee's addresses, where they were not read with the message; none for a speaker."""
    if message.attendee is not None:
        attendee = message.attendee
        zone = _sound(attendee.timezone, message)
        address = message.sent_to or (message.claim.deliverable if message.claim else "")
        address = address or _address_of(attendee, message.sign_in)
        return Reader(attendee.full_name, address, attendee.language, zone, attendee=attendee)
    speaker, session = message.speaker, message.session
    if speaker is None or session is None:
        raise ValueError("a message to nobody")
    language = speaker.language or str(message.series.languages[0])
    country = str(speaker.country or "")
    zone = speaker.timezone or (zones.of_country(country, session.timezone) if country else session.timezone)
    return Reader(speaker.name, speaker.email, language, _sound(zone, message), speaker=speaker)


def _address_of(attendee: Attendee, asked: SignIn | None) -> str:
    """The address with which somebody asked to sign in; else the one that was proven last, else the newest."""
    if asked is not None and asked.address is not None:
        return asked.address.deliverable
    addresses = sorted(attendee.addresses.all(), key=lambda address: (_proven(address), address.pk))
    return addresses[-1].deliverable if addresses else ""


def _proven(address: EmailAddress) -> float:
    return address.verified_at.timestamp() if address.verified_at else -math.inf


def _sound(zone: str, message: Message) -> str:
    """A zone that does not exist (written by SQL) counts as that of the session: its mail must not be lost."""
    if zones.exists(zone):
        return zone
    return message.session.timezone if message.session else message.series.timezone


@dataclass(frozen=True)
class Entry:
    """One session as a mail speaks of it to its reader."""

    session: Session
    reader: Reader
    registration: Registration | None

    @cached_property
    def when(self) -> When:
        return when.of(self.session, self.reader.zone)

    @cached_property
    def organiser_when(self) -> When:
        return when.of(self.session)

    @property
    def organiser_keeps_another_hour(self) -> bool:
        return (self.organiser_when.date, self.organiser_when.hour) != (self.when.date, self.when.hour)

    @cached_property
    def place_in_line(self) -> int | None:
        waits = self.registration is not None and self.registration.is_waiting
        return self.registration.place_in_line() if waits and self.registration else None

    @property
    def mode(self) -> str:
        """How the reader takes part; empty while that is theirs to choose."""
        if self.registration is not None:
            return self.registration.mode
        return "" if self.session.mode == Mode.HYBRID else self.session.mode

    @property
    def is_in_person(self) -> bool:
        return self.mode == PlaceMode.IN_PERSON

    @property
    def page(self) -> str:
        return page_of(self.session, self.reader.language)

    @cached_property
    def manage(self) -> str:
        return links.manage(self.registration) if self.registration else ""

    @property
    def invitation(self) -> str:
        return links.invitation(self.registration) if self.registration else ""

    @cached_property
    def cancel(self) -> str:
        return links.cancel(self.registration) if self.registration else ""

    @cached_property
    def join(self) -> str:
        if self.registration is not None:
            return links.join(self.registration)
        return links.panel(self.reader.speaker, self.session) if self.reader.speaker else ""

    @property
    def badge(self) -> str:
        """For who is expected at a door."""
        held = self.registration
        return links.badge(held) if held and self.is_in_person and held.is_confirmed else ""

    @property
    def register(self) -> str:
        return links.one_tap(self.reader.attendee, self.session) if self.reader.attendee else ""


def page_of(session: Session, language: str) -> str:
    return _page(language, "workshops:session", session.series.slug, session.number)


def series_page(series: Series, language: str) -> str:
    return _page(language, "workshops:series", series.slug)


def my_sessions(language: str) -> str:
    return _page(language, "registrations:me")


@lru_cache(maxsize=256)
def _page(language: str, name: str, *parts: str | int) -> str:
    # Thousands of mails name the same few pages.
    return absolute(name, *parts, language=language)


@dataclass(frozen=True)
class Scene:
    """Everything a mail may say. Reads the database when it is asked, and only for what is asked."""

    message: Message
    reader: Reader
    now: datetime
    shelf: Shelf

    @cached_property
    def entries(self) -> list[Entry]:
        """The sessions the mail is about, the earliest first."""
        registered = _registrations(self.message, self.now)
        if registered or self.message.session is None or self.message.bundle:
            return [Entry(registration.session, self.reader, registration) for registration in registered]
        return [Entry(self.message.session, self.reader, None)]

    @property
    def entry(self) -> Entry | None:
        return self.entries[0] if len(self.entries) == 1 else None

    @property
    def asks_for_something(self) -> bool:
        """There is a button that matters more than a look at a page."""
        if self.entry is None:
            return False
        if self.message.kind == MessageKind.FOLLOW_UP:
            return self.next_session is not None
        return self.message.kind not in (MessageKind.CANCELLATION, MessageKind.SESSION_CANCELLED)

    @property
    def on_list(self) -> str:
        """The list by which it comes and can be left; confirmations and changes are no list."""
        kind = MessageKind(self.message.kind)
        if kind == MessageKind.BULLETIN and self.message.session_id is None:
            return ANNOUNCEMENTS
        return _ON_LISTS.get(kind, "")

    @cached_property
    def stop(self) -> str:
        attendee = self.reader.attendee
        if attendee is None or not self.on_list:
            return ""
        if self.on_list == REMINDERS:
            return links.stop(attendee)
        return links.stop_announcements(attendee, self.message.series)

    @cached_property
    def is_enrolled(self) -> bool:
        attendee = self.reader.attendee
        return attendee is not None and attendee.enrolments.standing().filter(series=self.message.series).exists()

    @cached_property
    def path(self) -> tuple[str, ...]:
        """How the reader stands to each planned session: here, registered or planned."""
        here = {entry.session.number for entry in self.entries if _means_to_come(entry)}
        states = {True: "registered", False: "planned"}
        planned = range(1, max([self.message.series.planned_sessions, *here]) + 1)
        return tuple("here" if n in here else states[n in self._registered] for n in planned)

    @cached_property
    def _registered(self) -> frozenset[int]:
        attendee = self.reader.attendee
        return self.shelf.confirmed(attendee.pk, self.message.series_id) if attendee else frozenset()

    @cached_property
    def next_session(self) -> Entry | None:
        """The next session that takes registrations and for which the reader has no registration. One query."""
        attendee = self.reader.attendee
        if attendee is None:
            return None
        here = self.entry.session if self.entry else None
        coming = Session.objects.published().taking_registrations(self.now).filter(series=self.message.series_id)
        coming = coming.filter(starts_at__gt=self.now).exclude(pk=here.pk if here else 0)
        coming = coming.exclude(registrations__in=attendee.registrations.live())
        session = coming.select_related("series").order_by("starts_at", "pk").first()
        return Entry(session, self.reader, None) if session else None


def _means_to_come(entry: Entry) -> bool:
    live = entry.registration.is_live if entry.registration else entry.reader.speaker is not None
    return live and not entry.session.is_cancelled


def _registrations(message: Message, now: datetime) -> list[Registration]:
    if message.registration is not None:
        return [message.registration]
    related = Registration.objects.select_related("session__series", "attendee")
    if message.bundle:
        found = related.filter(pk__in=message.bundle)
    elif message.kind == MessageKind.ALREADY_REGISTERED:
        over = Q(session__ends_at__lte=now)
        found = related.filter(attendee=message.attendee, session__series=message.series).exclude(over)
    else:
        return []
    # A session that was cancelled has a notice of its own.
    wanted = found.live().exclude(session__state=SessionState.CANCELLED)
    return list(wanted.order_by("session__starts_at", "session__number"))
