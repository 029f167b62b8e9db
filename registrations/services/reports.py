"""Read a report of a meeting platform against a session: who is in it, and whose registration that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from registrations.choices import RegistrationState
from registrations.matching import Entry, Kind, Match, Roster
from registrations.models import Alias, EmailAddress, Registration
from registrations.models.attendees import normalise
from registrations.platforms import grouping, placing, reading
from registrations.platforms.dates import DateOrder
from registrations.platforms.rows import Meaning, Person, Placed, Question, Schedule, Unmapped
from registrations.services import panels
from workshops.models import Session


class NoSchedule(Exception):
    """The session has no day, hour and length, so nobody can say what part of it somebody saw."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A report as it speaks of one session. matched: every person of it, in the order of the file.

    absent: keys of the registrations of people who meant to come and are in no line, not even perhaps.
    """

    placed: Placed
    matched: Sequence[tuple[Person, Match]]
    absent: Sequence[int]


def read(
    *,
    session: Session,
    file: BinaryIO,
    zone: str,
    order: DateOrder | None = None,
    remembered: Mapping[str, Mapping[int, Meaning]] | None = None,
) -> Reading | Question | Unmapped:
    """Read a file against a session and change nothing. Six queries, however long it is.

    zone: of the hours in the file, where it names none. order: what staff answered to a Question.
    remembered: what staff said of unknown headers, fingerprint → position → meaning.
    Raises NoSchedule, and platforms.rows.Unreadable.
    """
    if session.schedule is None:
        raise NoSchedule
    schedule = Schedule(session.schedule.start, session.schedule.end)
    report = reading.read(file, remembered=remembered)
    if isinstance(report, Unmapped):
        return report
    placed = placing.place(report, schedule=schedule, zone=zone, order=order)
    if isinstance(placed, Question):
        return placed
    roster = roster_of(session)
    matched = [(person, roster.match(person)) for person in grouping.people(placed, schedule=schedule)]
    return Reading(placed, matched, _absent(session, matched))


def roster_of(session: Session) -> Roster:
    """Who may be met in a session: everyone who ever registered for it, its panel and its organisers."""
    registered = dict(Registration.objects.filter(session=session).order_by().values_list("attendee", "pk"))
    aliases, known_names = _aliases(session, registered)
    return Roster(
        _entries(session),
        aliases=aliases,
        known_names=known_names,
        speakers=set(panels.known(session)),
        hosts=set(_normalised([session.series.contact])),
    )


def addresses_of(session: Session) -> dict[int, str]:
    """The first address of everyone who registered, by the key of their registration."""
    people = Registration.objects.filter(session=session, attendee__addresses__isnull=False)
    # The last one that is written into the dictionary stands: the oldest.
    return dict(people.order_by("-attendee__addresses__pk").values_list("pk", "attendee__addresses__normalised"))


def _entries(session: Session) -> Iterator[Entry]:
    addresses: dict[int, list[str]] = {}
    known = EmailAddress.objects.filter(attendee__registrations__session=session)
    for attendee, address in known.order_by("pk").values_list("attendee", "normalised"):
        addresses.setdefault(attendee, []).append(address)
    people = Registration.objects.filter(session=session, attendee__erased_at__isnull=True).order_by("pk")
    for pk, attendee, name in people.values_list("pk", "attendee", "attendee__full_name"):
        yield Entry(pk, name, tuple(addresses.get(attendee, ())))


def _aliases(session: Session, registered: Mapping[int, int]) -> tuple[dict[str, int], dict[str, int]]:
    """What staff confirmed before of people registered here. A name that stood for two people stands for none."""
    addresses: dict[str, int] = {}
    keys: dict[str, int] = {}
    twice: set[str] = set()
    rows = Alias.objects.filter(attendee__registrations__session=session)
    for attendee, address, key in rows.values_list("attendee", "address", "name_key"):
        if address:
            addresses[address] = registered[attendee]
        elif keys.setdefault(key, registered[attendee]) != registered[attendee]:
            twice.add(key)
    return addresses, {key: pk for key, pk in keys.items() if key not in twice}


def _normalised(addresses: Sequence[str] | Iterator[str]) -> Iterator[str]:
    for address in addresses:
        with suppress(ValueError):
            yield normalise(address)


def _absent(session: Session, matched: Sequence[tuple[Person, Match]]) -> list[int]:
    met = {pk for _person, match in matched if match.kind != Kind.DEVICE for pk in match.candidates}
    expected = Registration.objects.filter(session=session, state=RegistrationState.CONFIRMED).order_by("pk")
    return [pk for pk in expected.values_list("pk", flat=True) if pk not in met]
