"""A new session is told once to those who asked, and to nobody who knows."""

from datetime import timedelta

import pytest

from registrations.models import Attendee, Consent, Message
from registrations.services import announcements, clockwork, places
from tests.factories import NOW, create_series, create_session, register, register_for

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def announced_to() -> list[str]:
    told = Message.objects.filter(kind="announcement").order_by("attendee__full_name")
    return list(told.values_list("attendee__full_name", flat=True))


def open_second(now=NOW + DAY):
    """A session that opens after the others registered; the tick sees it."""
    session = create_session(number=2)
    announcements.notice_open(now=now)
    return session


def test_who_asked_is_told_of_the_next_session_once_it_has_stood_open_for_some_minutes():
    register(create_session(number=1), "Ana", announcements=True)
    session = open_second()

    at_once = announcements.queue_due(now=NOW + DAY + MINUTE)
    later = announcements.queue_due(now=NOW + DAY + 6 * MINUTE)
    again = announcements.queue_due(now=NOW + DAY + HOUR)

    assert (at_once, later, again) == (0, 1, 0)
    message = Message.objects.get(kind="announcement")
    assert (message.session, message.attendee.full_name, message.expires_at) == (session, "Ana", session.starts_at)


def test_who_did_not_ask_took_it_back_or_knows_already_is_not_told():
    first = create_session(number=1)
    for name in ("Ana", "Eva", "Iris", "Mara"):
        register(first, name, announcements=True)
    register(first, "Luis")
    register_for([first], "Olga", announcements=True, whole_series=True)
    Consent.objects.filter(attendee__full_name="Eva").update(withdrawn_at=NOW)
    second = open_second()
    register(second, "Iris", NOW + DAY)
    places.cancel(registration=register(second, "Mara", NOW + DAY), now=NOW + DAY)

    announcements.queue_due(now=NOW + DAY + HOUR)

    assert announced_to() == ["Ana"]


def test_who_asked_when_a_session_was_open_chose_with_it_before_their_eyes():
    first = create_session(number=1)
    open_second(now=NOW - HOUR)
    register(first, "Ana", announcements=True)

    announcements.queue_due(now=NOW + HOUR)

    assert announced_to() == []


def test_a_session_opened_by_mistake_and_closed_within_minutes_is_not_announced():
    register(create_session(number=1), "Ana", announcements=True)
    session = open_second()
    session.state = "closed"
    session.revise(now=NOW + DAY + MINUTE)

    announcements.queue_due(now=NOW + DAY + HOUR)

    assert announced_to() == []


def test_an_announcement_waits_for_the_morning_of_its_reader():
    register(create_session(number=1), "Ana", announcements=True)
    night = NOW + DAY + 13 * HOUR  # 22:00 in Bogotá
    open_second(now=night)

    announcements.queue_due(now=night + HOUR)

    assert Message.objects.get(kind="announcement").due_at.isoformat() == "2026-10-07T12:00:00+00:00"


def test_what_is_open_to_a_made_up_audience_is_found_by_the_tick():
    series = create_series()
    register(create_session(series, number=1), "Ana", announcements=True)
    clockwork.find_work(clock=lambda: NOW + HOUR)
    create_session(series, number=2)

    for minutes in (0, 6):
        clockwork.find_work(clock=lambda minutes=minutes: NOW + DAY + minutes * MINUTE)

    assert announced_to() == ["Ana"]


def test_two_versions_of_the_consent_are_one_reader():
    register(create_session(number=1), "Ana", announcements=True)
    ana = Attendee.objects.get()
    given = Consent.objects.get(kind="announcements")
    Consent.objects.create(attendee=ana, series=given.series, kind="announcements", version="2", given_at=NOW)
    open_second()

    announcements.queue_due(now=NOW + DAY + HOUR)

    assert announced_to() == ["Ana"]
