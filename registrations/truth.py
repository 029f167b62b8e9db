"""What is true of a message at the moment it would leave: does it still have a reader and a reason?"""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from registrations.cases import Case
from registrations.choices import ConsentKind, MessageKind, RegistrationState, SkipReason
from registrations.models import Appeal, Attendance, Attendee, Consent, Message, Registration, SignIn
from workshops.choices import SessionState
from workshops.models import Session

Reason = SkipReason | None


def reason_to_skip(case: Case, now: datetime) -> Reason:
    """Say why a message must not leave; None when it should."""
    if reason := _of_itself(case.message, now):
        return reason
    # After an outage the day's and the hour's reminder may both be overdue; only the nearer is of use.
    outdone = case.nearer_due_at is not None and case.nearer_due_at <= now
    return SkipReason.SUPERSEDED if outdone and not case.message.is_repeat else None


def _of_itself(message: Message, now: datetime) -> Reason:
    if not _has_address(message):
        return SkipReason.NO_ADDRESS
    if message.expires_at and now >= message.expires_at:
        return SkipReason.EXPIRED
    if message.bundle:
        return _of_bundle(message)
    check = _CHECKS.get(MessageKind(message.kind))
    if check is not None:
        return check(message, now)
    return _of_registration(message, now) if message.registration else None


def _has_address(message: Message) -> bool:
    if message.attendee is None:
        return bool(message.speaker and message.speaker.email)
    return message.claim is not None or bool(message.sent_to) or bool(message.attendee.addresses.all())


def _of_bundle(message: Message) -> Reason:
    wanted = Registration.objects.live().filter(pk__in=message.bundle)
    if not wanted.exists():
        return SkipReason.CANCELLED
    takes_place = wanted.exclude(session__state=SessionState.CANCELLED)
    return None if takes_place.exists() else SkipReason.SESSION_CANCELLED


def _of_registration(message: Message, now: datetime) -> Reason:
    registration = cast(Registration, message.registration)
    check = _OF_REGISTRATION.get(MessageKind(message.kind), _of_place)
    if message.is_repeat and check is not _of_cancellation:
        # Staff asked for this copy: only a registration that is gone holds it back, or who wants no such mail.
        if message.rule_id and registration.attendee.reminders_stopped_at:
            return SkipReason.STOPPED
        return None if registration.is_live else SkipReason.CANCELLED
    return check(message, registration, now)


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


def _of_offer(message: Message, registration: Registration, now: datetime) -> Reason:
    if registration.is_offered(now):
        return SkipReason.SESSION_CANCELLED if registration.session.is_cancelled else None
    return SkipReason.SUPERSEDED if registration.is_live else SkipReason.CANCELLED


def _of_call(message: Message, registration: Registration, now: datetime) -> Reason:
    if not registration.is_waiting:
        return SkipReason.SUPERSEDED if registration.is_live else SkipReason.CANCELLED
    if registration.session.is_cancelled:
        return SkipReason.SESSION_CANCELLED
    gone = registration.session.places.get(mode=registration.mode).are_full
    return SkipReason.SUPERSEDED if gone else None


def _of_reminder(message: Message, registration: Registration, now: datetime) -> Reason:
    if registration.state != RegistrationState.CONFIRMED or registration.round != message.round:
        return SkipReason.CANCELLED
    if reason := _of_rule(message, registration.session):
        return reason
    starts_at = registration.session.starts_at
    return SkipReason.EXPIRED if starts_at is None or starts_at <= now else None


def _of_follow_up(message: Message, registration: Registration, now: datetime) -> Reason:
    if registration.state != RegistrationState.CONFIRMED or registration.round != message.round:
        return SkipReason.CANCELLED
    if reason := _of_rule(message, registration.session):
        return reason
    # "You were missed" may only be said where it was written down who came.
    seen = Attendance.objects.witnessed().filter(
        registration__session=registration.session_id, registration__mode=registration.mode
    )
    return None if seen.exists() else SkipReason.UNRECORDED


def _of_panel(message: Message, now: datetime) -> Reason:
    session = cast(Session, message.session)
    if not session.panellists.filter(speaker=message.speaker_id).exists():
        return SkipReason.NOT_SEATED
    if session.starts_at is None or session.starts_at <= now:
        return SkipReason.EXPIRED
    if message.is_repeat:
        return SkipReason.SESSION_CANCELLED if session.is_cancelled else None
    return _of_rule(message, session)


def _of_rule(message: Message, session: Session) -> Reason:
    """What holds for everything that a rule sends."""
    if session.is_cancelled:
        return SkipReason.SESSION_CANCELLED
    if session.state == SessionState.DRAFT:
        return SkipReason.NOT_OPEN
    if message.attendee and message.attendee.reminders_stopped_at:
        return SkipReason.STOPPED
    if message.rule is None or not message.rule.active:
        return SkipReason.RULE_OFF
    if message.rule.series_id and message.rule.audience in {rule.audience for rule in session.reminder_rules.all()}:
        # The session was given rules of its own since.
        return SkipReason.SUPERSEDED
    # The digest, not only the number: somebody may have moved the session by SQL a moment ago.
    moved = session.revision != message.revision or session.facts() != session.revised_facts
    return SkipReason.SUPERSEDED if moved else None


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


def _of_appeal(message: Message, registration: Registration, now: datetime) -> Reason:
    """Where two registrations became one, the answer may have gone with the other."""
    answered = Appeal.objects.filter(registration=registration).exclude(answer="")
    return None if answered.exists() else SkipReason.SUPERSEDED


def _of_announcement(message: Message, now: datetime) -> Reason:
    session, attendee = cast(Session, message.session), cast(Attendee, message.attendee)
    if session.is_cancelled:
        return SkipReason.SESSION_CANCELLED
    if not session.takes_registrations(now):
        return SkipReason.NOT_OPEN
    if (
        not Consent.objects.standing(ConsentKind.ANNOUNCEMENTS)
        .filter(attendee=attendee, series=message.series)
        .exists()
    ):
        return SkipReason.STOPPED
    known = attendee.registrations.filter(session=session).exists()
    return SkipReason.ALREADY_TOLD if known else None


def _of_sign_in(message: Message, now: datetime) -> Reason:
    asked = SignIn.objects.with_state().filter(pk=message.sign_in_id or 0).first()
    if asked is None:
        return SkipReason.EXPIRED
    return SkipReason.SUPERSEDED if asked.used_at or asked.is_outdone else None


def _of_bulletin(message: Message, now: datetime) -> Reason:
    """The same query that counted and queued: who left the group since is left out."""
    if message.bulletin is None:
        return SkipReason.SUPERSEDED
    meant = Attendee.objects.meant_by(message.bulletin).filter(pk=message.attendee_id or 0)
    if meant.exists():
        return None
    return SkipReason.STOPPED if message.bulletin.session_id is None else SkipReason.CANCELLED


def _of_certificate(message: Message, now: datetime) -> Reason:
    """One that was replaced is told of by the mail of the next."""
    stands = message.certificate is not None and message.certificate.is_valid
    return None if stands else SkipReason.SUPERSEDED


def _of_claim(message: Message, now: datetime) -> Reason:
    stands = message.claim is not None and message.claim.confirmed_at is None
    return None if stands else SkipReason.SUPERSEDED


def _of_added_address(message: Message, now: datetime) -> Reason:
    """Also where the new address is gone by now: somebody may have put it there for a moment only."""
    return None if message.claim is not None and message.sent_to else SkipReason.SUPERSEDED


_CHECKS: dict[MessageKind, Callable[[Message, datetime], Reason]] = {
    MessageKind.PANEL_REMINDER: _of_panel,
    MessageKind.ANNOUNCEMENT: _of_announcement,
    MessageKind.BULLETIN: _of_bulletin,
    MessageKind.ADDRESS: _of_claim,
    MessageKind.CERTIFICATE: _of_certificate,
    MessageKind.ADDRESS_ADDED: _of_added_address,
    MessageKind.SIGN_IN: _of_sign_in,
}
_OF_REGISTRATION: dict[MessageKind, Callable[[Message, Registration, datetime], Reason]] = {
    MessageKind.REMINDER: _of_reminder,
    MessageKind.STARTING: _of_reminder,
    MessageKind.FOLLOW_UP: _of_follow_up,
    MessageKind.CHANGED: _of_change,
    MessageKind.SESSION_CANCELLED: _of_session_cancelled,
    MessageKind.CANCELLATION: _of_cancellation,
    MessageKind.HANDED_OVER: _of_cancellation,
    MessageKind.LAPSED: _of_cancellation,
    MessageKind.APPEAL: _of_appeal,
    MessageKind.INVITED: _of_offer,
    MessageKind.OFFER: _of_offer,
    MessageKind.CALL: _of_call,
}
