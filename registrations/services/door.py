"""Check-in at the door: who came, told by devices that lose the network and tell the same again, in any order.

Every event carries a number that its device made. What was written under a number is never written twice, and what
was undone under it stays undone, whichever of the two arrives first (docs/decisions/025-check-in-at-the-door.md).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from iatp_events.lib.intervals import Interval
from registrations.choices import EvidenceKind, Origin, RegistrationState, Source
from registrations.models import Attendee, Evidence, Merge, Registration, WalkIn
from registrations.models.registrations import FIRST_LINK
from registrations.services import attendance, blocking, people
from registrations.services.attendance import Observation
from registrations.services.people import Person
from registrations.services.places import draft
from registrations.services.seating import Seats
from workshops.choices import PlaceMode, SessionState
from workshops.models import Session

OPENS_BEFORE = timedelta(hours=12)
CLOSES_AFTER = timedelta(hours=3)
SEEN_HERE = (EvidenceKind.SCAN, EvidenceKind.WALK_IN)


class Reason(StrEnum):
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    REMOVED = "removed"
    CLOSED = "closed"


class Refused(Exception):
    """Nobody was checked in."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Mark(StrEnum):
    """What staff must know of somebody who came; empty where all is as expected."""

    CANCELLED = "cancelled"
    WAITING = "waiting"
    ONLINE = "online"
    WALK_IN = "walk_in"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a door.

    id: made by the device, once. at: when it happened there. by: the key of the member of staff.
    """

    id: UUID
    at: datetime
    by: int | None


@dataclass(frozen=True, slots=True)
class Badge:
    """Whom somebody at the door is: by the list, or by the numbers of a badge."""

    registration: int
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """How somebody stands after an event.

    since: when they were first checked in; None while no check-in stands. registration: None for somebody whose
    arrival was undone before it was told.
    """

    registration: Registration | None
    since: datetime | None
    mark: Mark = Mark.NONE
    is_new: bool = False


def hours(session: Session) -> Interval | None:
    """From when until when people come to this door; None where there is no such hour."""
    if session.schedule is None or session.state in (SessionState.CANCELLED, SessionState.DRAFT):
        return None
    return Interval(session.schedule.start - OPENS_BEFORE, session.schedule.end + CLOSES_AFTER)


def check_in(*, session: Session, badge: Badge, event: Event) -> Admitted:
    """Write down that somebody came, once per event. Whoever had no place gets one. Raises Refused."""
    _require_hours(session, event.at)
    return _check_in_expected(session, badge, event) or _check_in_unexpected(session, badge, event)


@transaction.atomic
def undo(*, session: Session, badge: Badge, event: Event, now: datetime) -> Admitted:
    """Take a check-in back, and one that was not told yet before it is. Raises Refused."""
    seats = Seats([session.pk])
    return _take_back(_locked(session, badge), _scan(event), event, seats, now)


@transaction.atomic
def undo_all(*, session: Session, badge: Badge, by: int | None, now: datetime) -> Registration:
    """Take back every check-in of somebody that stands. Raises Refused."""
    seats = Seats([session.pk])
    registration = _locked(session, badge)
    for line in _standing(registration):
        _take_back(registration, _as_seen(line), Event(UUID(int=0), line.at, by), seats, now)
    return registration


@transaction.atomic
def walk_in(*, session: Session, person: Person, event: Event, now: datetime) -> Admitted:
    """Write down somebody without a registration: confirmed in person, even above the capacity.

    An address finds the person who has it, and nothing tells; who is registered already is checked in. Raises Refused.
    """
    _require_hours(session, event.at)
    row = _hold(session, event)
    if row.settled_at is not None:
        return _as_it_stands(row)
    attendee, is_new = _person(person, now)
    seats = Seats([session.pk])
    rows = Registration.objects.select_for_update(of=("self",), no_key=True)
    held = rows.filter(session=session, attendee=attendee).first()
    registration = held or draft(session, attendee, Source.WALK_IN, now)
    registration.attendee = attendee
    if registration.state == RegistrationState.REMOVED:
        raise Refused(Reason.REMOVED)
    mark = mark_of(registration) if held else Mark.WALK_IN
    if not is_new and not held:
        registration.typed = asdict(person)
    _admit(registration, seats, event.at)
    seen = _scan(event) if mark in (Mark.NONE, Mark.ONLINE) else Observation(EvidenceKind.WALK_IN, _walked(event))
    recorded = attendance.record_once(
        registration=registration, seen=seen, origin=Origin.DOOR, at=event.at, by=event.by
    )
    row.evidence, row.settled_at = recorded.line, now
    row.save(update_fields=["evidence", "settled_at"])
    return _admitted(registration, recorded, mark)


@transaction.atomic
def undo_walk_in(*, session: Session, event: Event, now: datetime) -> Admitted:
    """Take an arrival back; one that was not told yet never counts."""
    row = _hold(session, event)
    if row.evidence is None:
        row.settled_at = row.settled_at or now
        row.save(update_fields=["settled_at"])
        return Admitted(None, None)
    seats = Seats([row.session_id])
    registration = _locked(row.session, Badge(row.evidence.registration_id))
    return _take_back(registration, _as_seen(row.evidence), event, seats, now)


# --- Who it is -------------------------------------------------------------------------------------------------------
def _require_hours(session: Session, at: datetime) -> None:
    open_for = hours(session)
    if open_for is None or not open_for.start <= at <= open_for.end:
        raise Refused(Reason.CLOSED)


def _locked(session: Session, badge: Badge) -> Registration:
    """The registration that is meant, locked; of two that were joined, the one that stayed. Raises Refused."""
    rows = Registration.objects.select_for_update(of=("self",), no_key=True).select_related("attendee")
    version = {} if badge.version is None else {"link_version": badge.version}
    found = rows.filter(pk=badge.registration, **version).first()
    if found is None:
        named = Merge.objects.now_named(badge.registration, badge.version or FIRST_LINK)
        found = rows.filter(pk=named[0], link_version=named[1]).first() if named else None
    if found is None:
        raise Refused(Reason.UNKNOWN)
    if found.session_id != session.pk:
        raise Refused(Reason.ELSEWHERE)
    if found.state == RegistrationState.REMOVED:
        raise Refused(Reason.REMOVED)
    found.session = session
    return found


def _person(person: Person, now: datetime) -> tuple[Attendee, bool]:
    """The guest stands here, so an address of which somebody said that it was not them is left out, not the guest."""
    if not person.email or blocking.is_blocked(person.email, now=now):
        return people.create_unaddressed(person=replace(person, email=""), now=now), True
    return people.find_or_create(person=person, source=Source.WALK_IN, now=now)


def mark_of(registration: Registration) -> Mark:
    """What is unusual about somebody who comes."""
    if registration.state == RegistrationState.CANCELLED:
        return Mark.CANCELLED
    if not registration.is_confirmed:
        return Mark.WAITING
    return Mark.ONLINE if registration.mode == PlaceMode.ONLINE else Mark.NONE


# --- What is written -------------------------------------------------------------------------------------------------
@transaction.atomic
def _check_in_expected(session: Session, badge: Badge, event: Event) -> Admitted | None:
    """The usual case: nothing is locked but the registration. None where its person had no place."""
    registration = _locked(session, badge)
    mark = mark_of(registration)
    return _record(registration, event, mark) if registration.is_confirmed else None


@transaction.atomic
def _check_in_unexpected(session: Session, badge: Badge, event: Event) -> Admitted:
    """Give a place as well, unless this event was undone; places are locked before registrations."""
    seats = Seats([session.pk])
    registration = _locked(session, badge)
    mark = mark_of(registration)
    if not Evidence.objects.filter(registration=registration, key=_scan(event).key).exists():
        _admit(registration, seats, event.at)
    return _record(registration, event, mark)


def _admit(registration: Registration, seats: Seats, at: datetime) -> None:
    """Confirm whoever is not, and write it."""
    if not registration.is_confirmed:
        seats.admit(registration, seats.of(registration.session_id, PlaceMode.IN_PERSON), at)
        # They are here, so they know where and when; a change after this is told to them as to anybody.
        registration.told_facts = registration.session.revised_facts
        registration.save()
        seats.record()


def _record(registration: Registration, event: Event, mark: Mark) -> Admitted:
    recorded = attendance.record_once(
        registration=registration, seen=_scan(event), origin=Origin.DOOR, at=event.at, by=event.by
    )
    return _admitted(registration, recorded, mark)


def _take_back(registration: Registration, seen: Observation, event: Event, seats: Seats, now: datetime) -> Admitted:
    attendance.take_back_once(
        registration=registration, seen=seen, origin=Origin.DOOR, at=event.at, by=event.by, now=now
    )
    standing = _standing(registration)
    if not standing:
        _give_up(registration, seats, now)
    return Admitted(registration, standing[0].at if standing else None)


def _give_up(registration: Registration, seats: Seats, now: datetime) -> None:
    """What a check-in changed besides goes back with the last of them: a place that it gave, a state that it ended."""
    written = Evidence.objects.filter(registration=registration)
    came_by_door = written.filter(origin=Origin.DOOR, at=registration.confirmed_at or now).exists()
    if not came_by_door or not registration.is_confirmed or written.live().exists():
        return
    seats.free(next(row for row in seats.all_of(registration.session_id) if row.mode == registration.mode))
    waited, left = registration.joined_waitlist_at, registration.cancelled_at
    if waited is not None and (left is None or left < waited):
        registration.wait(since=waited)
    else:
        registration.cancel(at=left or now)
    seats.record()


def _hold(session: Session, event: Event) -> WalkIn:
    """The row of an arrival, locked; two that tell of the same one follow each other."""
    WalkIn.objects.bulk_create([WalkIn(id=event.id, session=session)], ignore_conflicts=True)
    rows = WalkIn.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("session", "evidence").get(pk=event.id)


def _as_it_stands(row: WalkIn) -> Admitted:
    if row.evidence is None:
        return Admitted(None, None, Mark.WALK_IN)
    registration = Registration.objects.select_related("attendee").get(pk=row.evidence.registration_id)
    standing = _standing(registration)
    return Admitted(registration, standing[0].at if standing else None, Mark.WALK_IN)


def _admitted(registration: Registration, recorded: attendance.Recorded, mark: Mark) -> Admitted:
    seen = [line.at for line in recorded.standing if line.kind in SEEN_HERE and line.origin == Origin.DOOR]
    return Admitted(registration, min(seen, default=None), mark, recorded.is_new)


def _standing(registration: Registration) -> list[Evidence]:
    rows = Evidence.objects.live().filter(registration=registration, origin=Origin.DOOR, kind__in=SEEN_HERE)
    return list(rows.order_by("at", "pk"))


def _scan(event: Event) -> Observation:
    return Observation(EvidenceKind.SCAN, f"scan:{event.id}")


def _walked(event: Event) -> str:
    return f"walk_in:{event.id}"


def _as_seen(line: Evidence) -> Observation:
    return Observation(EvidenceKind(line.kind), line.key)
