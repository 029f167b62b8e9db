"""What staff write of several at once is one batch; what counts as being there changes only as was shown."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from registrations.choices import AttendanceStatus, EvidenceKind
from registrations.models import Attendance, Batch, Evidence, Registration
from registrations.presence import Shares
from registrations.services import attendance, marking
from tests.factories import NOW, create_session, note, register
from workshops.models import Session

pytestmark = pytest.mark.django_db


def statuses(session: Session) -> dict[str, str]:
    rows = Attendance.objects.filter(registration__session=session)
    return dict(rows.values_list("registration__attendee__full_name", "status"))


def several(session: Session, *names: str) -> list[int]:
    return [register(session, name).pk for name in names]


def mark(session: Session, registrations: list[int], kind: EvidenceKind = EvidenceKind.STAFF) -> int:
    return marking.mark_several(session=session, registrations=registrations, kind=kind, by=None, now=NOW)


def test_several_are_marked_at_once_and_taken_back_at_once() -> None:
    session = create_session()
    ana, luis = several(session, "Ana", "Luis")

    assert mark(session, [ana, luis]) == 2
    assert statuses(session) == {"Ana": "present", "Luis": "present"}

    assert marking.undo(batch=Batch.objects.get(), by=None, why="the wrong session", now=NOW) == 2
    assert statuses(session) == {}
    assert (Evidence.objects.count(), Batch.objects.get().undone_at) == (2, NOW)


def test_who_was_marked_before_stays_so_when_a_later_batch_is_undone() -> None:
    session = create_session()
    ana, luis = several(session, "Ana", "Luis")
    mark(session, [ana])

    assert mark(session, [ana, luis]) == 1
    marking.undo(batch=Batch.objects.latest("pk"), by=None, why="", now=NOW)

    assert statuses(session) == {"Ana": "present"}


def test_nothing_new_leaves_no_batch() -> None:
    session = create_session()
    (ana,) = several(session, "Ana")
    mark(session, [ana])

    assert (mark(session, [ana]), mark(session, []), Batch.objects.count()) == (0, 0, 1)


def test_a_registration_of_another_session_is_left_alone() -> None:
    session, other = create_session(), create_session(number=2)
    elsewhere = register(other, "Ana")

    assert mark(session, [elsewhere.pk]) == 0
    assert Evidence.objects.count() == 0


def test_the_excused_are_excused_only_where_they_were_not_seen() -> None:
    session = create_session()
    ana, luis = several(session, "Ana", "Luis")
    mark(session, [ana])

    mark(session, [ana, luis], EvidenceKind.EXCUSE)

    assert statuses(session) == {"Ana": "present", "Luis": "excused"}


def stayed(session: Session, name: str, minutes: int) -> Registration:
    registration = register(session, name)
    since = session.starts_at
    note(registration, "report", since=since, until=since + timedelta(minutes=minutes))
    return registration


def test_what_another_policy_would_change_is_told_and_then_is_so() -> None:
    session = create_session(minutes=100)
    for name, minutes in (("Ana", 60), ("Luis", 45), ("Eva", 10)):
        stayed(session, name, minutes)
    note(register(session, "Rosa"), "staff")
    before = dict(statuses(session))

    told = attendance.would_become(session=session, shares=Shares(70, 5))

    assert told == Counter(
        {
            (AttendanceStatus.PRESENT, AttendanceStatus.PARTIAL): 1,
            (AttendanceStatus.ABSENT, AttendanceStatus.PARTIAL): 1,
        }
    )
    assert statuses(session) == before

    assert attendance.change_policy(session=session, present_from=70, partial_from=5)
    assert statuses(session) == {"Ana": "partial", "Luis": "partial", "Eva": "partial", "Rosa": "present"}


def test_the_same_policy_again_changes_nothing() -> None:
    session = create_session()

    assert not attendance.change_policy(session=session, present_from=50, partial_from=20)
