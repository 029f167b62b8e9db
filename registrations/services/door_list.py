"""Who is expected at a door and who has come: found without accents, counted, and listed for a device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from iatp_events.lib.folding import fold
from registrations.choices import Origin, RegistrationState
from registrations.models import Evidence, Registration
from registrations.services.door import SEEN_HERE, Mark, mark_of
from workshops.choices import PlaceMode
from workshops.models import Session

# A phone shows no more, and another letter makes it fewer.
MOST_FOUND = 30
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody on the list; since: when they were first checked in. events: the numbers of what stands."""

    pk: int
    name: str
    beside: str
    mark: Mark
    since: datetime | None
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    came: int
    expected: int


def counted(session: Session) -> Counted:
    """Two queries."""
    seen = _seen().filter(registration__session=session)
    people = Registration.objects.filter(session=session, mode=PlaceMode.IN_PERSON).holding()
    return Counted(seen.aggregate(people=Count("registration", distinct=True))["people"], people.count())


def search(session: Session, words: str) -> list[Guest]:
    """Whose name, organisation or initiative holds every word; nobody before two letters are known."""
    folded = fold(words)
    if len(folded) < SHORTEST:
        return []
    rows = _listed(session)
    for word in folded.split():
        rows = rows.filter(attendee__folded__contains=word)
    return _guests(rows.order_by("attendee__folded", "pk")[:MOST_FOUND])


def expected(session: Session) -> list[Guest]:
    """All who mean to come in person or once did, and all who came: what a device needs without a network."""
    here = Registration.objects.filter(pk__in=_seen().filter(registration__session=session).values("registration"))
    rows = _listed(session).filter(Q(mode=PlaceMode.IN_PERSON) | Q(pk__in=here.values("pk")))
    return _guests(rows.order_by("attendee__folded", "pk"))


def guest(session: Session, pk: int) -> Guest | None:
    return next(iter(_guests(_listed(session).filter(pk=pk))), None)


def _seen() -> QuerySet[Evidence]:
    return Evidence.objects.live().filter(origin=Origin.DOOR, kind__in=SEEN_HERE)


def _listed(session: Session) -> QuerySet[Registration]:
    rows = Registration.objects.filter(session=session, attendee__erased_at=None)
    return rows.exclude(state=RegistrationState.REMOVED).select_related("attendee")


def _guests(rows: QuerySet[Registration]) -> list[Guest]:
    seen = Prefetch("evidence", _seen().order_by("at", "pk"), to_attr="seen_here")
    return [_guest(row) for row in rows.prefetch_related(seen)]


def _guest(row: Registration) -> Guest:
    seen: list[Evidence] = row.seen_here  # type: ignore[attr-defined]
    beside = " · ".join(part for part in (row.attendee.organisation, row.attendee.initiative) if part)
    events = tuple(line.key for line in seen)
    return Guest(row.pk, row.attendee.full_name, beside, mark_of(row), seen[0].at if seen else None, events)
