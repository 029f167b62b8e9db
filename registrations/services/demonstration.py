"""Make a series a demonstration, with moved dates and made-up people, and clear those people away again.

Rows are written in bulk: nobody is to be mailed a confirmation for a registration that nobody made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from registrations import invented
from registrations.choices import RegistrationState, Source, Suggest
from registrations.models import Attendee, Certificate, EmailAddress, Enrolment, Initiative, Registration
from registrations.models.attendees import normalise
from registrations.models.registrations import HOLDING
from registrations.services import initiatives, rehearsal
from workshops.choices import Mode, PlaceMode, SessionState
from workshops.models import Places, Series, Session

BATCH = 2_000
PEOPLE = 40
ENROLLED = 5
SESSIONS_NEEDED = 7
ZONE, START, MINUTES = "America/Santiago", time(11, 0), 90
THURSDAY = 3
NOTICE = timedelta(days=10)
BETWEEN_SESSIONS = timedelta(weeks=4)
_QUESTION = {
    "en": "Made-up workshop {number}: what do we learn from one another?",
    "es": "Taller inventado {number}: ¿qué aprendemos unas personas de otras?",
    "pt": "Oficina inventada {number}: o que aprendemos umas pessoas com as outras?",
    "fr": "Atelier inventé {number} : qu’apprenons-nous les uns des autres ?",
}


class TooFewPeople(Exception):
    """Each person registers once per session, so more registrations than that were asked for."""


@dataclass(frozen=True, slots=True)
class Made:
    """What is there after an act, and how much of it is new."""

    people: int
    new_people: int
    registrations: int
    new_registrations: int
    sessions: int


def make(*, series: Series, people: int | None, registrations: int | None, sessions: int, now: datetime) -> Made:
    """Mark the series, move its dates, add made-up sessions, people and registrations. Twice adds nothing.

    people: how many in all; by default 40, or as many as the registrations need.
    registrations: how many in all, filling session 2 first; by default everyone there and half at session 1.
    Raises TooFewPeople.
    """
    people = _how_many(people, registrations, sessions)
    stages = stage(series=series, sessions=sessions, now=now)
    guests, new_people = _invite(people, now)
    planned = people + people // 2 if registrations is None else registrations
    if registrations is None:
        shares = {stages[0].pk: people, stages[-1].pk: people // 2}
    else:
        shares = {session.pk: min(people, max(0, planned - people * place)) for place, session in enumerate(stages)}
    new = sum(_register(session, guests[: shares.get(session.pk, 0)], now) for session in stages)
    _enrol(series, guests[:ENROLLED], now)
    rehearsal.play(session=stages[-1], now=now)
    return Made(people, new_people, planned, new, len(stages))


@transaction.atomic
def stage(*, series: Series, sessions: int, now: datetime) -> list[Session]:
    """Move the dates; return session 2, the made-up sessions in order, and session 1 that is past."""
    series.demonstration = True
    if series.sessions_needed is None:
        series.sessions_needed = min(SESSIONS_NEEDED, series.planned_sessions)
    series.save(update_fields=["demonstration", "sessions_needed"])
    second = next_thursday(now)
    first = _move(series, 1, second - BETWEEN_SESSIONS, SessionState.CLOSED, now)
    stages = [_move(series, 2, second, SessionState.OPEN, now)]
    for extra in range(1, sessions + 1):
        number = series.planned_sessions + extra
        question = {code: text.format(number=number) for code, text in _QUESTION.items()}
        series.sessions.get_or_create(number=number, defaults={"question": question})
        stages.append(_move(series, number, second + extra * timedelta(weeks=1), SessionState.OPEN, now))
    return [*stages, first]


def next_thursday(now: datetime) -> datetime:
    """11:00 on the first Thursday at least ten days after today, as the calendar in Santiago counts."""
    earliest = (now + NOTICE).astimezone(ZoneInfo(ZONE)).date()
    day = earliest + timedelta(days=(THURSDAY - earliest.weekday()) % 7)
    return datetime.combine(day, START, tzinfo=ZoneInfo(ZONE))


def leftovers() -> list[QuerySet[Any]]:
    """Made-up registrations and enrolments in series that are no demonstration any more.

    Found by comparison, so it does not matter who ended the demonstration: the loader, the admin or SQL.
    """
    return [
        Registration.objects.filter(attendee__in=_made_up(), session__series__demonstration=False),
        Enrolment.objects.filter(attendee__in=_made_up(), series__demonstration=False),
    ]


def forget_leftovers() -> int:
    """Remove made-up people from series that are no demonstration any more; return how many registrations went."""
    registered, enrolled = leftovers()
    sessions = list(Session.objects.filter(pk__in=registered.values("session")).order_by("pk"))
    removed = 0
    for session in sessions:
        while gone := _clear(session):
            removed += gone
        rehearsal.forget(session=session)
    enrolments = enrolled.delete()[0]
    if removed or enrolments:
        while _forget_people():
            pass
    return removed


def _how_many(people: int | None, registrations: int | None, sessions: int) -> int:
    stages = sessions + 2
    if people is None:
        people = max(PEOPLE, -(-(registrations or 0) // stages))
    if (registrations or 0) > people * stages:
        raise TooFewPeople(f"{people} people at {stages} sessions make no more than {people * stages} registrations.")
    return people


def _move(series: Series, number: int, starts: datetime, state: SessionState, now: datetime) -> Session:
    """Give the session a when, a meeting link and a said panel; those who were invited know of it already."""
    session, _ = series.sessions.get_or_create(number=number)
    session.day, session.start_time, session.minutes, session.timezone = starts.date(), START, MINUTES, ZONE
    session.mode, session.state = Mode.ONLINE, state
    session.meeting_link = session.meeting_link or f"https://zoom.us/j/555000{number:04}"
    session.panel_to_be_announced = not session.panellists.exists()
    session.save(update_fields=["meeting_link", "panel_to_be_announced"])
    session.revise(now=now)
    for places in session.places.all():
        places.set_capacity(None)
    invited = Registration.objects.filter(session=session, source=Source.DEMONSTRATION)
    invited.exclude(told_facts=session.revised_facts).update(told_facts=session.revised_facts)
    return session


def _invite(people: int, now: datetime) -> tuple[list[Attendee], int]:
    """Return the first so many made-up people, in order, and how many of them had to be invented."""
    guests: list[Attendee] = []
    new = 0
    numbers = iter(range(1, people + 1))
    while batch := [invented.person(number) for number in islice(numbers, BATCH)]:
        found, added = _invite_batch(batch, now)
        guests += found
        new += added
    return guests, new


@transaction.atomic
def _invite_batch(batch: Sequence[invented.Invented], now: datetime) -> tuple[list[Attendee], int]:
    wanted = {normalise(person.email): person for person in batch}
    addresses = EmailAddress.objects.filter(normalised__in=wanted).select_related("attendee")
    known = {address.normalised: address.attendee for address in addresses}
    missing = {key: person for key, person in wanted.items() if key not in known}
    guests = [_attendee(person, now) for person in missing.values()]
    # Nobody shares a made-up initiative with strangers, and a demonstration shows what forms suggest.
    initiatives.join_many(guests, now=now, suggest=Suggest.ALWAYS)
    created = Attendee.objects.bulk_create(guests)
    EmailAddress.objects.bulk_create(
        EmailAddress(attendee=attendee, address=person.email, normalised=key, source=Source.DEMONSTRATION)
        for attendee, (key, person) in zip(created, missing.items(), strict=True)
    )
    known |= dict(zip(missing, created, strict=True))
    return [known[key] for key in wanted], len(missing)


def _attendee(person: invented.Invented, now: datetime) -> Attendee:
    return Attendee(
        full_name=person.full_name,
        country=person.country,
        timezone=person.timezone,
        language=person.language,
        position=person.position,
        organisation=person.organisation,
        initiative=person.initiative,
        sector=person.sector,
        gender=person.gender,
        created_at=now - timedelta(days=20),
    )


def _register(session: Session, guests: Sequence[Attendee], now: datetime) -> int:
    guests_left = iter(enumerate(guests, start=1))
    new = 0
    while batch := list(islice(guests_left, BATCH)):
        new += _register_batch(session, batch, now)
    return new


@transaction.atomic
def _register_batch(session: Session, guests: list[tuple[int, Attendee]], now: datetime) -> int:
    places = Places.objects.locked().get(session=session, mode=PlaceMode.ONLINE)
    ids = [guest.pk for _, guest in guests]
    known = set(Registration.objects.filter(session=session, attendee__in=ids).values_list("attendee", flat=True))
    new = [_registration(session, number, guest, now) for number, guest in guests if guest.pk not in known]
    Registration.objects.bulk_create(new)
    places.record(places.taken + sum(registration.state in HOLDING for registration in new))
    return len(new)


def _registration(session: Session, number: int, guest: Attendee, now: datetime) -> Registration:
    """A registration of some days ago, of which its person was told; one in twenty was cancelled since."""
    made_at = min(now, session.starts_at or now) - timedelta(days=1 + number % 9, minutes=number % 600)
    cancelled = number % 20 == 0
    told: dict[str, Any] = {"told_facts": session.revised_facts, "source": Source.DEMONSTRATION, "round": 1}
    return Registration(
        session=session,
        attendee=guest,
        mode=PlaceMode.ONLINE,
        state=RegistrationState.CANCELLED if cancelled else RegistrationState.CONFIRMED,
        confirmed_at=made_at,
        cancelled_at=made_at + timedelta(hours=5) if cancelled else None,
        created_at=made_at,
        question=invented.person(number).question if session.number == 2 else "",
        country=str(guest.country or ""),
        gender=guest.gender,
        sector=guest.sector,
        initiative=guest.initiative,
        **told,
    )


def _enrol(series: Series, guests: Sequence[Attendee], now: datetime) -> None:
    wishes = [Enrolment(series=series, attendee=guest, enrolled_at=now - timedelta(days=8)) for guest in guests]
    Enrolment.objects.bulk_create(wishes, ignore_conflicts=True)


@transaction.atomic
def _clear(session: Session) -> int:
    """Remove a batch of a session's made-up registrations and count its places anew."""
    locked = list(Places.objects.locked().filter(session=session))
    batch = Registration.objects.filter(session=session, attendee__in=_made_up()).values_list("pk", flat=True)
    gone = Registration.objects.filter(pk__in=list(batch[:BATCH])).delete()[1].get("registrations.Registration", 0)
    for places in locked:
        places.record(Registration.objects.at(places).holding().count())
    return gone


def _made_up() -> QuerySet[Attendee]:
    return Attendee.objects.filter(addresses__source=Source.DEMONSTRATION)


@transaction.atomic
def _forget_people() -> int:
    """Remove a batch of made-up people who are registered nowhere any more."""
    alone = _made_up().filter(registrations__isnull=True, enrolments__isnull=True)
    batch = dict(alone.values_list("pk", "coordinates")[:BATCH])
    # Whoever stays without a name would look like somebody who was erased.
    Certificate.objects.filter(holder__in=batch).delete()
    gone = Attendee.objects.filter(pk__in=batch).delete()[0]
    initiatives.forget_unused(Initiative.objects.filter(pk__in=set(batch.values())))
    return gone
