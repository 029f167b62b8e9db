"""A place goes from one person straight to another; none comes free, so nobody who waits is passed over."""

from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction

from registrations.choices import MessageKind, RegistrationState, Source
from registrations.models import Attendee, Initiative, Registration
from registrations.services import blocking, caps, initiatives, outbox, people
from registrations.services.people import Person
from registrations.services.places import draft
from registrations.services.seating import Seats
from workshops.models import Places


class NothingToPassOn(Exception):
    """The place is not this person's any more, or the session has begun or does not take place."""


def can_pass_on(registration: Registration, now: datetime) -> bool:
    """They hold a place, and the session has not begun."""
    session = registration.session
    if not registration.is_confirmed or session.is_cancelled:
        return False
    return session.starts_at is None or now < session.starts_at


@transaction.atomic
def take_over(*, registration: Registration, round: int, person: Person, announcements: bool, now: datetime) -> None:
    """Give the place of a registration to somebody else, who is told; so is who held it.

    round: that of the link; a place that was given back and taken again needs a new link.
    Where the other has a place already, was taken off the session, or said of this address that it was not them,
    nothing moves, and nothing tells. Raises NothingToPassOn, CapReached, and ValueError when the address can be none.
    """
    substitute, is_new = people.find_or_create(
        person=replace(person, initiative=registration.initiative),
        coordinates=_same_initiative(registration),
        source=Source.SUBSTITUTE,
        now=now,
    )
    if is_new or substitute.must_agree:
        people.consent(attendee=substitute, series=registration.session.series, announcements=announcements, now=now)
    seats = Seats([registration.session_id])
    giver = Registration.objects.select_related("attendee").get(pk=registration.pk)
    giver.session = seats.sessions[giver.session_id]
    if giver.round != round or not can_pass_on(giver, now):
        raise NothingToPassOn
    if person.country != giver.country:
        # The initiative stays that of the giver; a country that comes anew may have too many already.
        caps.Room([giver.session]).require([giver.session], initiative="", country=person.country)
    places = next(row for row in seats.all_of(giver.session_id) if row.mode == giver.mode)
    if _may_take(substitute, giver):
        _move(giver, substitute, places, person, typed={} if is_new else asdict(person), now=now)
    if blocking.is_blocked(person.email, now=now):
        # Done in full and taken back, so that it answers as ever.
        transaction.set_rollback(True)


def _same_initiative(giver: Registration) -> Initiative | None:
    """That of who passes the place on, wherever the colleague lives, while it is still what they register for."""
    coordinated = giver.attendee.coordinates
    folded, _country = initiatives.key_of(giver.initiative, "")
    return coordinated if coordinated is not None and coordinated.folded == folded else None


def _may_take(substitute: Attendee, giver: Registration) -> bool:
    held = Registration.objects.filter(session=giver.session_id, attendee=substitute)
    return not held.exclude(state__in=[RegistrationState.WAITLISTED, RegistrationState.CANCELLED]).exists()


def _move(
    giver: Registration, substitute: Attendee, places: Places, person: Person, *, typed: dict[str, str], now: datetime
) -> None:
    """The count of places stays: one leaves as the other comes."""
    waited = Registration.objects.filter(session=places.session_id, attendee=substitute).first()
    taken = waited or draft(giver.session, substitute, Source.SUBSTITUTE, now)
    taken.session, taken.attendee, taken.mode = giver.session, substitute, places.mode
    taken.initiative, taken.typed, taken.told_facts = giver.initiative, typed, ""
    caps.as_said(taken, initiative=giver.initiative, country=person.country)
    taken.substitute_for = giver
    taken.state, taken.confirmed_at, taken.round = RegistrationState.CONFIRMED, now, taken.round + 1
    taken.save()
    giver.cancel(at=now)
    outbox.queue(
        [
            outbox.about(taken, MessageKind.CONFIRMATION, now=now),
            outbox.about(giver, MessageKind.HANDED_OVER, now=now, occasion=outbox.stamp(now)),
        ]
    )
