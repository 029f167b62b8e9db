"""Evidence is written once, taken back by an addition, and weighed again each time."""

from datetime import timedelta

import pytest

from registrations.choices import EvidenceKind, Origin
from registrations.models import Attendance, AttendancePolicy, Batch, Evidence, Registration, Retraction
from registrations.services import attendance, clockwork, policies
from registrations.services.attendance import Observation
from tests.factories import NOW, create_session, note, register
from workshops.models import Session

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def stayed(session: Session, minutes: int, key: str = "report:1") -> Observation:
    start = session.starts_at
    assert start is not None
    return Observation(EvidenceKind.REPORT, key, since=start, until=start + minutes * MINUTE)


def import_of(session: Session, seen: dict[int, list[Observation]]) -> Batch:
    batch = Batch.objects.create(session=session, origin=Origin.FILE, at=NOW)
    attendance.record_batch(batch=batch, seen=seen, now=NOW)
    return batch


def status(registration: Registration) -> tuple[str, int | None] | None:
    row = Attendance.objects.filter(registration=registration).first()
    return (row.status, row.seconds) if row else None


def test_several_joins_are_several_rows_but_not_more_than_one_per_minute() -> None:
    session = create_session()
    ana, luis = register(session, "Ana"), register(session, "Luis")
    moments = [NOW + timedelta(seconds=seconds) for seconds in (0, 1, 59, 60, 125)]

    written = [attendance.note_join(registration=ana, now=now) for now in moments]
    attendance.note_join(registration=luis, now=NOW + timedelta(seconds=1))

    assert written == [True, False, False, True, True]
    assert list(Evidence.objects.filter(registration=ana).order_by("at").values_list("kind", "at")) == [
        ("join", moments[0]),
        ("join", moments[3]),
        ("join", moments[4]),
    ]
    assert Evidence.objects.filter(registration=luis).count() == 1


def test_every_addition_is_weighed_with_what_is_there() -> None:
    session = create_session()
    ana = register(session)

    attendance.note_join(registration=ana, now=NOW)
    first = status(ana)
    note(ana, "room_code")

    assert (first, status(ana)) == (("partial", None), ("present", None))


def test_the_same_observation_is_written_once_and_after_it_was_taken_back_once_more() -> None:
    session = create_session()
    ana = register(session)
    seen = stayed(session, 60)

    wrote = [
        attendance.record(registration=ana, seen=seen, origin=Origin.FILE, now=NOW),
        attendance.record(registration=ana, seen=seen, origin=Origin.FILE, now=NOW),
    ]
    took = [attendance.retract(evidence=Evidence.objects.get(), by=None, why="Wrong room", now=NOW) for _ in range(2)]
    gone = status(ana)
    wrote.append(attendance.record(registration=ana, seen=seen, origin=Origin.FILE, now=NOW))

    assert (wrote, took, gone) == ([True, False, True], [True, False], None)
    assert status(ana) == ("present", 3_600)
    assert [line.again for line in Evidence.objects.order_by("pk")] == [0, 1]
    assert Retraction.objects.get().why == "Wrong room"


def test_a_batch_is_undone_whole_and_nothing_else_is() -> None:
    session = create_session()
    ana, luis = register(session, "Ana"), register(session, "Luis")
    attendance.note_join(registration=ana, now=NOW)
    batch = import_of(session, {ana.pk: [stayed(session, 80)], luis.pk: [stayed(session, 30)]})
    before = (status(ana), status(luis))

    undone = [attendance.undo(batch=batch, by=None, why="", now=NOW) for _ in range(2)]

    assert before == (("present", 4_800), ("partial", 1_800))
    assert (undone, status(ana), status(luis)) == ([2, 0], ("partial", None), None)
    assert Evidence.objects.count() == 3


def test_an_undone_file_can_come_again_and_a_second_file_adds_only_what_is_new() -> None:
    session = create_session()
    ana = register(session)
    lines = {ana.pk: [stayed(session, 10, "report:1")]}
    attendance.undo(batch=import_of(session, lines), by=None, why="", now=NOW)

    again = import_of(session, lines)
    more = Batch.objects.create(session=session, origin=Origin.FILE, at=NOW)
    added = attendance.record_batch(
        batch=more, seen={ana.pk: [*lines[ana.pk], stayed(session, 50, "report:2")]}, now=NOW
    )

    assert (again.evidence.count(), added, status(ana)) == (1, 1, ("present", 3_000))


def test_a_session_gets_its_policy_when_it_opens_and_keeps_it() -> None:
    session, announced = create_session(), create_session(number=2, state="announced")

    clockwork.find_work(clock=lambda: NOW)

    policy = AttendancePolicy.objects.get()
    assert (policy.session, policy.present_from, policy.partial_from, policy.version) == (session, 50, 20, 1)
    assert not AttendancePolicy.objects.filter(session=announced).exists()


def test_a_changed_policy_and_changed_hours_are_found_and_weighed_again() -> None:
    session = create_session()
    ana = register(session)
    attendance.record(registration=ana, seen=stayed(session, 60), origin=Origin.FILE, now=NOW)
    seen = [status(ana)]

    changed = [policies.change(session=session, present_from=80, partial_from=20) for _ in range(2)]
    clockwork.find_work(clock=lambda: NOW)
    seen.append(status(ana))
    Session.objects.filter(pk=session.pk).update(minutes=30)
    clockwork.find_work(clock=lambda: NOW)
    seen.append(status(ana))

    assert changed == [True, False]
    assert seen == [("present", 3_600), ("partial", 3_600), ("present", 1_800)]
    assert Attendance.objects.get().policy_version == 2


def test_a_hundred_lines_cost_as_many_queries_as_one(django_assert_num_queries) -> None:
    session = create_session()
    policies.of(session)
    people = [register(session, f"Person {number}") for number in range(12)]

    for group in (people[:1], people[1:]):
        batch = Batch.objects.create(session=session, origin=Origin.FILE, at=NOW)
        seen = {person.pk: [stayed(session, 60)] for person in group}
        with django_assert_num_queries(11):
            attendance.record_batch(batch=batch, seen=seen, now=NOW)
