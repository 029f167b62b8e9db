"""Coming back: a cancellation undone while its place is free, and known people registered by one press."""

from datetime import timedelta

import pytest

from registrations import cases, truth
from registrations.models import Enrolment, Message, Registration
from registrations.services import places, reminders
from registrations.services.places import WayBack
from tests.factories import NOW, create_attendee, create_session, register, register_for, states
from workshops.models import Places, Session

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def kinds() -> list[str]:
    return list(Message.objects.order_by("created_at", "key").values_list("kind", flat=True))


def taken(session) -> int:
    return Places.objects.get(session=session, mode="online").taken


def cancelled(session, name="Ana", at=NOW + MINUTE) -> Registration:
    registration = register(session, name)
    places.cancel(registration=registration, now=at)
    return registration


def test_a_cancellation_is_undone_in_a_new_round_and_told_anew():
    session = create_session(capacity=1)
    ana = cancelled(session)

    back = places.undo_cancellation(registration=ana, now=NOW + 5 * MINUTE)

    assert (back.state, back.round, back.told_facts) == ("confirmed", 2, "")
    assert (kinds(), taken(session)) == (["confirmation", "cancellation", "confirmation"], 1)


def test_what_was_undone_once_is_not_undone_twice():
    session = create_session(capacity=2)
    ana = cancelled(session)
    places.undo_cancellation(registration=ana, now=NOW + 2 * MINUTE)

    again = places.undo_cancellation(registration=ana, now=NOW + 3 * MINUTE)

    assert (again.state, again.round, taken(session)) == ("confirmed", 2, 1)
    assert kinds().count("confirmation") == 2


@pytest.mark.parametrize(("minutes", "refused"), [(9.99, False), (10, True)])
def test_ten_minutes_later_it_is_too_late_to_undo(minutes, refused):
    session = create_session()
    ana = cancelled(session, at=NOW)

    try:
        places.undo_cancellation(registration=ana, now=NOW + minutes * MINUTE)
        outcome = False
    except places.TooLateToUndo:
        outcome = True

    assert (outcome, states(session)) == (refused, {"Ana": "cancelled" if refused else "confirmed"})


def test_a_place_that_passed_on_stays_where_it_is():
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    register(session, "Luis", NOW + MINUTE)
    places.cancel(registration=ana, now=NOW + 2 * MINUTE)

    with pytest.raises(places.PlaceGone):
        places.undo_cancellation(registration=ana, now=NOW + 3 * MINUTE)

    assert states(session) == {"Ana": "cancelled", "Luis": "offered"}
    assert (kinds().count("confirmation"), taken(session)) == (1, 1)


def test_nobody_comes_back_past_those_who_wait():
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    places.cancel(registration=ana, now=NOW + MINUTE)
    register(session, "Luis", NOW + 2 * MINUTE)
    register(session, "Eva", NOW + 3 * MINUTE)
    # A raised capacity that no tick has seen yet: the place is Eva's.
    Places.objects.get(session=session).set_capacity(2)

    with pytest.raises(places.PlaceGone):
        places.undo_cancellation(registration=ana, now=NOW + 4 * MINUTE)

    assert states(session)["Ana"] == "cancelled"


@pytest.mark.parametrize("state", ["closed", "cancelled", "announced", "draft"])
def test_a_session_that_takes_nobody_takes_nobody_back(state):
    session = create_session()
    ana = cancelled(session)
    Session.objects.update(state=state)

    with pytest.raises(places.RegistrationClosed):
        places.undo_cancellation(registration=ana, now=NOW + 2 * MINUTE)
    with pytest.raises(places.RegistrationClosed):
        places.register_known(attendee=ana.attendee, session=session, now=NOW + 2 * MINUTE)

    assert (states(session), kinds()) == ({"Ana": "cancelled"}, ["confirmation", "cancellation"])


def test_a_session_that_ended_takes_nobody_back():
    session = create_session()
    ana = cancelled(session, at=session.ends_at - MINUTE)

    with pytest.raises(places.RegistrationClosed):
        places.undo_cancellation(registration=ana, now=session.ends_at)

    assert states(session) == {"Ana": "cancelled"}


@pytest.mark.parametrize(("left_at", "standing"), [(NOW + MINUTE, 1), (NOW, 0)])
def test_one_press_takes_back_what_one_press_did(left_at, standing):
    session = create_session()
    register_for([], "Ana", series=session.series, whole_series=True)
    ana = Registration.objects.get()
    places.leave_series(attendee=ana.attendee, series=session.series, now=left_at)
    places.cancel(registration=ana, now=NOW + MINUTE)

    places.undo_cancellation(registration=ana, now=NOW + 2 * MINUTE)

    assert Enrolment.objects.standing().count() == standing


def way_back(registration: Registration, now) -> WayBack:
    return places.way_back(registration=registration, until=places.undo_until(registration), now=now)


def test_the_way_back_is_what_the_act_would_do():
    session = create_session(capacity=1)
    ana = cancelled(session, at=NOW)
    ways = [way_back(ana, NOW + n * MINUTE) for n in (1, 10)]
    register(session, "Luis", NOW + MINUTE)
    ways.append(way_back(ana, NOW + MINUTE))
    ways.append(way_back(register(session, "Luis"), NOW))
    ana.session.state = "closed"
    ways.append(way_back(ana, NOW + MINUTE))

    assert ways == [WayBack.UNDO, WayBack.REGISTER, WayBack.WAIT, WayBack.NONE, WayBack.NONE]


def test_the_way_back_leads_behind_those_who_wait():
    session = create_session(capacity=1)
    ana = cancelled(session, at=NOW)
    register(session, "Luis", NOW + MINUTE)
    register(session, "Eva", NOW + MINUTE)
    Places.objects.get(session=session).set_capacity(2)

    assert way_back(ana, NOW + 2 * MINUTE) == WayBack.WAIT


def test_a_known_person_is_registered_and_told():
    session = create_session(capacity=1)
    ana, luis = create_attendee("Ana"), create_attendee("Luis")

    first = places.register_known(attendee=ana, session=session, now=NOW)
    second = places.register_known(attendee=luis, session=session, now=NOW + MINUTE)

    assert (first.state, first.country, second.state) == ("confirmed", "CO", "waitlisted")
    assert (kinds(), taken(session)) == (["confirmation", "waiting_list"], 1)


def test_who_is_registered_stays_as_they_are():
    session = create_session(capacity=1)
    register(session, "Ana")
    luis = register(session, "Luis", NOW + MINUTE)

    again = places.register_known(attendee=luis.attendee, session=session, now=NOW + 2 * MINUTE)

    assert (again.state, again.joined_waitlist_at, len(kinds())) == ("waitlisted", NOW + MINUTE, 2)


def test_who_comes_back_later_stands_at_the_end_of_the_line():
    session = create_session(capacity=1)
    ana = cancelled(session)
    register(session, "Luis", NOW + 2 * MINUTE)
    register(session, "Eva", NOW + 3 * MINUTE)

    back = places.register_known(attendee=ana.attendee, session=session, now=NOW + 4 * MINUTE)

    assert (back.pk, back.place_in_line()) == (ana.pk, 2)
    assert kinds()[-1] == "waiting_list"


def test_a_button_does_not_bring_back_whom_staff_removed():
    session = create_session()
    ana = register(session)
    Registration.objects.update(state="removed")

    with pytest.raises(places.Removed):
        places.register_known(attendee=ana.attendee, session=session, now=NOW)

    assert states(session) == {"Ana": "removed"}


def test_the_way_one_takes_part_is_a_wish_or_that_of_the_last_time():
    session = create_session(mode="hybrid")
    ana = register(session, "Ana", mode="in_person")
    places.cancel(registration=ana, now=NOW)
    luis = create_attendee("Luis")

    rows = [
        places.register_known(attendee=ana.attendee, session=session, now=NOW),
        places.register_known(attendee=luis, session=session, now=NOW, mode="in_person"),
        places.register_known(attendee=create_attendee("Eva"), session=session, now=NOW),
    ]

    assert [row.mode for row in rows] == ["in_person", "in_person", "online"]


def test_who_takes_their_place_back_is_reminded_again():
    session = create_session()
    ana = register(session)
    reminders.queue_due(now=NOW)
    places.cancel(registration=ana, now=NOW + MINUTE)
    places.undo_cancellation(registration=ana, now=NOW + 2 * MINUTE)

    reminders.queue_due(now=NOW + 3 * MINUTE)

    queued = Message.objects.filter(kind="reminder", registration=ana).order_by("round", "due_at")
    rounds = [(case.message.round, truth.reason_to_skip(case, case.message.due_at)) for case in cases.read(queued)]
    assert rounds == [(1, "cancelled")] * 3 + [(2, None)] * 3
    (cancellation,) = cases.read(Message.objects.filter(kind="cancellation"))
    assert truth.reason_to_skip(cancellation, NOW + 3 * MINUTE) == "superseded"
