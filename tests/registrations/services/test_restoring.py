"""A restored database sends nothing old: held until somebody let go of it, and then only what is ahead."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from iatp_events.lib import clock
from registrations.choices import MessageState, SkipReason
from registrations.models import Message
from registrations.services import clockwork, restoring
from tests.factories import NOW, create_session, register

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


def mails(settings: Any) -> int:
    return len(list(settings.MAIL_DIR.glob("*.eml")))


@pytest.fixture
def restored(settings: Any) -> None:
    """A copy of five days ago: a confirmation had not left yet, a session had just been moved, a reminder is past."""
    session = create_session(starts_at=NOW + 10 * DAYS)
    register(session, "Ana")
    clockwork.tick(clock=clock.now)
    settings.MAILS_HELD = True
    for file in settings.MAIL_DIR.glob("*.eml"):
        file.unlink()
    register(create_session(number=2, starts_at=NOW + 6 * DAYS), "Luis")
    clockwork.find_work(clock=clock.now)
    session.minutes = 120
    session.save()


def later(days: int) -> Any:
    return time_machine.travel(NOW + days * DAYS, tick=False)


def test_while_mails_are_held_they_are_written_and_none_is_sent(restored: None, settings: Any) -> None:
    with later(5):
        assert clockwork.tick(clock=clock.now) == {}

        assert mails(settings) == 0
        assert Message.objects.due(clock.now()).exists()


def test_what_is_old_is_let_go_of_and_stays_so(restored: None, settings: Any) -> None:
    with later(5):
        gone = restoring.let_go(clock=clock.now)
        settings.MAILS_HELD = False
        clockwork.tick(clock=clock.now)
    with time_machine.travel(NOW + 5 * DAYS + timedelta(minutes=10), tick=False):
        clockwork.tick(clock=clock.now)
        clockwork.tick(clock=clock.now)

    assert gone == {"confirmation": 1, "changed": 1, "reminder": 1}
    assert mails(settings) == 0
    of_luis = Message.objects.filter(kind="confirmation", attendee__full_name="Luis")
    assert of_luis.values_list("state", "skip_reason").get() == (MessageState.SKIPPED, SkipReason.RESTORED)


def test_what_is_ahead_still_leaves(restored: None, settings: Any) -> None:
    with later(5):
        restoring.let_go(clock=clock.now)
        settings.MAILS_HELD = False
        register(create_session(number=3, starts_at=NOW + 30 * DAYS), "Eva")
        clockwork.tick(clock=clock.now)
    assert mails(settings) == 1
    with later(9):
        clockwork.tick(clock=clock.now)

    sent = Message.objects.filter(state=MessageState.SENT)
    assert sorted(sent.values_list("kind", "attendee__full_name")) == [
        ("confirmation", "Ana"),
        ("confirmation", "Eva"),
        ("reminder", "Ana"),
    ]


def test_the_command_wants_mails_to_be_held(restored: None, settings: Any) -> None:
    settings.MAILS_HELD = False

    with pytest.raises(CommandError, match="MAILS_HELD"):
        call_command("forget_due_mail")

    assert not Message.objects.filter(skip_reason=SkipReason.RESTORED).exists()


def test_the_command_says_what_it_would_do_and_what_it_did(restored: None) -> None:
    said = StringIO()

    with later(5):
        call_command("forget_due_mail", "--dry-run", stdout=said)
        assert not Message.objects.filter(skip_reason=SkipReason.RESTORED).exists()
        call_command("forget_due_mail", stdout=said)

    first, second, *_ = said.getvalue().splitlines()
    assert first.startswith("To let go of: 1 confirmation")
    assert second == "Let go of: 1 changed, 1 confirmation, 1 reminder."
