"""The calendar part of a mail: invite, update or withdraw (docs/decisions/006)."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.core.mail import EmailAlternative, EmailMultiAlternatives

from registrations.choices import MessageKind, RuleKind
from registrations.emails.scene import Entry, Scene
from registrations.emails.values import one_line
from workshops import ical


class Copy(TypedDict):
    url: str
    sequence: int
    stamp: datetime | None


INVITES = (
    MessageKind.CONFIRMATION,
    MessageKind.ENROLLED,
    MessageKind.PROMOTED,
    MessageKind.REMINDER,
    MessageKind.CHANGED,
    MessageKind.PANEL_REMINDER,
)
WITHDRAWS = (MessageKind.CANCELLATION, MessageKind.HANDED_OVER, MessageKind.SESSION_CANCELLED)


def attach(mail: EmailMultiAlternatives, scene: Scene) -> None:
    """Several sessions at once travel as one published file; one as an invitation to its reader."""
    kind, entries = scene.message.kind, scene.entries
    guest = ical.Guest(one_line(scene.reader.name)[:100], scene.reader.address)
    postponed = kind == MessageKind.CHANGED and entries and entries[0].session.starts_at is None
    if (kind in WITHDRAWS and entries) or postponed:
        _attach_one(mail, entries[0], guest, ical.CANCEL)
    elif kind in INVITES and not _is_starting(scene):
        held = [entry for entry in entries if _holds_place(entry)]
        if len(held) == 1 and len(entries) == 1:
            _attach_one(mail, held[0], guest, ical.REQUEST)
        elif held:
            events = [ical.event(entry.session, **_copy_for(entry)) for entry in held]
            content = ical.calendar(events, method=ical.PUBLISH, name=str(scene.message.series))
            mail.attach("sessions.ics", content.decode(), "text/calendar; method=PUBLISH")


def _is_starting(scene: Scene) -> bool:
    """Who is told that it begins has it in the calendar since the reminder."""
    return scene.message.rule is not None and scene.message.rule.kind == RuleKind.STARTING


def _holds_place(entry: Entry) -> bool:
    return entry.registration.is_confirmed if entry.registration else entry.reader.speaker is not None


def _attach_one(mail: EmailMultiAlternatives, entry: Entry, guest: ical.Guest, method: str) -> None:
    if method == ical.REQUEST:
        content = ical.invitation(entry.session, guest=guest, **_copy_for(entry))
    else:
        content = ical.calendar(
            [ical.event(entry.session, guest=guest, cancelled=True, **_copy_for(entry))], method=method
        )
    if content:
        mail.alternatives.append(EmailAlternative(content.decode(), f"text/calendar; method={method}"))


def _copy_for(entry: Entry) -> Copy:
    """What tells this reader's copy of the event from others."""
    registration, session = entry.registration, entry.session
    if registration is None:
        return {"url": entry.join, "sequence": session.revision, "stamp": None}
    moments = [session.revised_at, registration.confirmed_at, registration.cancelled_at, registration.created_at]
    stamp = max(moment for moment in moments if moment)
    return {"url": entry.join, "sequence": registration.calendar_sequence, "stamp": stamp}
