"""What the clock keeps right about places: found by comparison, so it matters not who changed what.

Each act has a queryset that finds its work; the tick asks it first, and the act then does exactly that.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from registrations import turns
from registrations.choices import MessageKind, RegistrationState, Source
from registrations.models import Enrolment, Registration
from registrations.services import caps, outbox, places
from registrations.services.seating import BATCH, Seats
from workshops.choices import Mode, SessionState
from workshops.models import Places, Session


def strayed(now: datetime) -> QuerySet[Registration]:
    """Registrations whose session changed its mode under them."""
    ahead = Registration.objects.live().filter(session__ends_at__gt=now).exclude(mode=F("session__mode"))
    return ahead.exclude(session__mode=Mode.HYBRID)


def follow_mode(*, now: datetime) -> int:
    """Bring people along when a session changed its mode: place or wait go with them. Returns how many."""
    sessions = strayed(now).order_by().values_list("session", flat=True).distinct()
    return sum(_bring_along(pk) for pk in list(sessions))


def miscounted(now: datetime) -> QuerySet[Places]:
    """Places whose count of people is not that of their registrations."""
    held = Registration.objects.filter(session=OuterRef("session"), mode=OuterRef("mode")).holding().order_by()
    counted = held.values("session").annotate(people=Count("pk")).values("people")
    ahead = Places.objects.filter(session__ends_at__gt=now).annotate(held=Coalesce(Subquery(counted), 0))
    return ahead.exclude(taken=F("held"))


def recount_changed(*, now: datetime) -> int:
    """Set right the count of taken places where registrations were written by SQL or a shell. Returns how many."""
    wrong = miscounted(now).order_by("session").values_list("session", flat=True).distinct()
    return sum(_recount(session) for session in list(wrong))


def freed(now: datetime) -> QuerySet[Places]:
    """Places with room for somebody who waits."""
    waiting = Registration.objects.filter(
        session=OuterRef("session"), mode=OuterRef("mode"), state=RegistrationState.WAITLISTED
    )
    free, without_limit = Q(taken__lt=F("capacity")), Q(capacity__isnull=True)
    ahead = Q(session__ends_at__gt=now) & ~Q(session__state=SessionState.CANCELLED)
    offered = Q(session__starts_at__gt=now + turns.OPEN_TO_ALL) & Exists(waiting)
    # Near the start a free place stays free until somebody presses: the work is to tell them.
    called = Q(session__starts_at__gt=now) & Exists(waiting.filter(called_at__isnull=True))
    return Places.objects.filter(ahead, free & (offered | called) | without_limit & Exists(waiting))


def fill_freed(*, now: datetime) -> int:
    """Offer places that came free without a cancellation (a raised capacity) to those who wait. Returns how many."""
    promoted = 0
    for pk in list(freed(now).order_by("pk").values_list("pk", flat=True)):
        while moved := _fill(pk, now):
            promoted += moved
    return promoted


def unregistered(now: datetime) -> QuerySet[Session]:
    """Open sessions for which somebody enrolled in the whole series has no registration."""
    made = Registration.objects.filter(session=OuterRef(OuterRef("pk")), attendee=OuterRef("attendee"))
    waiting = Enrolment.objects.standing().filter(~Exists(made), series=OuterRef("series"))
    return Session.objects.taking_registrations(now).filter(Exists(waiting))


def register_enrolled(*, now: datetime) -> int:
    """Register those enrolled in a whole series for its open sessions, in order of enrolment. Returns how many."""
    registered = 0
    for session in list(unregistered(now).order_by("starts_at", "pk")):
        while moved := _register_batch(session, now):
            registered += moved
    return registered


@transaction.atomic
def _bring_along(session: int) -> int:
    seats = Seats([session])
    mode = seats.sessions[session].mode
    if mode == Mode.HYBRID:
        # It became so while we waited for the lock: now either way is right, and everyone keeps theirs.
        return 0
    moved = Registration.objects.live().filter(session=session).exclude(mode=mode).update(mode=mode)
    for row in seats.all_of(session):
        seats.recount(row)
    seats.record()
    return moved


@transaction.atomic
def _recount(session: int) -> int:
    seats = Seats([session])
    for row in seats.all_of(session):
        seats.recount(row)
    seats.record()
    return 1


@transaction.atomic
def _fill(pk: int, now: datetime) -> int:
    row = Places.objects.get(pk=pk)
    seats = Seats([row.session_id])
    moved = sum(seats.pass_on(held, now) for held in seats.all_of(row.session_id) if held.pk == pk)
    seats.record()
    return moved


@transaction.atomic
def _register_batch(session: Session, now: datetime) -> int:
    """Register the next batch of the enrolled who have no registration for this session."""
    seats = Seats([session.pk])
    if session.pk not in seats.sessions or not seats.sessions[session.pk].takes_registrations(now):
        return 0
    made_before = Registration.objects.filter(session=session, attendee=OuterRef("attendee"))
    enrolments = Enrolment.objects.standing().filter(~Exists(made_before), series=session.series_id)
    room = caps.Room(seats.sessions.values())
    made: list[Registration] = []
    line = enrolments.order_by("enrolled_at", "pk").select_related("attendee")
    # Whom a cap leaves out must not stand in the way of those behind them.
    for enrolment in line if room.is_capped else line[:BATCH]:
        registration = places.draft(seats.sessions[session.pk], enrolment.attendee, Source.ENROLMENT, now)
        if not room.admit(registration):
            continue
        if len(made) == BATCH:
            break
        seats.seat(registration, seats.of(session.pk, enrolment.mode), now)
        # Saved one by one: the next in line must find this one before them.
        registration.save()
        made.append(registration)
    seats.record()
    return outbox.queue([outbox.about(registration, MessageKind.ENROLLED, now=now) for registration in made])
