"""What people are told when a session changes: everyone who was told otherwise, once."""

from datetime import timedelta

import pytest

from registrations.models import Message, Registration
from registrations.services import notices
from tests.factories import NOW, create_session, register
from workshops.models import Session

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def told(session: Session, name: str = "Ana") -> Registration:
    """A person whose confirmation left with the facts as they are."""
    registration = register(session, name)
    Message.objects.update(state="sent", sent_at=NOW)
    Registration.objects.filter(pk=registration.pk).update(told_facts=session.revised_facts)
    return registration


def move(session, days, *, at):
    session.refresh_from_db()
    session.day = session.day + days * DAY
    session.revise(now=at)


def notices_of(kind: str) -> int:
    return Message.objects.filter(kind=kind).count()


def test_a_moved_session_brings_one_notice_however_often_it_ticks():
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session)
    move(session, 7, at=NOW)

    first = notices.queue_due(now=NOW + 6 * MINUTE)
    second = notices.queue_due(now=NOW + 7 * MINUTE)

    assert (first, second, notices_of("changed")) == (1, 0, 1)


def test_three_edits_within_minutes_make_one_notice():
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session)
    for minute in (0, 2, 4):
        move(session, 1, at=NOW + minute * MINUTE)
        notices.queue_due(now=NOW + minute * MINUTE)

    notices.queue_due(now=NOW + 10 * MINUTE)

    assert notices_of("changed") == 1


def test_a_change_that_was_taken_back_is_no_change():
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session)
    move(session, 7, at=NOW)
    move(session, -7, at=NOW + MINUTE)

    assert notices.queue_due(now=NOW + 10 * MINUTE) == 0


def test_a_session_that_is_near_is_told_of_at_once():
    session = create_session(starts_at=NOW + timedelta(hours=5))
    told(session)
    session.minutes = 60
    session.revise(now=NOW)

    assert notices.queue_due(now=NOW) == 1


def test_a_cancelled_session_is_told_once_even_to_whose_confirmation_has_not_left():
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session, "Ana")
    register(session, "Luis")
    session.state = "cancelled"
    session.revise(now=NOW)

    first = notices.queue_due(now=NOW + 6 * MINUTE)
    second = notices.queue_due(now=NOW + 60 * MINUTE)

    assert (first, second, notices_of("session_cancelled")) == (2, 0, 2)


def test_who_cancelled_or_was_told_the_new_facts_hears_nothing():
    session = create_session(starts_at=NOW + 10 * DAY)
    gone, informed = told(session, "Ana"), told(session, "Luis")
    move(session, 7, at=NOW)
    Registration.objects.filter(pk=gone.pk).update(state="cancelled")
    Registration.objects.filter(pk=informed.pk).update(told_facts=session.revised_facts)

    assert notices.queue_due(now=NOW + 10 * MINUTE) == 0


def test_a_confirmation_that_has_not_left_needs_no_notice():
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session)
    move(session, 7, at=NOW)

    assert notices.queue_due(now=NOW + 10 * MINUTE) == 0


def test_opening_or_closing_registration_is_no_news():
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session)
    session.state = "closed"

    assert session.revise(now=NOW) is False
    assert notices.queue_due(now=NOW + 10 * MINUTE) == 0


def test_a_change_by_sql_is_found_and_told():
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session)
    Session.objects.filter(pk=session.pk).update(venue="Another house")

    revised = Session.objects.revise_changed(now=NOW)
    again = Session.objects.revise_changed(now=NOW)

    assert (revised, again) == (1, 0)
    assert notices.queue_due(now=NOW + 10 * MINUTE) == 1


def test_a_session_that_is_over_brings_no_notice():
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session)
    session.minutes = 60
    session.revise(now=NOW)

    assert notices.queue_due(now=session.ends_at) == 0


def test_each_further_change_and_each_round_has_a_notice_of_its_own():
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session)
    queued = []
    for days in (1, 2):
        move(session, 1, at=NOW + days * DAY)
        queued.append(notices.queue_due(now=NOW + days * DAY + 6 * MINUTE))
    Registration.objects.update(round=2)
    queued.append(notices.queue_due(now=NOW + 3 * DAY))

    assert (queued, notices_of("changed")) == ([1, 1, 1], 3)


def test_a_session_back_in_draft_is_no_news():
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session)
    session.state, session.minutes = "draft", 60
    session.revise(now=NOW)

    assert notices.queue_due(now=NOW + 10 * MINUTE) == 0


def test_a_notice_that_cannot_be_queued_ends_the_loop_with_a_word_to_staff(monkeypatch, caplog):
    session = create_session(starts_at=NOW + 10 * DAY)
    told(session)
    move(session, 7, at=NOW)
    tries = []

    def queue_nothing(batch, now) -> int:
        tries.append(1)
        assert len(tries) < 3
        return 0

    monkeypatch.setattr(notices, "_queue", queue_nothing)

    assert notices.queue_due(now=NOW + 10 * MINUTE) == 0
    assert "is missing and cannot be queued" in caplog.text
