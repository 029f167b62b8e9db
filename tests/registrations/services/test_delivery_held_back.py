"""What holds a reminder back, and what does not: switched off, a draft again, stopped."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from registrations.models import Message, ReminderRule
from registrations.services import delivery, outbox, reminders
from tests.factories import NOW, create_session, register
from workshops.models import Session

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def deliver(now: Any) -> None:
    with time_machine.travel(now, tick=False):
        delivery.deliver_due(clock=lambda: now)


def planned() -> Session:
    session = create_session()
    register(session, "Ana")
    Message.objects.update(state="sent", sent_at=NOW)
    reminders.queue_due(now=NOW)
    return session


def outcomes() -> dict[timedelta, str]:
    rows = Message.objects.filter(kind="reminder").exclude(key__contains=":again:").select_related("rule")
    return {row.rule.offset: row.skip_reason or row.state for row in rows if row.rule}


def test_a_nearer_rule_that_was_switched_off_silences_nobody() -> None:
    session = planned()
    ReminderRule.objects.filter(offset=HOUR).update(active=False)

    deliver(session.starts_at - HOUR / 2)  # after an outage both are overdue

    assert outcomes() == {timedelta(days=7): "superseded", timedelta(days=1): "sent", HOUR: "rule_off"}


def test_of_a_session_that_is_a_draft_again_no_reminder_leaves() -> None:
    planned()
    Session.objects.update(state="draft")

    deliver(Message.objects.filter(state="queued").earliest("due_at").due_at)

    assert "sent" not in outcomes().values()


def test_who_stopped_reminders_gets_no_copy_of_one_either() -> None:
    planned()
    reminder = Message.objects.get(kind="reminder", rule__offset=HOUR)
    Message.objects.filter(pk=reminder.pk).update(state="failed")
    reminder.attendee.stop_reminders(at=NOW)
    copy = outbox.send_again(message=reminder, now=NOW)

    deliver(NOW)

    copy.refresh_from_db()
    assert (copy.state, copy.skip_reason) == ("skipped", "stopped")
