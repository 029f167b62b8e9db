"""A freed place is offered to who has waited longest: taken in time it is theirs, else it goes on."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from registrations import turns
from registrations.choices import MessageKind, RegistrationState
from registrations.models import Registration
from registrations.services import outbox, people
from registrations.services.seating import BATCH, Seats


class OfferOver(Exception):
    """The place is not kept any more, or somebody else pressed first."""


@transaction.atomic
def take(*, registration: Registration, now: datetime) -> Registration:
    """Take the place that is kept for this person; near the start, any free one if they wait for it.

    Returns the registration as it stands; who has the place already is answered alike.
    Raises OfferOver, and MustAgree where a colleague's invitation waits for its own answer.
    """
    seats = Seats([registration.session_id])
    held = Registration.objects.select_related("attendee").get(pk=registration.pk)
    session = held.session = seats.sessions[registration.session_id]
    if held.state == RegistrationState.CONFIRMED:
        return held
    if held.is_invitation:
        raise people.MustAgree(session.series, held)
    people.require_agreement(held.attendee, session.series)
    places = seats.of(session.pk, held.mode)
    if session.is_cancelled or (session.ends_at is not None and session.ends_at <= now):
        raise OfferOver
    if held.is_waiting and turns.is_open_to_all(session, now) and not places.are_full:
        seats.take(places)
    elif not held.is_offered(now):
        raise OfferOver
    held.confirm(at=now)
    outbox.queue([outbox.about(held, MessageKind.PROMOTED, now=now)])
    seats.record()
    return held


def can_take(*, registration: Registration, now: datetime) -> bool:
    """Whether a button to take a place makes sense at this moment, unlocked: the act itself may still refuse."""
    session = registration.session
    if session.is_cancelled or (session.ends_at is not None and session.ends_at <= now):
        return False
    if not registration.is_waiting or not turns.is_open_to_all(session, now):
        return registration.is_offered(now)
    return not session.places.get(mode=registration.mode).are_full


def lapsed(now: datetime) -> QuerySet[Registration]:
    """Offers that nobody took in time."""
    return Registration.objects.filter(state=RegistrationState.OFFERED, offered_until__lte=now)


def pass_on_lapsed(*, now: datetime) -> int:
    """End the offers that were not taken, tell their people, and offer the places on. Returns how many ended."""
    sessions = lapsed(now).order_by("session").values_list("session", flat=True).distinct()
    return sum(_pass_on(session, now) for session in list(sessions))


@transaction.atomic
def _pass_on(session: int, now: datetime) -> int:
    seats = Seats([session])
    # Behind the lock: somebody may have pressed in the last moment.
    over = list(lapsed(now).filter(session=session).select_related("attendee").order_by("pk")[:BATCH])
    # Who never answered a colleague's invitation was told once, and asked for nothing.
    told = [one for one in over if not one.is_invitation]
    for registration in over:
        registration.session = seats.sessions[session]
        registration.cancel(at=now)
        seats.free(seats.of(session, registration.mode))
    outbox.queue([outbox.about(one, MessageKind.LAPSED, now=now, occasion=outbox.stamp(now)) for one in told])
    for places in seats.all_of(session):
        seats.pass_on(places, now)
    seats.record()
    return len(over)
