"""Read a report of a meeting platform against a session: who is in it, and whose registration that is."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from django.db import transaction
from django.db.models import Q

from iatp_events.lib.folding import fold
from registrations.choices import RegistrationState
from registrations.matching import Entry, Kind, Match, Roster
from registrations.models import Alias, Attendee, EmailAddress, Registration, ReportRow
from registrations.models import Report as Draft
from registrations.models.attendees import normalise
from registrations.platforms import grouping, names, placing, reading
from registrations.platforms.dates import DateOrder
from registrations.platforms.rows import Meaning, Person, Placed, PlacedRow, Question, Schedule, Unmapped
from workshops.models import Panellist, Session

BATCH = 2_000


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
        speakers=_speakers(session),
        hosts=set(_normalised([session.series.contact])),
    )


def addresses_of(session: Session) -> dict[int, str]:
    """The first address of everyone who registered, by the key of their registration."""
    people = Registration.objects.filter(session=session, attendee__addresses__isnull=False)
    # The last one that is written into the dictionary stands: the oldest.
    return dict(people.order_by("-attendee__addresses__pk").values_list("pk", "attendee__addresses__normalised"))


@transaction.atomic
def take_in(
    *,
    session: Session,
    content: bytes,
    zone: str,
    by: int | None,
    now: datetime,
    order: DateOrder | None = None,
    remembered: Mapping[str, Mapping[int, Meaning]] | None = None,
) -> Draft | Question | Unmapped:
    """Read a file and keep what it says as a draft for staff to go through. Nobody is credited yet.

    Raises what `read` raises.
    """
    found = read(session=session, file=BytesIO(content), zone=zone, order=order, remembered=remembered)
    if not isinstance(found, Reading):
        return found
    draft = Draft.objects.create(
        session=session,
        at=now,
        by_id=by,
        digest=hashlib.sha256(content).hexdigest(),
        content=zlib.compress(content),
        layout=found.placed.report.layout,
        timezone=found.placed.zone,
        date_order=found.placed.order or "",
        first_joined_at=found.placed.first_joined_at,
        problems=_problems(found.placed),
    )
    rows = (_row(draft, position, *pair) for position, pair in enumerate(found.matched, start=1))
    ReportRow.objects.bulk_create(rows, batch_size=BATCH)
    return draft


def forget_person(*, attendee: Attendee, addresses: Collection[str]) -> None:
    """Delete what reports say of somebody, by whatever they are recognised, and drafts in which they may stand."""
    mine = set(attendee.registrations.values_list("pk", flat=True))
    Alias.objects.filter(attendee=attendee).delete()
    Draft.objects.filter(session__registrations__in=mine, batch__isnull=True).delete()
    named = Q(registration__in=mine) | Q(email__in=addresses)
    if name := fold(attendee.full_name):
        named |= Q(folded__startswith=name)
    ReportRow.objects.filter(named).delete()
    # Of who has the name of several, nobody may have said whose the line was.
    open_to_all = ReportRow.objects.filter(report__session__registrations__in=mine).exclude(candidates=[])
    perhaps = [pk for pk, offered in open_to_all.values_list("pk", "candidates") if mine.intersection(offered)]
    ReportRow.objects.filter(pk__in=perhaps).delete()


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


def _speakers(session: Session) -> set[str]:
    """Addresses and names of the panel, as a report may write them."""
    panel = list(Panellist.objects.filter(session=session).values_list("speaker__email", "speaker__name"))
    keys = {key for _email, name in panel for key in names.keys(name)}
    return keys | set(_normalised(email for email, _name in panel))


def _normalised(addresses: Sequence[str] | Iterator[str]) -> Iterator[str]:
    for address in addresses:
        with suppress(ValueError):
            yield normalise(address)


def _absent(session: Session, matched: Sequence[tuple[Person, Match]]) -> list[int]:
    met = {pk for _person, match in matched if match.kind != Kind.DEVICE for pk in match.candidates}
    expected = Registration.objects.filter(session=session, state=RegistrationState.CONFIRMED).order_by("pk")
    return [pk for pk in expected.values_list("pk", flat=True) if pk not in met]


def _problems(placed: Placed) -> list[list[object]]:
    return [[problem.line, str(problem.what)] for problem in (*placed.report.problems, *placed.problems)]


def _row(draft: Draft, position: int, person: Person, match: Match) -> ReportRow:
    return ReportRow(
        report=draft,
        position=position,
        name=person.name,
        email=person.email,
        part=match.part,
        stretches=[_stretch(row) for row in person.rows],
        seconds=person.seconds,
        match=match.kind,
        why=match.why,
        candidates=list(match.candidates),
        registration_id=match.registration,
    )


def _stretch(row: PlacedRow) -> list[object]:
    moments = [moment.isoformat() if moment else None for moment in (row.joined_at, row.left_at)]
    return [*moments, grouping.stated(row)]
