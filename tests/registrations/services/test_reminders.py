"""Who is reminded, when, and who is not."""

from datetime import timedelta

import pytest

from registrations.models import Message, ReminderRule
from registrations.services import offers, outbox, places, reminders
from tests.factories import NOW, create_rule, create_session, register

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def queued(session) -> list[timedelta]:
    """How long before the start reminders wait, the furthest first."""
    rows = Message.objects.filter(kind="reminder", registration__session=session, state="queued")
    return [session.starts_at - due_at for due_at in rows.order_by("due_at").values_list("due_at", flat=True)]


def test_everyone_confirmed_is_reminded_seven_days_one_day_and_one_hour_before():
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session, "Ana")

    reminders.queue_due(now=NOW)

    assert queued(session) == [7 * DAY, DAY, HOUR]


def test_queueing_twice_adds_nothing():
    session = create_session()
    register(session, "Ana")

    first = reminders.queue_due(now=NOW)
    second = reminders.queue_due(now=NOW)

    assert (first, second, Message.objects.filter(kind="reminder").count()) == (3, 0, 3)


def test_who_registers_three_days_before_gets_no_seven_day_reminder():
    session = create_session(starts_at=NOW + 3 * DAY)
    register(session, "Ana")

    reminders.queue_due(now=NOW)

    assert queued(session) == [DAY, HOUR]


def test_who_waits_is_not_reminded_and_who_is_promoted_gets_what_is_still_ahead():
    session = create_session(starts_at=NOW + 10 * DAY, capacity=1)
    ana, luis = register(session, "Ana"), register(session, "Luis", NOW + HOUR)
    reminders.queue_due(now=NOW + HOUR)
    places.cancel(registration=ana, now=NOW + 5 * DAY)
    reminders.queue_due(now=NOW + 5 * DAY)
    assert not Message.objects.filter(kind="reminder", registration=luis).exists()
    offers.take(registration=luis, now=NOW + 5 * DAY)

    reminders.queue_due(now=NOW + 5 * DAY)

    of_luis = Message.objects.filter(kind="reminder", registration=luis, state="queued").order_by("due_at")
    assert [session.starts_at - message.due_at for message in of_luis] == [DAY, HOUR]


def test_who_cancels_and_comes_back_is_reminded_again():
    session = create_session(starts_at=NOW + 10 * DAY)
    ana = register(session, "Ana")
    reminders.queue_due(now=NOW)
    places.cancel(registration=ana, now=NOW + HOUR)
    register(session, "Ana", NOW + 2 * HOUR)

    reminders.queue_due(now=NOW + 2 * HOUR)

    assert Message.objects.filter(kind="reminder", round=2).count() == 3


def test_a_new_rule_mails_nobody_about_the_past():
    session = create_session(starts_at=NOW + 2 * DAY)
    # Registered long before the moment of the new rule, so nothing but the rule's own beginning holds it back.
    register(session, "Ana", NOW - 8 * DAY)
    create_rule(series=session.series, offset=3 * DAY, active_from=NOW)
    create_rule(series=session.series, offset=2 * HOUR, active_from=NOW)

    reminders.queue_due(now=NOW)

    assert queued(session) == [7 * DAY, DAY, 2 * HOUR, HOUR]


def test_a_moved_session_brings_new_reminders():
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session, "Ana")
    reminders.queue_due(now=NOW)
    session.day += 7 * DAY
    session.revise(now=NOW + DAY)

    reminders.queue_due(now=NOW + DAY)

    of_this_revision = Message.objects.filter(kind="reminder", revision=session.revision)
    assert sorted(session.starts_at - message.due_at for message in of_this_revision) == [HOUR, DAY, 7 * DAY]


def test_closing_registration_brings_nothing():
    session = create_session()
    register(session, "Ana")
    reminders.queue_due(now=NOW)
    session.state = "closed"
    session.revise(now=NOW + HOUR)

    assert reminders.queue_due(now=NOW + HOUR) == 0
    assert Message.objects.filter(kind="reminder").count() == 3


def test_an_outage_of_two_hours_loses_no_reminder_and_a_started_session_gets_none():
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session, "Ana")

    late = reminders.queue_due(now=session.starts_at - timedelta(minutes=10))
    Message.objects.filter(kind="reminder").delete()
    started = reminders.queue_due(now=session.starts_at + timedelta(seconds=1))

    assert (late, started) == (3, 0)


def test_a_session_with_rules_of_its_own_does_not_follow_its_series():
    session, other = create_session(number=1), create_session(number=2)
    create_rule(session=session, offset=3 * DAY)
    register(session, "Ana")
    register(other, "Ana")

    reminders.queue_due(now=NOW)

    assert (queued(session), queued(other)) == ([3 * DAY], [7 * DAY, DAY, HOUR])


def test_queued_reminders_follow_an_edited_rule():
    session = create_session()
    register(session, "Ana")
    reminders.queue_due(now=NOW)
    ReminderRule.objects.filter(offset=DAY).update(offset=2 * DAY)

    reminders.queue_due(now=NOW)

    assert queued(session) == [7 * DAY, 2 * DAY, HOUR]


def test_an_edited_rule_whose_new_moment_is_past_mails_nobody():
    session = create_session(starts_at=NOW + 3 * DAY)
    register(session, "Ana", NOW - DAY)
    reminders.queue_due(now=NOW)
    ReminderRule.objects.filter(offset=DAY).update(offset=4 * DAY, active_from=NOW)

    reminders.queue_due(now=NOW)

    assert queued(session) == [HOUR]


def test_no_cancelled_draft_or_undated_session_reminds():
    changes = {1: {}, 2: {"state": "cancelled"}, 3: {"state": "draft"}, 4: {"state": "announced", "start_time": None}}
    for number, change in changes.items():
        session = create_session(number=number)
        register(session, "Ana")
        for name, value in change.items():
            setattr(session, name, value)
        # Long ago: that the change is young must not be what keeps the reminder away.
        session.revise(now=NOW - 30 * DAY)

    reminders.queue_due(now=NOW)

    numbers = set(Message.objects.filter(kind="reminder").values_list("registration__session__number", flat=True))
    assert numbers == {1}


def test_reminders_of_an_older_revision_are_dropped_as_soon_as_the_newer_are_queued():
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session, "Ana")
    reminders.queue_due(now=NOW)
    session.day += DAY
    session.revise(now=NOW)

    reminders.queue_due(now=NOW)

    assert len(queued(session)) == 3
    assert Message.objects.filter(state="skipped", skip_reason="superseded").count() == 3


@pytest.mark.parametrize(
    ("offset", "words"), [(7 * DAY, "7 days before"), (HOUR, "1 hour before"), (HOUR / 2, "30 minutes before")]
)
def test_a_rule_says_its_offset_in_words(offset, words):
    assert str(ReminderRule(offset=offset)) == words


def test_who_cancelled_is_not_reminded():
    session = create_session()
    places.cancel(registration=register(session, "Ana"), now=NOW + HOUR)

    assert reminders.queue_due(now=NOW + HOUR) == 0


def test_a_rule_that_is_switched_off_queues_nothing():
    register(create_session(), "Ana")
    ReminderRule.objects.update(active=False)

    assert reminders.queue_due(now=NOW) == 0


def test_a_rule_made_after_its_own_moment_mails_nobody():
    session = create_session(starts_at=NOW + 2 * DAY)
    register(session, "Ana", NOW - 10 * DAY)
    ReminderRule.objects.all().delete()
    create_rule(series=session.series, offset=5 * DAY, active_from=NOW)

    assert reminders.queue_due(now=NOW) == 0


def test_a_session_moved_nearer_brings_no_reminder_whose_moment_was_before_the_move():
    session = create_session(starts_at=NOW + 3 * DAY, revised_at=NOW)
    register(session, "Ana", NOW - 20 * DAY)

    reminders.queue_due(now=NOW)

    assert queued(session) == [DAY, HOUR]


def test_a_session_back_in_draft_reminds_nobody():
    session = create_session()
    register(session, "Ana")
    session.state = "draft"
    session.revise(now=NOW)

    assert reminders.queue_due(now=NOW) == 0


def test_who_registers_at_the_very_moment_of_a_reminder_needs_none():
    session = create_session(starts_at=NOW + DAY)
    register(session, "Ana", NOW)

    reminders.queue_due(now=NOW)

    assert queued(session) == [HOUR]


def test_a_reminder_is_of_no_use_once_the_session_begins():
    session = create_session()
    register(session, "Ana")

    reminders.queue_due(now=NOW)

    assert set(Message.objects.filter(kind="reminder").values_list("expires_at", flat=True)) == {session.starts_at}


def test_a_moved_rule_moves_the_moment_of_delivery_too_and_leaves_what_left():
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session, "Ana")
    reminders.queue_due(now=NOW)
    ReminderRule.objects.filter(offset=DAY).update(offset=2 * DAY)

    reminders.queue_due(now=NOW)

    assert Message.objects.get(rule__offset=2 * DAY).next_attempt_at == session.starts_at - 2 * DAY


@pytest.mark.parametrize(
    ("reason", "still_so"),
    [
        ("stopped", lambda message: message.attendee.stop_reminders(at=NOW)),
        ("rule_off", lambda message: ReminderRule.objects.update(active=False)),
        ("rule_off", lambda message: ReminderRule.objects.update(active_from=message.due_at)),
        ("stopped", lambda message: Message.objects.update(expires_at=NOW)),
    ],
)
def test_what_was_skipped_stays_skipped_while_its_reason_stands_or_its_use_is_gone(reason, still_so):
    register(create_session(), "Ana")
    reminders.queue_due(now=NOW)
    reminder = Message.objects.filter(kind="reminder").last()
    Message.objects.filter(pk=reminder.pk).update(state="skipped", skip_reason=reason)
    still_so(reminder)

    reminders.queue_due(now=NOW)

    reminder.refresh_from_db()
    assert reminder.state == "skipped"


def test_what_is_taken_up_again_waits_for_its_own_moment():
    register(create_session(), "Ana")
    reminders.queue_due(now=NOW)
    reminder = Message.objects.filter(kind="reminder").last()
    Message.objects.filter(pk=reminder.pk).update(state="skipped", skip_reason="rule_off", next_attempt_at=NOW)

    reminders.queue_due(now=NOW)

    reminder.refresh_from_db()
    assert (reminder.state, reminder.next_attempt_at) == ("queued", reminder.due_at)


def test_a_copy_that_staff_asked_for_does_not_wait_for_the_rule():
    register(create_session(), "Ana")
    reminders.queue_due(now=NOW)
    copy = outbox.send_again(message=Message.objects.filter(kind="reminder").last(), now=NOW)

    reminders.queue_due(now=NOW)

    copy.refresh_from_db()
    assert copy.next_attempt_at == NOW


def test_the_nearest_reminder_is_written_first(monkeypatch):
    """After an outage another process delivers meanwhile: the farther one must find the nearer."""
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session, "Ana")
    written = []
    queue = outbox.queue
    monkeypatch.setattr(outbox, "queue", lambda drafts: written.extend(drafts) or queue(drafts))

    reminders.queue_due(now=NOW)

    assert [session.starts_at - draft.due_at for draft in written] == [HOUR, DAY, 7 * DAY]
