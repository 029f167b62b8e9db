"""What staff read before a message leaves is what the delivery will decide."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from registrations import cases, truth
from registrations.models import Attendee, Message, Registration, ReminderRule
from registrations.services import outlook, places, reminders
from tests.factories import NOW, create_rule, create_session, create_speaker, register, seat
from workshops.models import Session

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def planned(*rules: dict[str, Any], **fields: Any) -> Session:
    """A session with just these rules of its own."""
    session = create_session(**fields)
    for rule in rules or ({"offset": DAY},):
        ReminderRule.objects.create(session=session, active_from=NOW - timedelta(days=365), **rule)
    return session


def forecast(session: Session) -> outlook.Forecast:
    return outlook.of_session(session, now=NOW)[0]


def queue() -> None:
    reminders.queue_due(now=NOW)


def test_nobody_is_registered_and_the_rule_says_its_moment_all_the_same() -> None:
    said = forecast(planned())

    assert (said.ahead, said.hours, said.unwritten) == (0, (), 0)
    assert said.example
    assert (said.example.day, said.example.clock) == ("Wednesday 14 October 2026", "11:00")


def test_a_session_without_an_hour_has_no_moment() -> None:
    session = planned(start_time=None, state="announced")

    assert forecast(session).example is None


def test_people_are_counted_by_the_hour_of_their_own_clock() -> None:
    session = planned({"offset": DAY, "at_hour": time(9)})
    for name, country in (("Ana", "CO"), ("Luis", "PE"), ("Eva", "CO"), ("Rui", "BR")):
        register(session, name, country=country)
    queue()

    hours = [(hour.clock, hour.cities, hour.offset, hour.people) for hour in forecast(session).hours]

    assert hours == [("09:00", ("São Paulo",), "UTC−3", 1), ("09:00", ("Bogotá", "Lima"), "UTC−5", 3)]


def test_who_has_no_row_yet_is_counted_as_such() -> None:
    session = planned()
    register(session)

    assert (forecast(session).unwritten, forecast(session).ahead) == (1, 0)

    queue()

    assert (forecast(session).unwritten, forecast(session).ahead) == (0, 1)


def stop(registration: Registration) -> None:
    registration.attendee.stop_reminders(at=NOW)


def lose_address(registration: Registration) -> None:
    registration.attendee.addresses.all().delete()


def switch_off(registration: Registration) -> None:
    ReminderRule.objects.update(active=False)


def call_off(registration: Registration) -> None:
    session = Session.objects.get(pk=registration.session_id)
    session.state = "cancelled"
    session.save()


def cancel(registration: Registration) -> None:
    places.cancel(registration=registration, now=NOW)


def overrule(registration: Registration) -> None:
    create_rule(session=registration.session, offset=timedelta(days=2))


@pytest.mark.parametrize(
    "change", [stop, lose_address, switch_off, call_off, cancel, overrule, lambda registration: None]
)
def test_what_is_foreseen_is_what_the_sender_decides(change: Any) -> None:
    session = create_session()
    registration = register(session)
    queue()
    change(registration)
    rows = Message.objects.filter(kind="reminder", rule__offset=DAY)

    standing: Any = outlook.standing(rows)
    foreseen = standing.values_list("outcome", flat=True).first() or "none"

    (case,) = cases.read(rows)
    decided = truth.reason_to_skip(case, case.message.due_at)
    gone = {"cancelled", "superseded"}  # not on the page: they are in the plan no more
    assert foreseen == ("none" if decided in gone else decided or "ahead")


def test_who_is_left_out_is_named_with_the_reason() -> None:
    session = planned()
    people = [register(session, name) for name in ("Ana", "Luis", "Eva", "Rui")]
    queue()
    stop(people[0])
    stop(people[1])
    lose_address(people[2])
    Message.objects.filter(kind="reminder", attendee=people[3].attendee).update(state="failed")

    assert forecast(session).left_out == {"stopped": 2, "failed": 1, "no_address": 1}
    assert forecast(session).ahead == 0


def test_who_registered_after_the_moment_is_left_out_as_late() -> None:
    session = planned()
    register(session, now=NOW + timedelta(days=9, hours=12))
    queue()

    assert forecast(session).left_out == {"late": 1}


def test_a_moved_session_counts_its_people_once() -> None:
    session = planned()
    register(session)
    queue()
    session.start_time = time(15)
    session.revise(now=NOW)
    queue()

    said = forecast(session)

    assert Message.objects.filter(kind="reminder").count() == 2
    assert (said.outcomes, [hour.people for hour in said.hours]) == ({"ahead": 1}, [1])


def test_the_panel_is_named_one_by_one() -> None:
    session = planned({"offset": DAY, "audience": "panel"})
    seat(create_speaker("Rosa Vega", email="rosa@example.org", country="MX"), session)
    seat(create_speaker("Juan Soto"), session)
    queue()

    seats = forecast(session).seats

    assert [(one.name, one.outcome, one.hour.clock if one.hour else "") for one in seats] == [
        ("Juan Soto", "no_address", ""),
        ("Rosa Vega", "ahead", "08:00"),
    ]


def test_a_panellist_with_two_seats_is_one_person_not_queued_yet() -> None:
    session = planned({"offset": DAY, "audience": "panel"})
    rosa = create_speaker("Rosa Vega", email="rosa@example.org")
    seat(rosa, session, "moderator")
    seat(rosa, session, "closing")

    assert forecast(session).unwritten == 1


@pytest.mark.parametrize("people", [1, 300])
def test_it_costs_six_queries_for_one_person_and_for_three_hundred(
    people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session = create_session()
    crowd = [Attendee(full_name=f"P{n}", timezone=("America/Bogota", "America/Lima")[n % 2]) for n in range(people)]
    Registration.objects.bulk_create(
        Registration(session=session, attendee=one, state="confirmed", round=1, confirmed_at=NOW, created_at=NOW)
        for one in Attendee.objects.bulk_create(crowd)
    )
    queue()

    with django_assert_num_queries(6):
        rules = outlook.of_session(session, now=NOW)

    assert [sum(rule.outcomes.values()) for rule in rules] == [people] * 3


def test_mail_is_late_when_the_oldest_waits_longer_than_the_setting() -> None:
    register(create_session())
    message = Message.objects.get()
    seen = []
    for seconds in (0, 120, 121):
        Message.objects.filter(pk=message.pk).update(next_attempt_at=NOW - timedelta(seconds=seconds))
        seen.append(outlook.lateness(NOW))

    assert seen == [None, None, outlook.Late(people=1, since=NOW - timedelta(seconds=121))]


@pytest.mark.parametrize(
    "fields", [{"state": "sent", "sent_at": NOW}, {"state": "skipped"}, {"next_attempt_at": NOW + timedelta(days=1)}]
)
def test_what_is_done_or_not_yet_due_is_not_late(fields: dict[str, Any]) -> None:
    register(create_session())
    Message.objects.update(**{"next_attempt_at": datetime(2026, 1, 1, tzinfo=UTC)} | fields)

    assert outlook.lateness(NOW) is None


def test_failures_of_a_day_ago_are_counted_once_nobody_sent_them_again() -> None:
    register(create_session())
    Message.objects.update(state="failed")
    today = outlook.failed_lately(NOW)
    Message.objects.update(next_attempt_at=NOW - timedelta(hours=25))

    assert (today, outlook.failed_lately(NOW)) == (1, 0)
