"""What failed is sent once more, and only once, by whoever presses the button."""

from datetime import timedelta

import pytest

from registrations.models import Message
from registrations.services import outbox, resending
from tests.factories import NOW, create_session, register
from workshops.models import Session

pytestmark = pytest.mark.django_db


def fail(*names: str, session: Session | None = None) -> Session:
    session = session or create_session()
    for name in names:
        register(session, name)
    Message.objects.filter(session=session).update(state="failed", last_error="550 no such mailbox")
    return session


def copies() -> list[str]:
    return sorted(Message.objects.filter(key__contains=":again:").values_list("attendee__full_name", flat=True))


def test_everyone_whose_mail_failed_gets_one_copy() -> None:
    fail("Ana", "Luis")

    sent = resending.send_failed_again(now=NOW)

    assert (sent, copies()) == (2, ["Ana", "Luis"])


def test_pressing_twice_sends_once() -> None:
    fail("Ana")

    sent = [resending.send_failed_again(now=NOW) for _ in range(2)]

    assert (sent, copies()) == ([1, 0], ["Ana"])


def test_a_copy_that_failed_in_its_turn_is_sent_again_and_the_first_is_not() -> None:
    fail("Ana")
    resending.send_failed_again(now=NOW)
    Message.objects.update(state="failed")

    sent = resending.send_failed_again(now=NOW + timedelta(minutes=1))

    assert sent == 1
    assert set(Message.objects.filter(state="queued").values_list("key", flat=True)) == {
        Message.objects.earliest("key").key + ":again:2"
    }


def test_the_tenth_copy_follows_the_ninth() -> None:
    fail("Ana")
    for _press in range(10):
        resending.send_failed_again(now=NOW)
        Message.objects.update(state="failed")

    sent = [resending.send_failed_again(now=NOW), resending.send_failed_again(now=NOW)]

    assert (sent, Message.objects.get(state="queued").key[-3:]) == ([1, 0], ":11")


def test_what_was_sent_again_by_hand_is_left_alone() -> None:
    fail("Ana")
    outbox.send_again(message=Message.objects.get(), now=NOW)

    assert resending.send_failed_again(now=NOW) == 0


def test_one_persons_copy_does_not_stand_for_anothers() -> None:
    fail("Ana", "Luis")
    outbox.send_again(message=Message.objects.get(attendee__full_name="Ana"), now=NOW)

    assert (resending.send_failed_again(now=NOW), copies()) == (1, ["Ana", "Luis"])


def test_only_the_session_asked_for() -> None:
    first, second = create_session(number=1), create_session(number=2)
    fail("Ana", session=first)
    fail("Luis", session=second)

    assert (resending.send_failed_again(session=second, now=NOW), copies()) == (1, ["Luis"])


def test_what_is_of_no_use_any_more_stays_as_it_is() -> None:
    session = fail("Ana")
    assert session.ends_at

    assert resending.send_failed_again(now=session.ends_at + timedelta(seconds=1)) == 0


def test_only_what_failed() -> None:
    register(create_session(), "Ana")

    assert resending.send_failed_again(now=NOW) == 0


def test_more_than_one_batch_leaves_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resending, "BATCH", 2)
    fail("Ana", "Luis", "Eva", "Rui", "Noa")

    assert resending.send_failed_again(now=NOW) == 5
