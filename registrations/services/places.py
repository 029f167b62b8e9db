"""Who holds a place: every change locks the places it concerns, in id order, and passes freed places on."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q

from registrations.choices import MessageKind, RegistrationState, Source
from registrations.models import Attendee, Enrolment, Message, Registration
from registrations.services import outbox, people
from registrations.services.people import Person
from workshops.choices import Mode, PlaceMode, SessionState
from workshops.models import Places, Series, Session

# How many people one transaction moves; the lock of a session is never held for long.
BATCH = 200
# Who sends the form again gets their link again, but not more often than this.
REPEAT_AFTER = timedelta(minutes=10)


class RegistrationClosed(Exception):
    """A session no longer takes registrations, or does not yet."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(f"sessions {list(numbers)} take no registrations")
        self.numbers = list(numbers)


class SessionOver(Exception):
    """The session has ended; there is no place left to give back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a form says about this registration only."""

    mode: str = PlaceMode.ONLINE
    support_needed: str = ""
    question: str = ""
    announcements: bool = False


@transaction.atomic
def register(
    *,
    series: Series,
    sessions: Iterable[Session],
    whole_series: bool,
    person: Person,
    answers: Answers,
    now: datetime,
    source: Source = Source.FORM,
) -> list[Registration]:
    """Register a person for sessions, all or nothing, and queue the mail that says so.

    With `whole_series` also for every other session that is open, and for those that open later.
    Returns the registrations made now; none when the person was registered for all of it before.
    Raises RegistrationClosed, and ValueError when the address can be none.
    """
    attendee, is_new = people.find_or_create(person=person, source=source, now=now)
    if is_new:
        people.consent(attendee=attendee, series=series, announcements=answers.announcements, now=now)
    enrolled = whole_series and _enrol(attendee, series, answers.mode, now)
    locked = _lock(series, sessions, whole_series, answers.mode, now)
    known = {} if is_new else _known(attendee, locked)
    # What an unproven form says of a person we know goes into nothing but this registration.
    typed = {} if is_new else asdict(person)
    made = []
    for places in locked.values():
        registration = known.get(places.session_id) or _new(places, attendee, source, now)
        if registration.pk is None or registration.state == RegistrationState.CANCELLED:
            made.append(_give_place(registration, places, answers=answers, typed=typed, now=now))
    _tell(attendee, series, made, enrolled=enrolled, now=now)
    return made


@transaction.atomic
def cancel(*, registration: Registration, now: datetime) -> bool:
    """Free the place and pass it to whoever has waited longest; both are told.

    Returns False when there was nothing to cancel any more. Raises SessionOver.
    """
    places = Places.objects.locked().get(session=registration.session_id, mode=registration.mode)
    registration.refresh_from_db()
    if not registration.is_live:
        return False
    if registration.session.ends_at is not None and registration.session.ends_at <= now:
        raise SessionOver
    held = registration.holds_place
    registration.cancel(at=now)
    if held:
        places.record(max(0, places.taken - 1))
    outbox.queue([outbox.about(registration, MessageKind.CANCELLATION, now=now, occasion=_stamp(now))])
    _pass_on(places, now)
    return True


def fill_freed(*, now: datetime) -> int:
    """Give places that came free without a cancellation (a raised capacity) to those who wait. Returns how many."""
    waiting = Registration.objects.filter(
        session=OuterRef("session"), mode=OuterRef("mode"), state=RegistrationState.WAITLISTED
    )
    free = Q(capacity__isnull=True) | Q(taken__lt=F("capacity"))
    ahead = Q(session__ends_at__gt=now) & ~Q(session__state=SessionState.CANCELLED)
    promoted = 0
    for pk in Places.objects.filter(free, ahead, Exists(waiting)).order_by("pk").values_list("pk", flat=True):
        while moved := _fill(pk, now):
            promoted += moved
    return promoted


def register_enrolled(*, now: datetime) -> int:
    """Register those enrolled in a whole series for its open sessions, in order of enrolment. Returns how many."""
    registered = 0
    for session in Session.objects.taking_registrations(now).order_by("starts_at", "pk"):
        while moved := _register_batch(session, now):
            registered += moved
    return registered


def _enrol(attendee: Attendee, series: Series, mode: str, now: datetime) -> bool:
    """Write the standing wish; True when it is news."""
    enrolment, created = Enrolment.objects.get_or_create(
        series=series, attendee=attendee, defaults={"enrolled_at": now, "mode": mode}
    )
    if created or enrolment.left_at is None:
        return created
    enrolment.renew(at=now, mode=mode)
    return True


def _lock(
    series: Series, sessions: Iterable[Session], whole_series: bool, mode: str, now: datetime
) -> dict[int, Places]:
    """Lock the places of the chosen sessions in id order; read the sessions as they are behind the lock."""
    chosen = {session.pk for session in sessions}
    wanted = Q(session__in=chosen)
    if whole_series:
        wanted |= Q(session__series=series, session__state=SessionState.OPEN, session__ends_at__gt=now)
    locked = {}
    for places in Places.objects.locked().filter(wanted).select_related("session__series"):
        if places.mode == _mode_at(places.session, mode):
            locked[places.session_id] = places
    shut = [places.session.number for places in locked.values() if not places.session.takes_registrations(now)]
    missing = chosen - set(locked)
    if shut or missing:
        raise RegistrationClosed(shut)
    return locked


def _mode_at(session: Session, wish: str) -> str:
    return (wish or PlaceMode.ONLINE) if session.mode == Mode.HYBRID else session.mode


def _known(attendee: Attendee, locked: dict[int, Places]) -> dict[int, Registration]:
    found = Registration.objects.filter(attendee=attendee, session__in=locked).select_related("attendee")
    return {registration.session_id: registration for registration in found}


def _give_place(
    registration: Registration, places: Places, *, answers: Answers, typed: dict[str, str], now: datetime
) -> Registration:
    """Write a new or returning registration: a place, or the end of the waiting list."""
    registration.session, registration.mode = places.session, places.mode
    registration.support_needed, registration.question = answers.support_needed, answers.question
    registration.typed = typed
    # Who comes back is told everything anew.
    registration.told_facts = ""
    _pass_on(places, now)
    _seat(registration, places, now)
    return registration


def _new(places: Places, attendee: Attendee, source: Source, now: datetime) -> Registration:
    return Registration(
        session=places.session,
        attendee=attendee,
        mode=places.mode,
        source=source,
        created_at=now,
        country=attendee.country.code or "",
        gender=attendee.gender,
        sector=attendee.sector,
        initiative=attendee.initiative,
    )


def _seat(registration: Registration, places: Places, now: datetime) -> None:
    """Confirm while there is a place, else put at the end of the list; nobody overtakes (see _pass_on)."""
    if places.are_full:
        registration.state, registration.joined_waitlist_at = RegistrationState.WAITLISTED, _end_of_line(places, now)
    else:
        registration.state, registration.confirmed_at = RegistrationState.CONFIRMED, now
        registration.round += 1
        places.record(places.taken + 1)
    registration.save()


def _end_of_line(places: Places, now: datetime) -> datetime:
    """The moment that puts a newcomer last: `now` was read before the lock, so another may have come since."""
    last = Registration.objects.at(places).waiting().aggregate(last=Max("joined_waitlist_at"))["last"]
    return max(now, last) if last else now


def _pass_on(places: Places, now: datetime) -> int:
    """Confirm those who waited longest while there is a place; the caller holds the lock. Returns how many."""
    session = places.session
    if places.are_full or session.is_cancelled or (session.ends_at is not None and session.ends_at <= now):
        return 0
    room = BATCH if places.left is None else min(places.left, BATCH)
    waiting = list(Registration.objects.at(places).waiting().select_related("attendee", "session__series")[:room])
    if not waiting:
        return 0
    for registration in waiting:
        registration.confirm(at=now)
    places.record(places.taken + len(waiting))
    outbox.queue([outbox.about(registration, MessageKind.PROMOTED, now=now) for registration in waiting])
    return len(waiting)


@transaction.atomic
def _fill(pk: int, now: datetime) -> int:
    return _pass_on(Places.objects.locked().select_related("session").get(pk=pk), now)


@transaction.atomic
def _register_batch(session: Session, now: datetime) -> int:
    """Register the next batch of the enrolled who have no registration for this session."""
    locked = {p.mode: p for p in Places.objects.locked().filter(session=session).select_related("session__series")}
    if not session.takes_registrations(now) or not locked:
        return 0
    made_before = Registration.objects.filter(session=session, attendee=OuterRef("attendee"))
    enrolments = Enrolment.objects.standing().filter(~Exists(made_before), series=session.series_id)
    messages: list[Message] = []
    for enrolment in enrolments.order_by("enrolled_at", "pk").select_related("attendee")[:BATCH]:
        places = locked[_mode_at(session, enrolment.mode)]
        registration = _new(places, enrolment.attendee, Source.ENROLMENT, now)
        _pass_on(places, now)
        _seat(registration, places, now)
        messages.append(outbox.about(registration, MessageKind.ENROLLED, now=now))
    return outbox.queue(messages)


def _tell(attendee: Attendee, series: Series, made: list[Registration], *, enrolled: bool, now: datetime) -> None:
    """Queue the one mail that answers a form."""
    if len(made) > 1:
        outbox.queue([outbox.about_several(made, MessageKind.CONFIRMATION, now=now)])
    elif made:
        kind = MessageKind.WAITING_LIST if made[0].is_waiting else MessageKind.CONFIRMATION
        outbox.queue([outbox.about(made[0], kind, now=now, occasion=_stamp(now) if made[0].is_waiting else "")])
    elif enrolled:
        outbox.queue([outbox.to_person(attendee, series, MessageKind.ENROLMENT, now=now, occasion=_stamp(now))])
    elif not _was_told_lately(attendee, now):
        kind = MessageKind.ALREADY_REGISTERED
        outbox.queue([outbox.to_person(attendee, series, kind, now=now, occasion=_stamp(now))])


def _was_told_lately(attendee: Attendee, now: datetime) -> bool:
    answers = [
        MessageKind.CONFIRMATION,
        MessageKind.WAITING_LIST,
        MessageKind.ENROLMENT,
        MessageKind.ALREADY_REGISTERED,
    ]
    return Message.objects.filter(attendee=attendee, kind__in=answers, created_at__gt=now - REPEAT_AFTER).exists()


def _stamp(now: datetime) -> str:
    """What tells two equal acts of one person apart."""
    return str(int(now.timestamp() * 1000))
