"""All that belongs to some people, held: no other act changes it until the transaction ends."""

from __future__ import annotations

from collections.abc import Iterable

from registrations.models import Attendee, Message, Registration
from registrations.services.seating import Seats
from workshops.models import Session


def hold(*people: Attendee) -> Seats:
    """Lock their places, registrations and messages: in this order, and each in order of its key.

    The caller holds the people. Acts that lock one registration, or write a message, keep the same order, so none waits
    for another that waits for it. Returns the places of all sessions that the people have to do with.
    """
    seats = Seats(_sessions_of(people))
    registrations = Registration.objects.filter(attendee__in=people).order_by("pk")
    list(registrations.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    Message.objects.filter(attendee__in=people).hold()
    return seats


def _sessions_of(people: Iterable[Attendee]) -> set[int]:
    """Also those they cancelled, or are not registered for yet: behind the lock of the session alone a link undoes
    a cancellation, and the tick registers who is in the whole series.
    """
    registered = Registration.objects.filter(attendee__in=people).values_list("session", flat=True)
    enrolled = Session.objects.filter(series__enrolments__attendee__in=people).values_list("pk", flat=True)
    return {*registered, *enrolled}
