"""Register and cancel: who holds a place changes only here, behind the lock of `seating`."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from registrations.choices import MessageKind, RegistrationState, Source
from registrations.models import Attendee, Enrolment, Message, Registration
from registrations.services import blocking, caps, outbox, people
from registrations.services.people import Person
from registrations.services.seating import Seats
from workshops.choices import PlaceMode
from workshops.models import Series, Session

# Long enough to notice a wrong button, short enough that nobody plans with a place that comes back.
UNDO_WITHIN = timedelta(minutes=10)
# Who sends the form again gets their link again, but not more often than this.
REPEAT_AFTER = timedelta(minutes=10)
ANSWERS_TO_A_FORM = (
    MessageKind.CONFIRMATION,
    MessageKind.WAITING_LIST,
    MessageKind.ENROLMENT,
    MessageKind.ALREADY_REGISTERED,
)


class RegistrationClosed(Exception):
    """A session no longer takes registrations, or does not yet."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(f"sessions {list(numbers)} take no registrations")
        self.numbers = list(numbers)


class SessionOver(Exception):
    """The session has ended; there is no place left to give back."""


class TooLateToUndo(Exception):
    """The cancellation was not a moment ago, or there is none."""


class PlaceGone(Exception):
    """The place was passed on, or somebody waits for it."""


class Removed(Exception):
    """Staff took this person off the session; a button does not put them back."""


class WayBack(StrEnum):
    """How somebody who cancelled can come after all."""

    UNDO = "undo"
    REGISTER = "register"
    FORM = "form"
    WAIT = "wait"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a form says about this registration only."""

    mode: str = PlaceMode.ONLINE
    support_needed: str = ""
    question: str = ""
    announcements: bool = False


@people.settling_races
@transaction.atomic
def register(
    *,
    series: Series,
    sessions: Sequence[Session],
    whole_series: bool,
    person: Person,
    answers: Answers,
    now: datetime,
    source: Source = Source.FORM,
) -> list[Registration]:
    """Register a person for sessions, all or nothing, and queue the mail that says so.

    With `whole_series` also for every other session that is open, and for those that open later.
    Returns the registrations made now; none when the person was registered for all of it before.
    Raises RegistrationClosed, CapReached, and ValueError when the address can be none.
    """
    known = people.find(person=person, now=now)
    attendee, is_new = known or people.create(person=person, source=source, now=now), known is None
    if is_new or attendee.must_agree:
        people.consent(attendee=attendee, series=series, announcements=answers.announcements, now=now)
    enrolled = whole_series and _enrol(attendee, series, answers.mode, now)
    seats = _lock(series, sessions, whole_series, now)
    # By what was typed, whoever the address belongs to: a form's answer must not tell who is registered.
    said = {"initiative": person.initiative, "country": person.country}
    caps.Room(seats.sessions.values()).require(seats.sessions.values(), **said)
    held = {} if is_new else _known(attendee, seats)
    made = []
    for session in seats.sessions.values():
        registration = held.get(session.pk) or draft(session, attendee, source, now)
        is_free = registration.pk is None or registration.state == RegistrationState.CANCELLED
        if is_free or registration.awaits_answer(now):
            # What an unproven form says of a person we know goes into nothing but this registration.
            _answer(registration, answers, typed={} if is_new else asdict(person))
            registration.session = session
            caps.as_said(registration, **said)
            seats.seat(registration, seats.of(session.pk, answers.mode), now)
            made.append(registration)
    _write(made, seats)
    _tell(attendee, series, made, enrolled=enrolled, now=now)
    if source == Source.FORM and blocking.is_blocked(person.email, now=now):
        # Whoever has this address said that they were not it. Done in full and taken back, so that it answers as ever.
        transaction.set_rollback(True)
        return []
    return made


@transaction.atomic
def cancel(*, registration: Registration, now: datetime) -> bool:
    """Free the place and pass it to whoever has waited longest; both are told, but for who declines an invitation.

    Returns False when there was nothing to cancel any more. Raises SessionOver.
    """
    seats = Seats([registration.session_id])
    registration.refresh_from_db()
    registration.session = session = seats.sessions[registration.session_id]
    if not registration.is_live:
        return False
    if session.ends_at is not None and session.ends_at <= now:
        raise SessionOver
    places = next(row for row in seats.all_of(session.pk) if row.mode == registration.mode)
    if registration.holds_place:
        seats.free(places)
    if not registration.is_invitation:
        outbox.queue([outbox.about(registration, MessageKind.CANCELLATION, now=now, occasion=outbox.stamp(now))])
    registration.cancel(at=now)
    seats.pass_on(places, now)
    seats.record()
    return True


@transaction.atomic
def undo_cancellation(*, registration: Registration, now: datetime) -> Registration:
    """Give a place back that its person gave up by mistake, while it is free; they are confirmed and told anew.

    Returns the registration as it stands, and as it stood when the cancellation was undone before.
    Raises TooLateToUndo, RegistrationClosed, CapReached, PlaceGone, MustAgree.
    """
    seats = Seats([registration.session_id])
    returning = Registration.objects.select_related("attendee").get(pk=registration.pk)
    session = returning.session = seats.sessions[registration.session_id]
    if returning.is_live:
        return returning
    until = undo_until(returning)
    if until is None or now >= until or returning.attendee.is_erased:
        raise TooLateToUndo
    people.require_agreement(returning.attendee, session.series)
    if not session.takes_registrations(now):
        raise RegistrationClosed([session.number])
    _require_room(returning)
    seats.seat(returning, seats.of(session.pk, returning.mode), now)
    if returning.is_waiting:
        raise PlaceGone
    # The same press may have left the series: what one press did, one press takes back.
    left = Enrolment.objects.filter(attendee=returning.attendee, series=session.series)
    left.filter(left_at=returning.cancelled_at).update(left_at=None)
    _confirm_anew(returning, seats, now)
    return returning


def undo_until(registration: Registration) -> datetime | None:
    """Until when a cancellation can be taken back, if no colleague took over; whether it still can, the act says."""
    cancelled_at = registration.cancelled_at if registration.state == RegistrationState.CANCELLED else None
    if cancelled_at is None or registration.substitutes.filter(confirmed_at__gte=cancelled_at).exists():
        return None
    return cancelled_at + UNDO_WITHIN


def way_back(*, registration: Registration, until: datetime | None, now: datetime) -> WayBack:
    """What is open at this moment, unlocked, to somebody who cancelled: the act itself may still refuse.

    until: what `undo_until` said.
    """
    session = registration.session
    if registration.state != RegistrationState.CANCELLED or not session.takes_registrations(now):
        return WayBack.NONE
    if registration.attendee.must_agree:
        return WayBack.FORM
    mode = registration.mode if registration.mode in session.place_modes else session.place_modes[0]
    row = session.places.get(mode=mode)
    if row.are_full or Registration.objects.at(row).waiting().exists():
        return WayBack.WAIT
    return WayBack.UNDO if until and now < until else WayBack.REGISTER


@transaction.atomic
def register_known(
    *, attendee: Attendee, session: Session, now: datetime, mode: str = "", source: Source = Source.FORM
) -> Registration:
    """Register a person we know, or who comes back, and queue the mail that says so.

    mode: the wish at a hybrid session; without one, that of the last time.
    Returns the registration, untouched when it stood already.
    Raises RegistrationClosed, CapReached, MustAgree and Removed.
    """
    people.require_agreement(people.lock(attendee), session.series)
    seats = _lock(session.series, [session], whole_series=False, now=now)
    session = seats.sessions[session.pk]
    registration = _known(attendee, seats).get(session.pk) or draft(session, attendee, source, now)
    registration.session = session
    if registration.pk is not None and registration.is_live:
        return registration
    if registration.state == RegistrationState.REMOVED:
        raise Removed
    _require_room(registration)
    seats.seat(registration, seats.of(session.pk, mode or registration.mode), now)
    _confirm_anew(registration, seats, now)
    return registration


def leave_series(*, attendee: Attendee, series: Series, now: datetime) -> bool:
    """End the standing enrolment; registrations that were made stay. Returns whether there was one."""
    return bool(Enrolment.objects.standing().filter(attendee=attendee, series=series).update(left_at=now))


@transaction.atomic
def enrol(*, attendee: Attendee, series: Series, now: datetime) -> list[Registration]:
    """Enrol a person we know in the whole series, or once more, and register them for what is open now.

    A session they have a registration for, of whatever state, stays as it is: who opted out of one stays out of it.
    Returns the registrations made. Raises CapReached, MustAgree.
    """
    people.require_agreement(people.lock(attendee), series)
    before = Enrolment.objects.filter(attendee=attendee, series=series).first()
    mode = before.mode if before else PlaceMode.ONLINE
    enrolled = _enrol(attendee, series, mode, now)
    fresh = series.sessions.taking_registrations(now).exclude(registrations__attendee=attendee)
    seats = Seats(fresh.values_list("pk", flat=True))
    known = _known(attendee, seats)
    made = []
    for session in seats.sessions.values():
        if session.pk not in known and session.takes_registrations(now):
            registration = draft(session, attendee, Source.ENROLMENT, now)
            _require_room(registration)
            seats.seat(registration, seats.of(session.pk, mode), now)
            made.append(registration)
    _write(made, seats)
    if made or enrolled:
        _tell(attendee, series, made, enrolled=enrolled, now=now)
    return made


def _require_room(registration: Registration) -> None:
    said = {"initiative": registration.initiative, "country": registration.country}
    caps.Room([registration.session]).require([registration.session], **said)


def _confirm_anew(registration: Registration, seats: Seats, now: datetime) -> None:
    """Write a registration that was seated, and tell its person how it stands."""
    registration.told_facts = ""
    _write([registration], seats)
    _tell(registration.attendee, registration.session.series, [registration], enrolled=False, now=now)


def _enrol(attendee: Attendee, series: Series, mode: str, now: datetime) -> bool:
    """Write the standing wish; True when it is news."""
    enrolment, created = Enrolment.objects.get_or_create(
        series=series, attendee=attendee, defaults={"enrolled_at": now, "mode": mode}
    )
    if created or enrolment.left_at is None:
        return created
    enrolment.renew(at=now, mode=mode)
    return True


def _lock(series: Series, sessions: Iterable[Session], whole_series: bool, now: datetime) -> Seats:
    """Lock the places of the chosen sessions and see that they are open behind the lock."""
    chosen = {session.pk for session in sessions}
    if whole_series:
        chosen.update(series.sessions.taking_registrations(now).values_list("pk", flat=True))
    seats = Seats(chosen)
    shut = [session.number for session in seats.sessions.values() if not session.takes_registrations(now)]
    if shut or chosen - set(seats.sessions):
        raise RegistrationClosed(shut)
    return seats


def _known(attendee: Attendee, seats: Seats) -> dict[int, Registration]:
    found = Registration.objects.filter(attendee=attendee, session__in=seats.sessions).select_related("attendee")
    return {registration.session_id: registration for registration in found}


def draft(session: Session, attendee: Attendee, source: Source, now: datetime) -> Registration:
    """A registration that is not seated yet, with what the figures keep of its person."""
    return Registration(
        session=session,
        attendee=attendee,
        source=source,
        created_at=now,
        country=attendee.country.code or "",
        gender=attendee.gender,
        sector=attendee.sector,
        initiative=attendee.initiative,
    )


def _answer(registration: Registration, answers: Answers, *, typed: dict[str, str]) -> None:
    registration.support_needed, registration.question = answers.support_needed, answers.question
    registration.typed = typed
    # Who comes back is told everything anew.
    registration.told_facts = ""


def _write(made: list[Registration], seats: Seats) -> None:
    returning = [registration for registration in made if registration.pk is not None]
    Registration.objects.bulk_create([registration for registration in made if registration.pk is None])
    for registration in returning:
        registration.save()
    seats.record()


def _tell(attendee: Attendee, series: Series, made: list[Registration], *, enrolled: bool, now: datetime) -> None:
    """Queue the one mail that answers a form."""
    if len(made) > 1:
        outbox.queue([outbox.about_several(made, MessageKind.CONFIRMATION, now=now)])
    elif made:
        kind = MessageKind.WAITING_LIST if made[0].is_waiting else MessageKind.CONFIRMATION
        outbox.queue([outbox.about(made[0], kind, now=now, occasion=outbox.stamp(now) if made[0].is_waiting else "")])
    elif enrolled:
        outbox.queue([outbox.to_person(attendee, series, MessageKind.ENROLMENT, now=now, occasion=outbox.stamp(now))])
    elif not _was_told_lately(attendee, now):
        kind = MessageKind.ALREADY_REGISTERED
        outbox.queue([outbox.to_person(attendee, series, kind, now=now, occasion=outbox.stamp(now))])


def _was_told_lately(attendee: Attendee, now: datetime) -> bool:
    answers = Message.objects.filter(attendee=attendee, kind__in=ANSWERS_TO_A_FORM)
    return answers.filter(created_at__gt=now - REPEAT_AFTER).exists()
