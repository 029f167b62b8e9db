"""One message of each wording, about one person, one session and its panel."""

from __future__ import annotations

from datetime import timedelta

from registrations.choices import MessageKind, RuleKind, Wording
from registrations.models import AddressClaim, Appeal, Attendance, Message, Registration, ReminderRule, SignIn
from tests.factories import NOW, certify, create_session, create_speaker, note, register, seat
from workshops.models import Session

DAY = timedelta(days=1)


def world() -> Registration:
    """Ana holds a place in session 2 of three; the hour moved since she was told, and a third session is open."""
    register(create_session(number=1, starts_at=NOW + timedelta(days=3)), "Ana María Quispe", email="ana@example.org")
    session = create_session(
        number=2,
        mode="hybrid",
        question={
            "en": "How do cluster initiatives win the trust of companies that compete with each other?",
            "es": "¿Cómo se gana la confianza de empresas que compiten entre sí?",
            "pt": "Como se conquista a confiança de empresas que competem entre si?",
            "fr": "Comment gagner la confiance d’entreprises concurrentes ?",
        },
        cancellation_reason={"en": "The host is ill."},
    )
    seat(create_speaker("Rosa Vega", email="rosa@example.org", country="MX", language="en"), session, "moderator")
    ana = register(session, "Ana María Quispe", email="ana@example.org")
    Registration.objects.filter(pk=ana.pk).update(told_facts=session.revised_facts)
    session.start_time, session.minutes = "16:00", 120
    session.revise(now=NOW)
    create_session(number=3, starts_at=session.starts_at + 14 * DAY)
    return fresh(ana)


def fresh(registration: Registration) -> Registration:
    return Registration.objects.select_related("session__series", "attendee").get(pk=registration.pk)


def message_of(wording: Wording, ana: Registration) -> Message:
    """An unsaved message that uses the wording; what it needs of the world is arranged."""
    kinds = {
        Wording.CONFIRMATION_SEVERAL: MessageKind.CONFIRMATION,
        Wording.ENROLLED_WAITING: MessageKind.ENROLLED,
        Wording.REMINDER_SHORT: MessageKind.REMINDER,
        Wording.CAME: MessageKind.FOLLOW_UP,
        Wording.MISSED: MessageKind.FOLLOW_UP,
        Wording.PANEL_STARTING: MessageKind.PANEL_REMINDER,
        Wording.APPEAL_GRANTED: MessageKind.APPEAL,
        Wording.APPEAL_REFUSED: MessageKind.APPEAL,
    }
    session = ana.session
    message = Message(
        kind=kinds.get(wording, wording),
        key=f"test:{wording}",
        attendee=ana.attendee,
        series=session.series,
        session=session,
        registration=ana,
        round=ana.round,
        revision=session.revision,
        short=wording == Wording.REMINDER_SHORT,
        due_at=session.starts_at - DAY,
    )
    for arrange in (_person_alone, _place, _after_the_session, _others):
        arrange(message, wording, session)
    return message


def _person_alone(message: Message, wording: Wording, session: Session) -> None:
    """What is about a person and an address of theirs, or about several sessions at once."""
    alone = (Wording.ADDRESS, Wording.ADDRESS_ADDED, Wording.SIGN_IN)
    if wording in (*alone, Wording.CONFIRMATION_SEVERAL, Wording.ENROLMENT, Wording.ALREADY_REGISTERED):
        message.session = message.registration = None
    if wording in (Wording.ADDRESS, Wording.ADDRESS_ADDED):
        message.claim = AddressClaim.objects.create(
            attendee=message.attendee, address="new@example.org", normalised="new@example.org", asked_at=NOW
        )
    if wording == Wording.ADDRESS_ADDED:
        message.sent_to = "ana@example.org"
    if wording == Wording.SIGN_IN:
        address = message.attendee.addresses.get()
        message.sign_in = SignIn.objects.create(address=address, nonce=1, browser_digest="", requested_at=NOW)
    if wording == Wording.CONFIRMATION_SEVERAL:
        message.bundle = list(Registration.objects.order_by("pk").values_list("pk", flat=True))


def _place(message: Message, wording: Wording, session: Session) -> None:
    """What is about a place that is not held: waited for, offered, gone."""
    registration = message.registration
    if wording in (Wording.WAITING_LIST, Wording.ENROLLED_WAITING):
        registration.state, registration.joined_waitlist_at, message.round = "waitlisted", NOW, 0
    if wording == Wording.CALL:
        registration.state, registration.joined_waitlist_at = "waitlisted", NOW
    if wording in (Wording.CANCELLATION, Wording.HANDED_OVER, Wording.LAPSED):
        registration.state, registration.cancelled_at = "cancelled", NOW
    if wording in (Wording.INVITED, Wording.OFFER, Wording.LAPSED):
        registration.offered_until = NOW + DAY
    if wording in (Wording.INVITED, Wording.OFFER):
        registration.state = "offered"
    if wording == Wording.INVITED:
        registration.invited_by, registration.invited_at = message.attendee, NOW
    if wording == Wording.SESSION_CANCELLED:
        session.state = "cancelled"


def _after_the_session(message: Message, wording: Wording, session: Session) -> None:
    """What is known of who came, and what follows from it."""
    if wording == Wording.CAME:
        note(message.registration, at=session.starts_at)
    if wording == Wording.MISSED:
        message.registration.evidence.all().delete()
        Attendance.objects.all().delete()
    if wording in (Wording.CAME, Wording.MISSED, Wording.APPEAL_GRANTED, Wording.APPEAL_REFUSED):
        message.due_at = session.ends_at + DAY
    if wording in (Wording.APPEAL_GRANTED, Wording.APPEAL_REFUSED):
        outcome = wording.removeprefix("appeal_")
        Appeal.objects.update_or_create(
            registration=message.registration,
            defaults={"said_at": NOW, "answer": outcome, "answered_at": NOW, "reason": "We read\nthe list."},
        )
    if wording == Wording.CERTIFICATE:
        message.registration = None
        message.certificate = message.attendee.certificates.first() or certify(message.attendee, session)


def _others(message: Message, wording: Wording, session: Session) -> None:
    """A session that opens, and the panel."""
    if wording == Wording.ANNOUNCEMENT:
        message.registration = None
        message.session = Session.objects.select_related("series").get(number=3)
    if wording in (Wording.PANEL_REMINDER, Wording.PANEL_STARTING):
        kind = RuleKind.STARTING if wording == Wording.PANEL_STARTING else RuleKind.REMINDER
        message.attendee = message.registration = None
        message.speaker = session.panellists.get().speaker
        message.rule = ReminderRule(kind=kind, session=session)
