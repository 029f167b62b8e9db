"""The whole series: a standing wish, whom it registers for what, and how it ends."""

from datetime import timedelta

import pytest

from registrations.models import Attendee, Enrolment, Message, Registration
from registrations.services import places, upkeep
from tests.factories import NOW, create_series, create_session, register, register_for, states
from workshops.models import Places, Session

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def enrol(name: str, series, now=NOW, **answers) -> None:
    register_for([], name, now, series=series, whole_series=True, **answers)


def test_an_enrolment_reaches_the_sessions_of_its_own_series_only():
    enrol("Ana", create_series())
    elsewhere = create_session(create_series("another"))

    assert upkeep.register_enrolled(now=NOW) == 0
    assert states(elsewhere) == {}


def test_leaving_one_series_leaves_the_other():
    series, other = create_series(), create_series("another")
    enrol("Ana", series)
    enrol("Ana", other)

    places.leave_series(attendee=Attendee.objects.get(), series=series, now=NOW)

    assert list(Enrolment.objects.standing().values_list("series__slug", flat=True)) == ["another"]


def test_enrolling_twice_keeps_the_place_in_the_order():
    series = create_series()
    enrol("Ana", series)

    enrol("Ana", series, NOW + HOUR)

    assert Enrolment.objects.get().enrolled_at == NOW


def test_who_left_and_enrols_again_stands_in_line_anew_and_is_told_again():
    series = create_series()
    enrol("Ana", series)
    places.leave_series(attendee=Attendee.objects.get(), series=series, now=NOW + MINUTE)

    enrol("Ana", series, NOW + HOUR, mode="in_person")

    enrolment = Enrolment.objects.standing().get()
    assert (enrolment.enrolled_at, enrolment.mode) == (NOW + HOUR, "in_person")
    assert list(Message.objects.values_list("kind", flat=True)) == ["enrolment", "enrolment"]


def test_an_enrolment_keeps_its_mode_and_says_where_the_registration_came_from():
    series = create_series()
    enrol("Ana", series, mode="in_person")
    create_session(series, mode="hybrid")

    upkeep.register_enrolled(now=NOW)

    assert Registration.objects.values_list("mode", "source").get() == ("in_person", "enrolment")


def test_a_session_that_closed_meanwhile_enrols_nobody():
    series = create_series()
    enrol("Ana", series)
    session = create_session(series)
    Session.objects.update(state="closed")

    assert upkeep._register_batch(session, NOW) == 0


def test_at_a_hybrid_session_nobody_is_moved():
    session = create_session(mode="hybrid")
    register(session, "Ana", mode="in_person")

    assert upkeep.follow_mode(now=NOW) == 0
    assert Registration.objects.get().mode == "in_person"


def test_people_of_a_session_that_is_over_are_not_moved():
    session = create_session(mode="in_person", meeting_link="https://zoom.us/j/1")
    register(session, "Ana")
    session.mode = "online"
    session.revise(now=NOW)

    assert upkeep.follow_mode(now=session.ends_at) == 0
    assert list(Places.objects.order_by("mode").values_list("mode", "taken")) == [("in_person", 1), ("online", 0)]


def test_who_was_in_stays_in_when_the_other_mode_has_fewer_places():
    session = create_session(mode="in_person", meeting_link="https://zoom.us/j/1")
    for name in ("Ana", "Luis"):
        register(session, name)
    session.mode = "online"
    session.revise(now=NOW)
    Places.objects.get(mode="online").set_capacity(1)

    upkeep.follow_mode(now=NOW)

    assert set(states(session).values()) == {"confirmed"}
    assert Places.objects.values_list("capacity", "ceiling", "taken").get(mode="online") == (1, 2, 2)
