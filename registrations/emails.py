"""A message as the mail its reader gets: in their language, in their city's hour, with its calendar part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import formataddr
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.core.mail import EmailAlternative, EmailMultiAlternatives
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext
from icalendar import Event

from iatp_events.lib import languages
from iatp_events.lib.addresses import absolute
from registrations import links
from registrations.choices import MessageKind, RegistrationState
from registrations.models import Attendee, EmailAddress, Message, Registration
from workshops import ical, when
from workshops.choices import SessionState
from workshops.models import Session
from workshops.when import When

SUBJECT_LENGTH = 55
LISTS = (MessageKind.REMINDER,)
INVITES = (
    MessageKind.CONFIRMATION,
    MessageKind.ENROLLED,
    MessageKind.PROMOTED,
    MessageKind.CHANGED,
)
WITHDRAWS = (MessageKind.CANCELLATION, MessageKind.SESSION_CANCELLED)


class Mail(EmailMultiAlternatives):
    """A mail whose long subject begins on the line that names it.

    Python encodes a subject as words too long for that line and then begins it on the next, after an empty one.
    """

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        if not str(self.subject).isascii():
            encoded = Header(str(self.subject), "utf-8", maxlinelen=60).encode(linesep="\n").replace("\n ", " ")
            del message["Subject"]
            message["Subject"] = encoded
        return message


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to leave, and the facts it tells, by registration id."""

    mail: EmailMultiAlternatives
    told: dict[int, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One registration as a mail speaks of it."""

    registration: Registration
    session: Session
    when: When
    organiser_when: When
    place_in_line: int | None
    page: str
    manage: str
    join: str
    cancel: str

    @property
    def organiser_keeps_another_hour(self) -> bool:
        return (self.organiser_when.date, self.organiser_when.hour) != (self.when.date, self.when.hour)


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the path: a planned session as this reader stands to it."""

    number: int
    state: str


def compose(message: Message, *, now: datetime | None = None) -> Letter:
    """Write the mail of a message as things stand now.

    Reads the database (addresses, the registrations of a bundle); the message comes with its attendee,
    series and registration selected. now: when it leaves, by default when it is due ("tomorrow" depends on it).
    """
    attendee = message.attendee
    address = attendee.addresses.order_by(F("verified_at").desc(nulls_last=True), "-pk").first()
    with translation.override(attendee.language), timezone.override(ZoneInfo(attendee.timezone)):
        entries = [_entry(registration) for registration in _registrations(message, now or message.due_at)]
        context = _context(message, entries, now or message.due_at)
        mail = _mail(message, address, context)
        _attach_calendar(mail, message, entries, address)
    return Letter(mail, _told(message, entries))


def _told(message: Message, entries: list[Entry]) -> dict[int, str]:
    """The facts by which the reader now goes.

    A reminder updates no calendar, so of who was told before it tells nothing: the notice of a change still follows.
    """
    if message.kind in (MessageKind.CANCELLATION, MessageKind.ALREADY_REGISTERED):
        return {}
    first = message.kind != MessageKind.REMINDER
    told = [entry for entry in entries if first or not entry.registration.told_facts]
    return {entry.registration.pk: entry.session.revised_facts for entry in told}


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


def _entry(registration: Registration) -> Entry:
    session = registration.session
    return Entry(
        registration=registration,
        session=session,
        when=when.of(session, registration.attendee.timezone),
        organiser_when=when.of(session),
        place_in_line=registration.place_in_line() if registration.is_waiting else None,
        page=_page(session, registration.attendee.language),
        manage=links.manage(registration),
        join=links.join(registration),
        cancel=links.cancel(registration),
    )


def _page(session: Session, language: str) -> str:
    return absolute("workshops:session", session.series.slug, session.number, language=language)


def _context(message: Message, entries: list[Entry], now: datetime) -> dict[str, object]:
    series, attendee = message.series, message.attendee
    return {
        "message": message,
        "attendee": attendee,
        "series": series,
        "language": attendee.language,
        "entries": entries,
        "entry": entries[0] if len(entries) == 1 else None,
        "confirmed": [entry for entry in entries if entry.registration.holds_place],
        "waiting": [entry for entry in entries if entry.registration.is_waiting],
        "path": _path(message, entries),
        "day": _day(entries, now),
        "short_date": when.short_date(entries[0].when.day) if entries and entries[0].when.day else "",
        "whole_series": attendee.enrolments.filter(series=series, left_at__isnull=True).exists(),
        "series_page": absolute("workshops:series", series.slug, language=attendee.language),
        "stop": links.stop(attendee) if message.kind in LISTS else "",
        "calendar_feed": links.calendar(attendee),
        "contact": series.contact,
        "reason": languages.pick(entries[0].session.cancellation_reason, series.languages) if entries else "",
    }


def _path(message: Message, entries: list[Entry]) -> list[Stop]:
    here = {entry.session.number for entry in entries if entry.registration.is_live and not entry.session.is_cancelled}
    registered = set(
        Registration.objects.filter(
            attendee=message.attendee, session__series=message.series, state=RegistrationState.CONFIRMED
        ).values_list("session__number", flat=True)
    )
    states = {True: "registered", False: "planned"}
    planned = range(1, max([message.series.planned_sessions, *here]) + 1)
    return [Stop(n, "here" if n in here else states[n in registered]) for n in planned]


def _day(entries: list[Entry], now: datetime) -> str:
    """How far away the session is, as people say it: "today", "tomorrow", or its date."""
    starts = entries[0].when.starts if entries else None
    if starts is None:
        return ""
    days = (starts.date() - now.astimezone(starts.tzinfo).date()).days
    if days <= 0:
        return gettext("Today")
    return gettext("Tomorrow") if days == 1 else when.short_date(starts.date())


def _mail(message: Message, address: EmailAddress | None, context: dict[str, object]) -> EmailMultiAlternatives:
    folder = f"emails/{message.kind}"
    mail = Mail(
        subject=_subject(render_to_string(f"{folder}/subject.txt", context)),
        body=_tidy(render_to_string(f"{folder}/body.txt", context)),
        from_email=_sender(message),
        to=[_recipient(message.attendee, address)] if address else [],
        reply_to=[message.series.contact] if message.series.contact else None,
        headers=_headers(message, context),
    )
    html = _inliner().inline(render_to_string(f"{folder}/body.html", context))
    mail.attach_alternative(html, "text/html")
    return mail


def _headers(message: Message, context: dict[str, object]) -> dict[str, str]:
    headers = {
        "Message-ID": message.message_id,
        "Content-Language": message.attendee.language,
        "Auto-Submitted": "auto-generated",
    }
    if context["stop"]:
        headers["List-Unsubscribe"] = f"<{context['stop']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _subject(text: str) -> str:
    """One line of at most 55 characters; what matters stands first."""
    line = " ".join(text.split())
    if len(line) <= SUBJECT_LENGTH:
        return line
    cut, _space, broken = line[:SUBJECT_LENGTH].rpartition(" ")
    # A last word that is very long is cut; else the line ends where a word ends.
    kept = cut if len(broken) < SUBJECT_LENGTH // 2 else line[: SUBJECT_LENGTH - 1]
    return kept.rstrip(" ,.:;·—") + "…"


def _tidy(text: str) -> str:
    """Templates leave runs of empty lines where a fact is unknown."""
    lines = [line.strip() for line in text.strip().splitlines()]
    kept = [line for line, before in zip(lines, ["x", *lines], strict=False) if line or before]
    return "\n".join(kept) + "\n"


def _sender(message: Message) -> str:
    sender = settings.DEFAULT_FROM_EMAIL
    return sender if "<" in sender else formataddr((_one_line(str(message.series)), sender))


def _recipient(attendee: Attendee, address: EmailAddress) -> str:
    return formataddr((_one_line(attendee.full_name), address.deliverable))


def _one_line(text: str) -> str:
    """A name in a header: no line breaks, no control characters, whoever wrote it."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())[:100]


@cache
def _inliner() -> css_inline.CSSInliner:
    # The style tag stays for dark mode and phones, which no attribute can say.
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def _attach_calendar(
    mail: EmailMultiAlternatives, message: Message, entries: list[Entry], address: EmailAddress | None
) -> None:
    """Invite, update or withdraw; several sessions at once travel as one published file."""
    guest = ical.Guest(_one_line(message.attendee.full_name), address.deliverable if address else "")
    postponed = message.kind == MessageKind.CHANGED and entries and entries[0].session.starts_at is None
    if (message.kind in WITHDRAWS and entries) or postponed:
        _attach_one(mail, entries[0], guest, ical.CANCEL)
    elif message.kind in INVITES:
        held = [entry for entry in entries if entry.registration.holds_place]
        if len(held) == 1 and len(entries) == 1:
            _attach_one(mail, held[0], guest, ical.REQUEST)
        elif held:
            events = [_event(entry, None) for entry in held]
            content = ical.calendar(events, method=ical.PUBLISH, name=str(message.series))
            mail.attach("sessions.ics", content.decode(), "text/calendar; method=PUBLISH")


def _attach_one(mail: EmailMultiAlternatives, entry: Entry, guest: ical.Guest, method: str) -> None:
    event = _event(entry, guest, cancelled=method == ical.CANCEL)
    if event is None:
        return
    content = ical.calendar([event], method=method).decode()
    mail.alternatives.append(EmailAlternative(content, f"text/calendar; method={method}"))


def _event(entry: Entry, guest: ical.Guest | None, *, cancelled: bool = False) -> Event | None:
    registration = entry.registration
    moments = [entry.session.revised_at, registration.confirmed_at, registration.cancelled_at]
    return ical.event(
        entry.session,
        url=entry.join,
        sequence=registration.calendar_sequence,
        stamp=max(moment for moment in [*moments, registration.created_at] if moment),
        guest=guest,
        cancelled=cancelled,
    )
