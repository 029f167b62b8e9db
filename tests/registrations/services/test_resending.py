"""What failed is sent once more, and only once, by whoever presses the button."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations.models import Message
from registrations.services import outbox, reminders, resending
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


def test_a_copy_whose_original_is_gone_is_sent_again_all_the_same() -> None:
    register(create_session(), "Ana")
    reminders.queue_due(now=NOW)
    reminder = Message.objects.filter(kind="reminder").earliest("due_at")
    outbox.send_again(message=reminder, now=NOW)
    Message.objects.filter(pk=reminder.pk).delete()
    Message.objects.filter(key__contains=":again:").update(state="failed")

    assert resending.send_failed_again(now=NOW) == 1
    outbox.send_again(message=Message.objects.get(state="queued", key__contains=":again:"), now=NOW)

    keys = Message.objects.filter(key__contains=":again:").order_by("key").values_list("key", flat=True)
    assert [key.removeprefix(reminder.key) for key in keys] == [":again:1", ":again:2", ":again:3"]


def test_an_original_and_its_copy_chosen_together_are_two_copies() -> None:
    fail("Ana")
    outbox.send_again(message=Message.objects.get(), now=NOW)

    sent = resending.send_again(messages=Message.objects.all(), now=NOW)

    assert (sent, Message.objects.count()) == (2, 4)


def test_copies_are_like_their_originals_and_due_at_once() -> None:
    fail("Ana")
    original = Message.objects.get()

    resending.send_failed_again(now=NOW + timedelta(minutes=1))

    copy = Message.objects.get(state="queued")
    same = ("kind", "attendee_id", "session_id", "registration_id", "series_id", "round", "revision", "expires_at")
    assert [getattr(copy, name) for name in same] == [getattr(original, name) for name in same]
    assert (copy.due_at, copy.next_attempt_at, copy.attempts) == (NOW + timedelta(minutes=1),) * 2 + (0,)
    assert copy.message_id != original.message_id


@pytest.mark.parametrize("people", [1, 300])
def test_a_batch_costs_the_same_for_one_and_for_hundreds(people: int) -> None:
    session = create_session()
    fail(*(f"Persona {number}" for number in range(people)), session=session)

    with CaptureQueriesContext(connection) as queries:
        assert resending.send_failed_again(session=session, now=NOW) == people

    statements = [query["sql"].split()[0] for query in queries]
    # The list, the lock, the rows behind it and their copies; SQLite takes the new rows by the dozens.
    assert [word for word in statements if word != "INSERT"] == ["SELECT", "SAVEPOINT", *["SELECT"] * 3, "RELEASE"]
    assert statements.count("INSERT") <= 1 + people // 30
