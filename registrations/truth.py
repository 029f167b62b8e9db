"""What is true of a message at the moment it would leave: does it still have a reader and a reason?"""

import uuid
from collections.abc import Callable
from datetime import datetime

from registrations.choices import MessageKind, RegistrationState, SkipReason
from registrations.models import Message, Registration
from workshops.choices import SessionState

Reason = SkipReason | None


def reread(pk: uuid.UUID, token: uuid.UUID) -> Message | None:
    """Read a leased message with everything it speaks of, as it is now; None when the lease was lost."""
    related = ("attendee", "series", "rule", "registration__session__series", "registration__attendee")
    return Message.objects.leased(token).select_related(*related).filter(pk=pk).first()


def reason_to_skip(message: Message, now: datetime) -> Reason:
    """Say why a message must not leave; None when it should."""
    if not message.attendee.addresses.exists():
        return SkipReason.NO_ADDRESS
    if message.expires_at and now >= message.expires_at:
        return SkipReason.EXPIRED
    if message.bundle:
        return _of_bundle(message)
    if message.registration is None:
        return None
    check = _CHECKS.get(MessageKind(message.kind), _of_place)
    if message.is_repeat and check is not _of_cancellation:
        # Staff asked for this copy: only a registration that is gone holds it back.
        return None if message.registration.is_live else SkipReason.CANCELLED
    return check(message, message.registration, now)


def _of_bundle(message: Message) -> Reason:
    wanted = Registration.objects.live().filter(pk__in=message.bundle)
    if not wanted.exists():
        return SkipReason.CANCELLED
    takes_place = wanted.exclude(session__state=SessionState.CANCELLED)
    return None if takes_place.exists() else SkipReason.SESSION_CANCELLED


def _of_place(message: Message, registration: Registration, now: datetime) -> Reason:
    """Confirmations of all kinds."""
    if not registration.is_live:
        return SkipReason.CANCELLED
    if registration.session.is_cancelled:
        return SkipReason.SESSION_CANCELLED
    said_waiting = message.kind == MessageKind.WAITING_LIST or (
        message.kind == MessageKind.ENROLLED and message.round == 0
    )
    # A newer round, or a place that came or went since: a younger mail says how it stands.
    stale = registration.round != message.round or registration.is_waiting != said_waiting
    return SkipReason.SUPERSEDED if stale else None


def _of_reminder(message: Message, registration: Registration, now: datetime) -> Reason:
    session = registration.session
    if registration.state != RegistrationState.CONFIRMED or registration.round != message.round:
        return SkipReason.CANCELLED
    if session.is_cancelled:
        return SkipReason.SESSION_CANCELLED
    if message.attendee.reminders_stopped_at:
        return SkipReason.STOPPED
    if message.rule is None or not message.rule.active:
        return SkipReason.RULE_OFF
    if message.rule.series_id and session.reminder_rules.exists():
        # The session was given rules of its own since.
        return SkipReason.SUPERSEDED
    if session.starts_at is None or session.starts_at <= now:
        return SkipReason.EXPIRED
    # The digest, not only the number: somebody may have moved the session by SQL a moment ago.
    if session.revision != message.revision or session.facts() != session.revised_facts:
        return SkipReason.SUPERSEDED
    return SkipReason.SUPERSEDED if _nearer_reminder_is_due(message, now) else None


def _nearer_reminder_is_due(message: Message, now: datetime) -> bool:
    """After an outage the day's and the hour's reminder may both be overdue; only the nearer is of use."""
    same = Message.objects.filter(
        kind=MessageKind.REMINDER,
        registration=message.registration_id,
        round=message.round,
        revision=message.revision,
        due_at__gt=message.due_at,
        due_at__lte=now,
    )
    of_the_plan = same.exclude(key__contains=":again:")
    return of_the_plan.exclude(skip_reason__in=[SkipReason.RULE_OFF, SkipReason.STOPPED]).exists()


def _of_change(message: Message, registration: Registration, now: datetime) -> Reason:
    session = registration.session
    if not registration.is_live:
        return SkipReason.CANCELLED
    if session.is_cancelled or session.revision != message.revision:
        return SkipReason.SUPERSEDED
    return SkipReason.ALREADY_TOLD if registration.told_facts == session.revised_facts else None


def _of_session_cancelled(message: Message, registration: Registration, now: datetime) -> Reason:
    if not registration.is_live:
        return SkipReason.CANCELLED
    return None if registration.session.is_cancelled else SkipReason.SUPERSEDED


def _of_cancellation(message: Message, registration: Registration, now: datetime) -> Reason:
    return SkipReason.SUPERSEDED if registration.is_live else None


_CHECKS: dict[MessageKind, Callable[[Message, Registration, datetime], Reason]] = {
    MessageKind.REMINDER: _of_reminder,
    MessageKind.CHANGED: _of_change,
    MessageKind.SESSION_CANCELLED: _of_session_cancelled,
    MessageKind.CANCELLATION: _of_cancellation,
}
