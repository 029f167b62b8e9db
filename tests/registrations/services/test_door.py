"""Check-in at the door: once per event, whatever the order and however often it is told."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from registrations.choices import RegistrationState
from registrations.models import Attendance, Attendee, BlockedAddress, Evidence, Message, Registration, WalkIn
from registrations.models.blocked_addresses import digest
from registrations.services import door, merging, places
from registrations.services.door import Badge, Event, Mark, Reason, Refused
from registrations.services.people import Person
from tests.factories import NOW, create_attendee, create_session, register
from workshops.models import Places, Session

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# Nobody was registered at the moment at which they came.
LATER = NOW + MINUTE


def opened(**fields) -> Session:
    """A session in a room that begins in twenty minutes."""
    return create_session(mode="in_person", starts_at=NOW + 20 * MINUTE, **fields)


def event(number: int = 1, at: datetime = LATER) -> Event:
    return Event(UUID(int=number), at, None)


def come(registration: Registration, number: int = 1, at: datetime = LATER) -> door.Admitted:
    return door.check_in(session=registration.session, badge=Badge(registration.pk), event=event(number, at))


def go(registration: Registration, number: int = 1) -> door.Admitted:
    return door.undo(session=registration.session, badge=Badge(registration.pk), event=event(number), now=NOW)


def guest(name: str = "Paz Soto", **said: str) -> Person:
    return Person(full_name=name, **({"email": "", "country": "", "timezone": "America/Santiago"} | said))


def walk(session: Session, person: Person, number: int = 1) -> door.Admitted:
    return door.walk_in(session=session, person=person, event=event(number), now=NOW)


def standing(session: Session) -> dict[str, int]:
    """Who is present, with how many lines that stand."""
    rows = Attendance.objects.filter(registration__session=session).select_related("registration__attendee")
    return {
        row.registration.attendee.full_name: Evidence.objects.live().filter(registration=row.registration).count()
        for row in rows
    }


def taken(session: Session) -> list[tuple[int, int | None]]:
    return list(Places.objects.filter(session=session).values_list("taken", "ceiling"))


def test_a_check_in_makes_present_and_says_since_when() -> None:
    ana = register(opened(), mode="in_person")

    first = come(ana, 1)
    second = come(ana, 2, LATER + MINUTE)

    assert (first.is_new, first.since, first.mark) == (True, LATER, Mark.NONE)
    assert (second.is_new, second.since) == (True, LATER)
    assert Attendance.objects.values_list("status", "because").get() == ("present", "door")


def test_the_same_event_told_again_changes_nothing() -> None:
    ana = register(opened(), mode="in_person")
    come(ana)

    again = come(ana)

    assert (again.is_new, again.since, Evidence.objects.count()) == (False, LATER, 1)


@pytest.mark.parametrize("undone_first", [False, True])
def test_an_undo_wins_over_every_replay_of_what_it_undoes(undone_first: bool) -> None:
    ana = register(opened(), mode="in_person")
    for act in (go, come) if undone_first else (come, go):
        act(ana)

    replayed = [come(ana), go(ana), come(ana)]

    assert [one.since for one in replayed] == [None, None, None]
    assert (Evidence.objects.live().count(), Attendance.objects.count()) == (0, 0)


def test_a_new_event_after_an_undo_counts() -> None:
    ana = register(opened(), mode="in_person")
    come(ana, 1)
    go(ana, 1)

    assert come(ana, 2).since == LATER
    assert standing(ana.session) == {"Ana": 1}


def test_queues_of_four_devices_replayed_three_times_in_any_order_leave_the_same() -> None:
    session = opened()
    people = [register(session, f"Person {number}", mode="in_person") for number in range(10)]
    told = [(come, people[n % 10], n + 1) for n in range(40)] + [(go, people[n % 5], n + 1) for n in range(0, 40, 10)]
    shuffled = told * 3
    random.Random(4).shuffle(shuffled)

    for act, person, number in shuffled:
        act(person, number)

    # Each came four times; the first one's four were all undone.
    assert standing(session) == {f"Person {number}": 4 for number in range(1, 10)}


def test_whoever_cancelled_or_waits_gets_a_place_above_the_capacity() -> None:
    session = opened(capacity=1)
    ana, luis = register(session, "Ana", mode="in_person"), register(session, "Luis", mode="in_person")
    eva = register(session, "Eva", mode="in_person")
    places.cancel(registration=eva, now=NOW)
    mails = Message.objects.count()

    marks = [come(one, number).mark for number, one in enumerate((ana, luis, eva), 1)]

    assert marks == [Mark.NONE, Mark.WAITING, Mark.CANCELLED]
    assert set(Registration.objects.values_list("state", flat=True)) == {"confirmed"}
    assert taken(session) == [(3, 3)]
    assert Message.objects.count() == mails


def test_undoing_gives_back_the_place_that_a_check_in_gave_and_no_other() -> None:
    session = opened(capacity=1)
    ana, luis = register(session, "Ana", mode="in_person"), register(session, "Luis", mode="in_person")
    eva = register(session, "Eva", mode="in_person")
    places.cancel(registration=eva, now=NOW)
    for number, one in enumerate((ana, luis, eva), 1):
        come(one, number)
        go(one, number)

    states = dict(Registration.objects.values_list("attendee__full_name", "state"))

    assert states == {"Ana": "confirmed", "Luis": "waitlisted", "Eva": "cancelled"}
    assert taken(session) == [(1, 1)]


def test_an_undone_check_in_gives_nobody_a_place_when_it_is_told_late() -> None:
    session = opened()
    eva = register(session, "Eva", mode="in_person")
    places.cancel(registration=eva, now=NOW)

    go(eva)
    come(eva)

    eva.refresh_from_db()
    assert (eva.state, taken(session)) == (RegistrationState.CANCELLED, [(0, None)])


def test_a_walk_in_is_written_once_confirmed_in_person_above_the_capacity() -> None:
    session = opened(capacity=1)
    register(session, "Ana", mode="in_person")

    told = [walk(session, guest(gender="woman", country="PE")) for _ in range(3)]

    row = Registration.objects.get(attendee__full_name="Paz Soto")
    assert [one.is_new for one in told] == [True, False, False]
    assert (row.state, row.mode, row.source, row.country, row.gender) == (
        "confirmed",
        "in_person",
        "walk_in",
        "PE",
        "woman",
    )
    assert (taken(session), row.attendance.because) == ([(2, 2)], "confirmed")
    assert not row.attendee.addresses.exists()


def test_a_walk_in_that_was_undone_frees_its_place_and_stays_undone() -> None:
    session = opened()
    walk(session, guest())

    door.undo_walk_in(session=session, event=event(), now=NOW)
    again = walk(session, guest())

    assert (again.since, taken(session), Attendance.objects.count()) == (None, [(0, None)], 0)
    assert Registration.objects.get().state == "cancelled"


def test_a_walk_in_undone_before_it_is_told_makes_nobody() -> None:
    session = opened()

    door.undo_walk_in(session=session, event=event(), now=NOW)
    told = walk(session, guest())

    assert (told.registration, Attendee.objects.count(), WalkIn.objects.count()) == (None, 0, 1)


def test_an_address_finds_its_person_whom_the_door_does_not_change() -> None:
    session = opened()
    known = create_attendee("Ana Ruiz", country="CO", email="ana@example.org")

    walk(session, guest("A. Ruiz", email="ANA@example.org", country="PE"))

    known.refresh_from_db()
    assert (known.full_name, known.country, Attendee.objects.count()) == ("Ana Ruiz", "CO", 1)
    assert Registration.objects.get().attendee == known


def test_who_is_registered_and_comes_as_a_walk_in_is_checked_in() -> None:
    ana = register(opened(), mode="in_person")

    walk(ana.session, guest("Ana", email="ana@example.org"))

    assert Evidence.objects.values_list("registration", "kind").get() == (ana.pk, "scan")
    assert taken(ana.session) == [(1, None)]


def test_an_address_that_said_not_me_is_not_written_down_again() -> None:
    session = opened()
    BlockedAddress.objects.create(digest=digest("ana@example.org"), until=NOW + timedelta(days=1))

    walk(session, guest(email="ana@example.org"))

    assert not Attendee.objects.get().addresses.exists()


def refusal(session: Session, badge: Badge, at: datetime = LATER) -> Reason:
    with pytest.raises(Refused) as refused:
        door.check_in(session=session, badge=badge, event=event(at=at))
    return refused.value.reason


def test_nobody_of_another_session_revoked_removed_or_at_another_hour_is_checked_in() -> None:
    session, other = opened(), create_session(number=2, mode="in_person")
    ana, luis, eva = (register(session, name, mode="in_person") for name in ("Ana", "Luis", "Eva"))
    Registration.objects.filter(pk=luis.pk).update(state="removed")
    assert session.ends_at is not None

    refused = [
        refusal(other, Badge(ana.pk), other.starts_at),
        refusal(session, Badge(ana.pk, 2)),
        refusal(session, Badge(0)),
        refusal(session, Badge(luis.pk)),
        refusal(session, Badge(eva.pk), NOW - timedelta(hours=13)),
        refusal(session, Badge(eva.pk), session.ends_at + timedelta(hours=4)),
    ]

    assert refused == ["elsewhere", "unknown", "unknown", "removed", "closed", "closed"]
    assert Evidence.objects.count() == 0


def test_the_badge_of_somebody_who_was_merged_leads_to_who_stayed() -> None:
    session = opened()
    ana, anita = register(session, "Ana", mode="in_person"), register(session, "Anita", mode="in_person")
    merging.merge(kept=ana.attendee, gone=anita.attendee, by=None, now=NOW)

    badges = [Badge(ana.pk, 1), Badge(anita.pk, 1)]
    admitted = [door.check_in(session=session, badge=badge, event=event()).registration for badge in badges]

    assert (len({one.pk for one in admitted}), Evidence.objects.count()) == (1, 1)


def test_an_expected_check_in_costs_five_statements_in_one_transaction(django_assert_num_queries) -> None:
    ana = register(opened(), mode="in_person")
    come(ana, 1)

    with django_assert_num_queries(7):
        come(ana, 2)
