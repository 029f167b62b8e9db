"""From evidence to present, in part, absent, excused or caught up, and which rule decided. No database.

The rules, strongest first (docs/decisions/023-what-counts-as-being-there.md):

1. Staff said so, an appeal was granted, or somebody walked in: present.
2. Checked in at the door: present. A device that stayed a few minutes in the meeting does not contradict a door.
3. Minutes, where a report gives hours: the share of the schedule decides, and a click or a code beside it does not.
4. No minutes: the code shown in the room, or two kinds of evidence: present; one kind alone: in part.
5. Who is not present but saw the recording has caught up; who was not there at all and said why is excused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from iatp_events.lib.intervals import Interval, seconds_within
from registrations.choices import AttendanceStatus, Because, EvidenceKind, Part
from registrations.models import Evidence

# Somebody answers for it.
_CONFIRMED = {EvidenceKind.STAFF, EvidenceKind.WALK_IN, EvidenceKind.APPEAL}
# These say something else than having been there.
_BESIDE = {EvidenceKind.RECORDING, EvidenceKind.EXCUSE}
_PARTS = [Part.AUDIENCE, Part.SPEAKER, Part.HOST]


@dataclass(frozen=True, slots=True)
class Shares:
    """Percent of the scheduled minutes."""

    present_from: int
    partial_from: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person's evidence amounts to; seconds inside the schedule, None where nobody knows."""

    status: AttendanceStatus
    because: Because
    part: Part
    seconds: int | None


def judge(evidence: Collection[Evidence], *, schedule: Interval | None, shares: Shares) -> Verdict | None:
    """Weigh the live evidence of one registration; None where there is none.

    schedule: None while the session has no full when; then no minutes are known.
    """
    if not evidence:
        return None
    seconds = seconds_inside(evidence, schedule) if schedule else None
    status, because = _judged({EvidenceKind(one.kind) for one in evidence}, seconds, schedule, shares)
    part = max((Part(one.part) for one in evidence), key=_PARTS.index)
    return Verdict(status, because, part, seconds)


def seconds_inside(evidence: Iterable[Evidence], schedule: Interval) -> int | None:
    """Seconds inside the schedule, each moment once; None where no line says from when until when."""
    known = [(interval, one.seconds) for one in evidence if (interval := one.interval) is not None]
    return seconds_within(known, schedule) if known else None


def _judged(
    kinds: set[EvidenceKind], seconds: int | None, schedule: Interval | None, shares: Shares
) -> tuple[AttendanceStatus, Because]:
    status, because = _seen(kinds, seconds, schedule, shares)
    if status != AttendanceStatus.PRESENT and EvidenceKind.RECORDING in kinds:
        return AttendanceStatus.CAUGHT_UP, Because.RECORDING
    if status == AttendanceStatus.ABSENT and EvidenceKind.EXCUSE in kinds:
        return AttendanceStatus.EXCUSED, Because.EXCUSE
    return status, because


def _seen(
    kinds: set[EvidenceKind], seconds: int | None, schedule: Interval | None, shares: Shares
) -> tuple[AttendanceStatus, Because]:
    if kinds & _CONFIRMED:
        return AttendanceStatus.PRESENT, Because.CONFIRMED
    if EvidenceKind.SCAN in kinds:
        return AttendanceStatus.PRESENT, Because.DOOR
    if seconds is not None and schedule is not None:
        return _by_minutes(seconds, schedule.seconds, shares), Because.MINUTES
    if EvidenceKind.ROOM_CODE in kinds:
        return AttendanceStatus.PRESENT, Because.ROOM_CODE
    signs = kinds - _BESIDE
    if len(signs) > 1:
        return AttendanceStatus.PRESENT, Because.TWO_KINDS
    return (AttendanceStatus.PARTIAL if signs else AttendanceStatus.ABSENT), Because.ONE_KIND


def _by_minutes(seconds: int, scheduled: int, shares: Shares) -> AttendanceStatus:
    if seconds * 100 >= scheduled * shares.present_from:
        return AttendanceStatus.PRESENT
    if seconds * 100 >= scheduled * shares.partial_from:
        return AttendanceStatus.PARTIAL
    return AttendanceStatus.ABSENT
