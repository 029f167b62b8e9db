"""Take a report over: what staff confirmed becomes evidence, in one batch that can be undone whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from registrations.choices import Decision, EvidenceKind, Origin, Part, RegistrationState, Source
from registrations.matching import Kind
from registrations.models import Alias, Attendee, Batch, EmailAddress, Registration, Report, ReportRow
from registrations.platforms import names
from registrations.services import attendance, blocking, drafts, panels, people, places
from registrations.services.attendance import Observation
from registrations.services.people import Person
from registrations.services.seating import Seats
from workshops.models import Session

BATCH = 2_000
# One line for a report that gives no hours, however often it comes.
UNTIMED = "report:untimed"


class NotOfThisSession(Exception):
    """A registration was named that is not one of this session's."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What staff decided of one line. registration: its key, where the decision is to credit one."""

    decision: Decision
    registration: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """people: whose evidence the report is. lines: of it, new. walk_ins: registrations made for who had none."""

    batch: Batch
    people: int
    lines: int
    walk_ins: int


@transaction.atomic
def take_over(*, report: Report, choices: Mapping[int, Choice], by: int | None, now: datetime) -> Outcome:
    """Credit whoever is certain, and what staff chose of the others; without a choice they are left out.

    choices: by the key of the line. As what somebody appeared is remembered for the next report.
    Of a file or an hour that was taken over before only what is new is added.
    Raises drafts.TakenOver and NotOfThisSession.
    """
    report = drafts.locked(report)
    _decide_the_rest(report)
    rows = list(report.rows.order_by("position"))
    decided = {row.pk: choices.get(row.pk) or _decided(row) for row in rows}
    _check(report.session, decided.values())
    walk_ins = _walk_ins(report.session, [row for row in rows if decided[row.pk].decision == Decision.WALK_IN], now)
    seen: defaultdict[int, list[Observation]] = defaultdict(list)
    changed = []
    for row in rows:
        choice = decided[row.pk]
        said = choice.decision, walk_ins.get(row.pk, choice.registration)
        if (row.decision, row.registration_id) != said:
            row.decision, row.registration_id = said
            changed.append(row)
        if row.registration_id is not None:
            seen[row.registration_id] += _observations(row)
    ReportRow.objects.bulk_update(changed, ["registration", "decision"], batch_size=500)
    batch = Batch.objects.create(session=report.session, origin=Origin.FILE, layout=report.layout, by_id=by, at=now)
    lines = attendance.record_batch(batch=batch, seen=seen, now=now)
    panels.record(batch=batch, seen=[(row, _observations(row)) for row in rows], now=now)
    _remember(rows, by=by, now=now)
    # The file itself has served; nobody reads it in another way any more.
    Report.objects.filter(pk=report.pk).update(batch=batch, content=b"")
    return Outcome(batch, len(seen), lines, len(set(walk_ins.values())))


@transaction.atomic
def decide(*, report: Report, choices: Mapping[int, Choice | None]) -> None:
    """Keep what staff decided of some lines, by their keys, without taking anything over yet; None: nothing any more.

    Raises drafts.TakenOver and NotOfThisSession.
    """
    report = drafts.locked(report)
    _check(report.session, [choice for choice in choices.values() if choice])
    rows = list(report.rows.filter(pk__in=choices))
    for row in rows:
        choice = choices[row.pk]
        row.decision = choice.decision if choice else ""
        row.registration_id = choice.registration if choice else _alone(row)
    ReportRow.objects.bulk_update(rows, ["decision", "registration"], batch_size=500)


@transaction.atomic
def accept_suggestions(*, report: Report) -> int:
    """Credit everyone who was suggested and of whom nothing else was decided. Returns how many."""
    report = drafts.locked(report)
    suggested = report.rows.filter(match=Kind.SUGGESTED, decision="", registration__isnull=False)
    return suggested.update(decision=Decision.CREDIT)


@transaction.atomic
def undo(*, report: Report, by: int | None, why: str, now: datetime) -> int:
    """Take back all that a report added, walk-ins included. Returns how many lines of evidence that were."""
    batch = Batch.objects.get(report=report)
    mine = Registration.objects.filter(source=Source.WALK_IN, evidence__batch=batch)
    walk_ins = sorted(set(mine.values_list("pk", flat=True)))
    seats = Seats([report.session_id])
    gone = attendance.undo(batch=batch, by=by, why=why, now=now)
    for registration in Registration.objects.filter(pk__in=walk_ins, attendance__isnull=True).holding():
        registration.state = RegistrationState.REMOVED
        registration.save(update_fields=["state"])
        seats.free(seats.of(report.session_id, registration.mode))
    seats.record()
    return gone


def _decide_the_rest(report: Report) -> None:
    """Who is certain counts, the others are left out; in few statements, a file may have a hundred thousand lines."""
    open_yet = report.rows.filter(decision="")
    open_yet.filter(match=Kind.CERTAIN).update(decision=Decision.CREDIT)
    open_yet.update(decision=Decision.IGNORE, registration=None)


def _decided(row: ReportRow) -> Choice:
    decision = Decision(row.decision)
    return Choice(decision, row.registration_id if decision == Decision.CREDIT else None)


def _alone(row: ReportRow) -> int | None:
    """The one registration that was meant when the line was read."""
    sole = row.match in (Kind.CERTAIN, Kind.SUGGESTED)
    return int(row.candidates[0]) if sole and row.candidates else None


def _check(session: Session, choices: Iterable[Choice]) -> None:
    """Who was erased or moved since the report was read is named no more."""
    named = {choice.registration for choice in choices if choice.registration is not None}
    known: set[int] = set()
    some = sorted(named)
    for start in range(0, len(some), BATCH):
        mine = Registration.objects.filter(session=session, pk__in=some[start : start + BATCH])
        known |= set(mine.values_list("pk", flat=True))
    if named - known:
        raise NotOfThisSession


def _observations(row: ReportRow) -> list[Observation]:
    part = Part(row.part)
    found = []
    for joined, left, stated in row.stretches:
        if joined and left:
            since, until = datetime.fromisoformat(joined), datetime.fromisoformat(left)
            key = f"report:{joined}/{left}"
            found.append(Observation(EvidenceKind.REPORT, key, part, since=since, until=until, seconds=stated))
    return found or [Observation(EvidenceKind.REPORT, UNTIMED, part)]


def _walk_ins(session: Session, rows: Sequence[ReportRow], now: datetime) -> dict[int, int]:
    """Register whoever came without a registration. Returns the key of their registration, by line."""
    if not rows:
        return {}
    # People before places, as every other act takes them.
    attendees = {row.pk: _person_of(row, session, now) for row in rows}
    seats = Seats([session.pk])
    found = {pk: _registration(session, attendee, seats, now) for pk, attendee in attendees.items()}
    seats.record()
    return found


def _person_of(row: ReportRow, session: Session, now: datetime) -> Attendee:
    """Whoever has the address; who said of it “this wasn’t me” is written down without it."""
    said = Person(
        full_name=row.name[:200] or row.email,
        email=row.email,
        country="",
        timezone=session.timezone,
        language=session.series.languages[0],
    )
    if not row.email or blocking.is_blocked(row.email, now=now):
        return people.create_unaddressed(person=said, now=now)
    return people.find_or_create(person=said, source=Source.WALK_IN, now=now)[0]


def _registration(session: Session, attendee: Attendee, seats: Seats, now: datetime) -> int:
    held = Registration.objects.filter(session=session, attendee=attendee).first()
    if held is None:
        held = places.draft(session, attendee, Source.WALK_IN, now)
    if not held.holds_place:
        seats.admit(held, seats.of(session.pk), now)
    held.told_facts = session.revised_facts
    held.save()
    return held.pk


def _remember(rows: Collection[ReportRow], *, by: int | None, now: datetime) -> None:
    """What staff confirmed, not what was certain anyway: an address is that person's next time, a name a suggestion."""
    confirmed = [row for row in rows if row.registration_id and row.match != Kind.CERTAIN]
    registrations = Registration.objects.filter(pk__in={row.registration_id for row in confirmed})
    owners = dict(registrations.values_list("pk", "attendee"))
    addresses = {row.email for row in confirmed if row.email}
    taken = set(EmailAddress.objects.filter(normalised__in=addresses).values_list("normalised", flat=True))
    said = {"confirmed_at": now, "confirmed_by_id": by}
    found = []
    for row in confirmed:
        owner = owners[row.registration_id or 0]
        if row.email and row.email not in taken:
            found.append(Alias(attendee_id=owner, address=row.email, **said))
        elif key := names.key(row.name):
            found.append(Alias(attendee_id=owner, name_key=key[:300], **said))
    Alias.objects.bulk_create(found, ignore_conflicts=True)
