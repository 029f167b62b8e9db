"""What a person says of themselves on a page, and what speaks for it: the code of the room, the recording seen."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from registrations import room_codes
from registrations.choices import EvidenceKind, Origin
from registrations.models import Attendee, Evidence, Registration
from registrations.services import attendance, people
from registrations.services.attendance import Observation
from workshops.choices import SessionState


class NoCode(Exception):
    """The session shows no code at this moment, or the person holds no place in it."""


class WrongCode(Exception):
    """It is not the code, nor the one just gone."""


class NothingToSee(Exception):
    """The session is not over, has no recording, or the person holds no place in it."""


def takes_code(registration: Registration, now: datetime) -> bool:
    """Whether this person can type the code of the room now."""
    return registration.is_confirmed and room_codes.is_shown(registration.session, now)


def in_rooms(*, attendee: Attendee, now: datetime) -> QuerySet[Registration]:
    """Where this person can type a code now; `noted` says that they did. One query."""
    typed = Evidence.objects.live().filter(registration=OuterRef("pk"), kind=EvidenceKind.ROOM_CODE)
    mine = Registration.objects.confirmed().filter(attendee=attendee, session__starts_at__lte=now)
    mine = mine.filter(session__ends_at__gt=now - room_codes.STAYS).exclude(session__state=SessionState.CANCELLED)
    return mine.select_related("session__series").annotate(noted=Exists(typed)).order_by("session__starts_at", "pk")


def has_typed(registration: Registration) -> bool:
    return Evidence.objects.live().filter(registration=registration, kind=EvidenceKind.ROOM_CODE).exists()


@transaction.atomic
def type_code(*, registration: Registration, typed: str, now: datetime) -> bool:
    """Write down that somebody typed the code shown in the room. Returns False when that stands there already.

    Raises NoCode, WrongCode, and of who was erased or merged meanwhile people.Gone or Registration.DoesNotExist.
    """
    held = _held(registration)
    if not takes_code(held, now):
        raise NoCode
    if not room_codes.accepts(held.session, typed, now):
        raise WrongCode
    seen = Observation(EvidenceKind.ROOM_CODE, EvidenceKind.ROOM_CODE.value)
    return attendance.record(registration=held, seen=seen, origin=Origin.PAGE, now=now)


@transaction.atomic
def saw_recording(*, registration: Registration, now: datetime) -> bool:
    """Write down that somebody saw the recording. Returns False when that stands there already.

    Raises NothingToSee, and the same as `type_code` of who was erased or merged meanwhile.
    """
    held = _held(registration)
    session = held.session
    is_over = session.ends_at is not None and session.ends_at <= now and not session.is_cancelled
    if not (held.is_confirmed and is_over and session.recording):
        raise NothingToSee
    seen = Observation(EvidenceKind.RECORDING, EvidenceKind.RECORDING.value)
    return attendance.record(registration=held, seen=seen, origin=Origin.PAGE, now=now)


def _held(registration: Registration) -> Registration:
    """The registration behind the lock of its person: no erasure or merge comes in between."""
    people.lock(registration.attendee)
    return Registration.objects.select_related("session__series").get(pk=registration.pk)
