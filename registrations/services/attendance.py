"""What speaks for somebody having been there: written once, taken back by an addition, weighed again each time.

Every act locks the registrations concerned in the order of their keys, so two that arrive at once see each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, QuerySet
from django.db.models.functions import Lower

from iatp_events.lib.intervals import Interval
from registrations import presence
from registrations.choices import AttendanceStatus, EvidenceKind, Origin, Part
from registrations.models import Attendance, AttendancePolicy, Batch, EmailAddress, Evidence, Registration, Retraction
from registrations.services import policies
from workshops.models import Panellist, Session

# A connection that comes and goes is several joins; a button pressed twice is one.
ONE_JOIN = timedelta(minutes=1)
BATCH = 2_000
_TEXTS = [f"session__{name}" for name in ("summary", "agenda", "takeaways", "materials", "cancellation_reason")]
_DERIVED = ["status", "because", "part", "seconds", "policy_version"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One line to write.

    key: what makes it the same observation; written once while it stands, and again only after it was taken back.
    since, until: the stretch that a report gives. seconds: its stated length, where that is shorter.
    """

    kind: EvidenceKind
    key: str
    part: Part = Part.AUDIENCE
    since: datetime | None = None
    until: datetime | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A line, taken back or not, and all that stand of its registration."""

    line: Evidence
    standing: list[Evidence]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a session is weighed. panel: registrations, by key, of who speaks: no audience, whatever shows them."""

    policy: AttendancePolicy
    schedule: Interval | None
    panel: frozenset[int]


@transaction.atomic
def note_join(*, registration: Registration, now: datetime) -> bool:
    """Write down that somebody went into the room. Returns False when that stands there already, of this minute."""
    _lock([registration.pk])
    joins = Evidence.objects.filter(registration=registration, kind=EvidenceKind.JOIN)
    if joins.filter(at__gt=now - ONE_JOIN).exists():
        return False
    seen = Observation(EvidenceKind.JOIN, f"join:{now.isoformat()}")
    return _write({registration.pk: [seen]}, origin=Origin.LINK, by=None, batch=None, now=now) > 0


@transaction.atomic
def record(
    *, registration: Registration, seen: Observation, origin: Origin, now: datetime, by: int | None = None
) -> bool:
    """Write one line of evidence and weigh anew. Returns False when it stands there already.

    by: the key of the member of staff who says so.
    """
    _lock([registration.pk])
    return _write({registration.pk: [seen]}, origin=origin, by=by, batch=None, now=now) > 0


def record_once(
    *, registration: Registration, seen: Observation, origin: Origin, at: datetime, by: int | None = None
) -> Recorded:
    """Write one line and weigh anew, unless it was ever written: then it stays as it is, taken back or not.

    For what a device tells again and again. The caller holds the registration.
    """
    lines = list(Evidence.objects.filter(registration=registration).select_related("retraction").order_by("at", "pk"))
    live = [line for line in lines if not line.is_retracted]
    known = next((line for line in lines if line.key == seen.key), None)
    if known is not None:
        return Recorded(known, live, is_new=False)
    line = _line(registration.pk, seen, origin=origin, by=by, batch=None, at=at, again=0)
    line.save(force_insert=True)
    _keep(registration.pk, [*live, line], _rules_of(registration))
    return Recorded(line, [*live, line], is_new=True)


def take_back_once(
    *, registration: Registration, seen: Observation, origin: Origin, at: datetime, by: int | None, now: datetime
) -> bool:
    """Take a line back; one that was not told yet is written and taken back, so that it never stands when it is.

    The caller holds the registration. Returns False when it was taken back before.
    """
    line = record_once(registration=registration, seen=seen, origin=origin, at=at, by=by).line
    return _take_back(Evidence.objects.filter(pk=line.pk), by=by, why="", now=now) > 0


@transaction.atomic
def record_batch(*, batch: Batch, seen: Mapping[int, Collection[Observation]], now: datetime) -> int:
    """Write what came together, by the key of each registration. Returns how many lines are new."""
    written = 0
    keys = sorted(seen)
    for chunk in (keys[start : start + BATCH] for start in range(0, len(keys), BATCH)):
        _lock(chunk)
        lines = {pk: seen[pk] for pk in chunk}
        written += _write(lines, origin=Origin(batch.origin), by=batch.by_id, batch=batch, now=now)
    return written


@transaction.atomic
def retract(*, evidence: Evidence, by: int | None, why: str, now: datetime) -> bool:
    """Take a line back. Returns False when somebody did so before."""
    _lock([evidence.registration_id])
    return _take_back(Evidence.objects.filter(pk=evidence.pk), by=by, why=why, now=now) > 0


@transaction.atomic
def undo(*, batch: Batch, by: int | None, why: str, now: datetime) -> int:
    """Take back all that came with a batch and still stands. Returns how many lines that were."""
    Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    mine = Evidence.objects.filter(batch=batch)
    _lock(mine.order_by().values_list("registration", flat=True).distinct())
    gone = _take_back(mine, by=by, why=why, now=now)
    Batch.objects.filter(pk=batch.pk, undone_at__isnull=True).update(undone_at=now)
    return gone


@transaction.atomic
def weigh(*, session: Session) -> int:
    """Derive the attendance of a whole session anew, after its hours or its policy changed. Returns of how many."""
    policy = policies.of(session)
    facts = Session.objects.values_list("revised_facts", flat=True).get(pk=session.pk)
    seen = Evidence.objects.filter(registration__session=session).order_by("registration")
    keys = list(seen.values_list("registration", flat=True).distinct())
    for chunk in (keys[start : start + BATCH] for start in range(0, len(keys), BATCH)):
        _lock(chunk)
        derive(chunk)
    # What was read before the derivation: a change meanwhile is found by the next tick.
    AttendancePolicy.objects.filter(pk=policy.pk).update(judged_version=policy.version, judged_facts=facts)
    return len(keys)


def would_become(*, session: Session, shares: presence.Shares) -> Counter[tuple[AttendanceStatus, AttendanceStatus]]:
    """From which status to which how many would go under other shares. Reads only."""
    known = Attendance.objects.filter(registration__session=session).order_by().values_list("registration", "status")
    before, schedule = dict(known), session.schedule
    changed: Counter[tuple[AttendanceStatus, AttendanceStatus]] = Counter()
    keys = sorted(before)
    for chunk in (keys[start : start + BATCH] for start in range(0, len(keys), BATCH)):
        for pk, lines in _live(chunk).items():
            verdict = presence.judge(lines, schedule=schedule, shares=shares)
            if verdict is not None and verdict.status != before[pk]:
                changed[AttendanceStatus(before[pk]), verdict.status] += 1
    return changed


def change_policy(*, session: Session, present_from: int, partial_from: int) -> bool:
    """Set what counts in a session, and weigh it anew; of very many people the next tick does that.

    Returns False when it says so already.
    """
    changed = policies.change(session=session, present_from=present_from, partial_from=partial_from)
    if changed and Attendance.objects.filter(registration__session=session).count() <= BATCH:
        weigh(session=session)
    return changed


def weigh_outdated() -> int:
    """Weigh every session again whose hours or policy changed since. Returns how many sessions."""
    rows = list(policies.outdated().select_related("session"))
    for policy in rows:
        weigh(session=policy.session)
    return len(rows)


def derive(registrations: Collection[int]) -> None:
    """Weigh the evidence of these registrations, by their keys. The caller holds their locks."""
    found = list(Registration.objects.filter(pk__in=registrations).order_by().values_list("pk", "session"))
    held = _live(registrations)
    rules = {pk: _rules(pk) for pk in sorted({session for _pk, session in found})}
    rows, gone = [], []
    for pk, session in found:
        row = _weighed(pk, held[pk], rules[session])
        if row is None:
            gone.append(pk)
        else:
            rows.append(row)
    if gone:
        Attendance.objects.filter(registration__in=gone).delete()
    Attendance.objects.bulk_create(rows, update_conflicts=True, unique_fields=["registration"], update_fields=_DERIVED)


def _keep(registration: int, evidence: list[Evidence], rules: Rules) -> None:
    """Write what the live evidence of one registration amounts to."""
    rows = [row for row in [_weighed(registration, evidence, rules)] if row is not None]
    Attendance.objects.bulk_create(rows, update_conflicts=True, unique_fields=["registration"], update_fields=_DERIVED)


def _live(registrations: Collection[int]) -> defaultdict[int, list[Evidence]]:
    held: defaultdict[int, list[Evidence]] = defaultdict(list)
    for line in Evidence.objects.live().filter(registration__in=registrations):
        held[line.registration_id].append(line)
    return held


def _rules(session: int) -> Rules:
    policy = _stamped(session).first()
    policy = policy or policies.of(Session.objects.only("starts_at", "ends_at", "revised_facts").get(pk=session))
    speakers = Registration.objects.filter(session=session, attendee__in=_panel(session).values("attendee"))
    return Rules(policy, policy.session.schedule, frozenset(speakers.order_by().values_list("pk", flat=True)))


def _rules_of(registration: Registration) -> Rules:
    """The same for one only, in one statement: at a door every one counts."""
    speaks = Exists(_panel(registration.session_id).filter(attendee=registration.attendee_id))
    policy = _stamped(registration.session_id).annotate(speaks=speaks).first()
    if policy is None:
        return _rules(registration.session_id)
    panel = frozenset({registration.pk} if policy.speaks else ())
    return Rules(policy, policy.session.schedule, panel)


def _stamped(session: int) -> QuerySet[AttendancePolicy]:
    return AttendancePolicy.objects.select_related("session").filter(session=session).defer(*_TEXTS)


def _panel(session: int) -> QuerySet[EmailAddress]:
    """The addresses of people who sit on the panel; a name alone makes nobody a speaker."""
    seats = Panellist.objects.filter(session=session).annotate(address=Lower("speaker__email"))
    return EmailAddress.objects.filter(normalised__in=seats.values("address"))


def _weighed(registration: int, evidence: Collection[Evidence], rules: Rules) -> Attendance | None:
    policy = rules.policy
    shares = presence.Shares(policy.present_from, policy.partial_from)
    verdict = presence.judge(evidence, schedule=rules.schedule, shares=shares)
    if verdict is None:
        return None
    speaks = registration in rules.panel and verdict.part == Part.AUDIENCE
    return Attendance(
        registration_id=registration,
        status=verdict.status,
        because=verdict.because,
        part=Part.SPEAKER if speaks else verdict.part,
        seconds=verdict.seconds,
        policy_version=policy.version,
    )


def _lock(registrations: Iterable[int]) -> None:
    """Two at once: the second waits here and sees the rows of the first."""
    rows = Registration.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(registrations))
    list(rows.order_by("pk").values_list("pk"))


def _write(
    seen: Mapping[int, Collection[Observation]],
    *,
    origin: Origin,
    by: int | None,
    batch: Batch | None,
    now: datetime,
) -> int:
    """Add what is not there yet, behind the lock."""
    told = Evidence.objects.filter(registration__in=seen)
    stands = set(told.live().values_list("registration", "key"))
    times = Counter(told.filter(retraction__isnull=False).values_list("registration", "key"))
    rows: dict[tuple[int, str], Evidence] = {}
    for pk, observations in seen.items():
        for one in observations:
            same = (pk, one.key)
            if same not in stands:
                rows[same] = _line(pk, one, origin=origin, by=by, batch=batch, at=now, again=times[same])
    Evidence.objects.bulk_create(rows.values(), batch_size=BATCH)
    if rows:
        derive({pk for pk, _key in rows})
    return len(rows)


def _line(
    registration: int,
    seen: Observation,
    *,
    origin: Origin,
    by: int | None,
    batch: Batch | None,
    at: datetime,
    again: int,
) -> Evidence:
    return Evidence(
        registration_id=registration,
        kind=seen.kind,
        key=seen.key,
        part=seen.part,
        since=seen.since,
        until=seen.until,
        seconds=seen.seconds,
        origin=origin,
        by_id=by,
        batch=batch,
        at=at,
        again=again,
    )


def _take_back(evidence: QuerySet[Evidence], *, by: int | None, why: str, now: datetime) -> int:
    lines = list(evidence.filter(retraction__isnull=True).values_list("pk", "registration"))
    Retraction.objects.bulk_create(
        (Retraction(evidence_id=pk, by_id=by, at=now, why=why.strip()[:200]) for pk, _registration in lines),
        batch_size=BATCH,
    )
    if lines:
        derive({registration for _pk, registration in lines})
    return len(lines)
