"""The plan in force: what a series begins with, what a session says in its place, whom each rule speaks to."""

from datetime import time, timedelta

import pytest

from registrations.models import Message, ReminderRule
from registrations.services import places, plans, reminders
from tests.factories import NOW, create_rule, create_series, create_session, create_speaker, register, seat

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rows(**wanted) -> list[tuple[str, str, str]]:
    """(kind, state, reason) of the messages, the earliest moment first."""
    found = Message.objects.filter(rule__isnull=False, **wanted).order_by("due_at", "kind", "pk")
    return list(found.values_list("kind", "state", "skip_reason"))


def test_a_series_without_rules_gets_the_default_plan_from_now_on():
    series = create_series()
    ReminderRule.objects.all().delete()

    plans.adopt_default(now=NOW)
    plans.adopt_default(now=NOW)

    said = [(rule.audience, rule.kind, str(rule), rule.active_from) for rule in plan_of(series)]
    assert said == [
        ("attendees", "reminder", "7 days before", NOW),
        ("attendees", "reminder", "1 day before", NOW),
        ("attendees", "follow_up", "1 day after, 09:00", NOW),
        ("attendees", "reminder", "1 hour before", NOW),
        ("attendees", "starting", "10 minutes before", NOW),
        ("panel", "reminder", "1 day before", NOW),
        ("panel", "reminder", "1 hour before", NOW),
    ]


def plan_of(series) -> list[ReminderRule]:
    return list(series.reminder_rules.order_by("audience", "-offset", "-kind"))


def test_a_series_with_a_rule_of_its_own_gets_no_other():
    create_session()
    ReminderRule.objects.exclude(offset=DAY).delete()

    plans.adopt_default(now=NOW)

    assert list(ReminderRule.objects.values_list("offset", flat=True)) == [DAY]


def test_everyone_has_one_row_for_each_rule_and_it_says_why_nothing_leaves():
    session = create_session(starts_at=NOW + 3 * DAY)
    register(session, "Ana")
    create_rule(series=session.series, offset=2 * DAY, active_from=NOW + 2 * DAY)

    queued = reminders.queue_due(now=NOW)

    assert queued == 2
    assert rows() == [
        ("reminder", "skipped", "late"),
        ("reminder", "skipped", "past"),
        ("reminder", "queued", ""),
        ("reminder", "queued", ""),
    ]


def test_a_session_that_has_rules_for_its_panel_follows_its_series_for_the_rest():
    session = create_session()
    seat(create_speaker(email="rosa@example.org"), session)
    create_rule(series=session.series, offset=DAY, audience="panel")
    create_rule(session=session, offset=2 * DAY, audience="panel")
    register(session, "Ana")

    reminders.queue_due(now=NOW)

    panel = Message.objects.filter(kind="panel_reminder")
    assert [session.starts_at - message.due_at for message in panel] == [2 * DAY]
    assert Message.objects.filter(kind="reminder").count() == 3


def test_who_sits_in_two_seats_is_reminded_once_in_their_own_morning():
    session = create_session()
    rosa = create_speaker("Rosa Vega", country="MX", email="rosa@example.org")
    seat(rosa, session, "moderator")
    seat(rosa, session, "closing")
    create_rule(series=session.series, offset=DAY, audience="panel", at_hour=time(9))

    reminders.queue_due(now=NOW)
    reminders.queue_due(now=NOW)

    message = Message.objects.get(kind="panel_reminder")
    assert (message.speaker, message.attendee) == (rosa, None)
    assert message.due_at.isoformat() == "2026-10-14T15:00:00+00:00"


def test_a_speaker_who_moves_to_another_zone_is_reminded_in_that_one():
    session = create_session()
    rosa = create_speaker("Rosa Vega", country="MX", email="rosa@example.org")
    seat(rosa, session)
    create_rule(series=session.series, offset=DAY, audience="panel", at_hour=time(9))
    reminders.queue_due(now=NOW)
    rosa.timezone = "Europe/Madrid"
    rosa.save()

    reminders.queue_due(now=NOW)

    assert Message.objects.get(kind="panel_reminder").due_at.isoformat() == "2026-10-14T07:00:00+00:00"


def test_a_reader_who_moves_to_another_zone_is_reminded_in_that_one():
    session = create_session()
    create_rule(session=session, offset=DAY, at_hour=time(9))
    ana = register(session, "Ana").attendee
    reminders.queue_due(now=NOW)
    ana.timezone = "America/Tijuana"
    ana.save()

    reminders.queue_due(now=NOW)

    assert Message.objects.get(kind="reminder").due_at.isoformat() == "2026-10-14T16:00:00+00:00"


def test_a_session_that_gets_a_plan_of_its_own_follows_it_and_loses_it_again():
    session = create_session()
    register(session, "Ana")
    reminders.queue_due(now=NOW)
    own = create_rule(session=session, offset=3 * DAY)

    reminders.queue_due(now=NOW)
    followed = [session.starts_at - message.due_at for message in Message.objects.filter(kind="reminder")]
    own.delete()
    reminders.queue_due(now=NOW)

    back = Message.objects.filter(kind="reminder", rule__isnull=False).order_by("due_at")
    assert followed == [3 * DAY]
    assert [session.starts_at - message.due_at for message in back] == [7 * DAY, DAY, HOUR]


def test_who_registers_late_gets_the_short_version_where_the_rule_says_so():
    session = create_session(starts_at=NOW + 5 * HOUR)
    ReminderRule.objects.filter(offset__gte=DAY).update(late="short")
    registration = register(session, "Ana")

    reminders.queue_due(now=NOW)

    short = Message.objects.get(short=True)
    assert (short.rule.offset, short.state, short.due_at) == (DAY, "queued", registration.confirmed_at)
    assert rows(short=False) == [("reminder", "skipped", "late"), ("reminder", "queued", "")]


def test_what_follows_a_session_is_queued_and_is_of_no_use_some_days_later():
    session = create_session(starts_at=NOW + 5 * HOUR)
    create_rule(series=session.series, kind="follow_up", offset=2 * HOUR)
    register(session, "Ana")

    before = reminders.queue_due(now=NOW)
    Message.objects.filter(kind="follow_up").delete()
    after_a_day = reminders.queue_due(now=session.ends_at + DAY)
    Message.objects.filter(kind="follow_up").delete()
    after_a_week = reminders.queue_due(now=session.ends_at + 7 * DAY)

    assert (before, after_a_day, after_a_week) == (2, 1, 0)


def test_who_comes_back_has_rows_of_their_own():
    session = create_session()
    ana = register(session, "Ana")
    reminders.queue_due(now=NOW)
    places.cancel(registration=ana, now=NOW + HOUR)
    register(session, "Ana", NOW + 2 * HOUR)

    reminders.queue_due(now=NOW + 2 * HOUR)

    assert sorted(Message.objects.filter(kind="reminder").values_list("round", flat=True)) == [1, 1, 1, 2, 2, 2]
