"""What is written of a try: its outcome, the words of the trouble, when the next try is, and whose copy it is."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, OperationalError

from iatp_events.lib import clock
from registrations import cases, emails
from registrations.models import Message, Registration
from registrations.services import delivery, outbox
from registrations.transport import Postbox, Refused, Unreachable
from tests.factories import NOW, create_session, register, register_for

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def deliver(at=NOW) -> dict[str, int]:
    with time_machine.travel(at, tick=False):
        return dict(delivery.deliver_due(clock=clock.now))


@pytest.fixture
def trouble(monkeypatch):
    """Errors that the postbox raises, one per mail, before it takes the rest."""
    errors: list[Exception] = []
    send = Postbox.send

    def troubled(postbox, mail, **options):
        if errors:
            raise errors.pop(0)
        send(postbox, mail, **options)

    monkeypatch.setattr(Postbox, "send", troubled)
    return errors


def test_each_try_waits_longer_and_the_last_wait_repeats(trouble, settings, monkeypatch):
    settings.MESSAGE_BACKOFF = [MINUTE, 5 * MINUTE]
    monkeypatch.setattr(delivery.random, "uniform", lambda low, high: 1.0)
    register(create_session())
    waits, at = [], NOW
    for _ in range(3):
        trouble.append(Unreachable("busy"))
        deliver(at)
        next_attempt_at = Message.objects.get().next_attempt_at
        waits.append(next_attempt_at - at)
        at = next_attempt_at

    assert waits == pytest.approx([MINUTE, 5 * MINUTE, 5 * MINUTE], abs=timedelta(seconds=1))


def test_waits_differ_so_that_a_thousand_mails_do_not_return_at_once(trouble, monkeypatch):
    asked = []
    monkeypatch.setattr(delivery.random, "uniform", lambda low, high: asked.append((low, high)) or 1.0)
    register(create_session())
    trouble.append(Unreachable("busy"))

    deliver()

    assert asked == [(0.8, 1.2)]


@pytest.mark.parametrize("error", [Refused("5" * 400), Unreachable("4" * 400)])
def test_however_much_a_server_says_three_hundred_characters_are_kept(trouble, error):
    register(create_session())
    trouble.append(error)

    deliver()

    assert len(Message.objects.get().last_error) == 300


def test_a_mail_that_left_keeps_no_error_of_an_earlier_try(trouble):
    register(create_session())
    trouble.append(Unreachable("busy"))
    deliver()

    deliver(NOW + MINUTE)

    assert Message.objects.values_list("state", "attempts", "last_error").get() == ("sent", 2, "")


def test_what_is_skipped_was_not_tried():
    register(create_session()).attendee.addresses.all().delete()

    deliver()

    assert Message.objects.values_list("state", "attempts").get() == ("skipped", 0)


def test_a_mail_that_cannot_be_written_is_logged_by_its_id(trouble, caplog):
    register(create_session())
    trouble.append(KeyError("Ana Ruiz"))

    with caplog.at_level(logging.ERROR):
        deliver()

    assert [record.getMessage() for record in caplog.records] == [
        f"Message {Message.objects.get().pk} could not be written."
    ]


def test_a_database_that_fails_is_no_fault_of_the_mail(trouble):
    register(create_session())
    trouble.append(DatabaseError("gone"))

    with pytest.raises(DatabaseError):
        deliver()

    assert Message.objects.get().state == "sending"


def test_a_mail_that_left_is_noted_at_the_second_try_when_the_connection_broke(monkeypatch):
    register(create_session())
    write, tries = delivery._write_sent, []

    def broken_once(*arguments):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("the connection was lost")
        return write(*arguments)

    monkeypatch.setattr(delivery, "_write_sent", broken_once)
    monkeypatch.setattr(delivery.connection, "close", lambda: None)

    assert deliver() == {"sent": 1}
    assert Message.objects.get().state == "sent"


def test_a_row_that_another_worker_took_is_left_to_it(settings):
    register(create_session())
    old = outbox.claim(now=NOW, lease=settings.MESSAGE_LEASE)
    (case,) = cases.held(old)
    outbox.claim(now=NOW + settings.MESSAGE_LEASE, lease=settings.MESSAGE_LEASE)

    assert cases.again(case, old) is None


def test_an_outcome_that_is_final_is_not_written_over(settings):
    register(create_session())
    token = outbox.claim(now=NOW, lease=settings.MESSAGE_LEASE)
    (message,) = [case.message for case in cases.held(token)]
    Message.objects.update(state="failed", lease_token=None, lease_until=None)

    delivery._note_sent(message, token, NOW, emails.compose(message, now=NOW))

    assert Message.objects.get().state == "failed"


def test_a_lease_gives_back_what_it_holds_and_nothing_of_another(settings):
    session = create_session()
    register(session, "Ana")
    mine = outbox.claim(now=NOW, lease=settings.MESSAGE_LEASE)
    register(session, "Luis")
    other = outbox.claim(now=NOW, lease=settings.MESSAGE_LEASE)

    outbox.give_back(mine)

    rows = Message.objects.order_by("pk").values_list("attendee__full_name", "state", "lease_token", "lease_until")
    assert set(rows) == {("Ana", "queued", None, None), ("Luis", "sending", other, NOW + settings.MESSAGE_LEASE)}


def test_a_lease_too_short_for_one_mail_ends_the_loop(settings):
    settings.MESSAGE_LEASE, settings.MAIL_BUDGET = timedelta(seconds=10), timedelta(seconds=30)
    register(create_session())
    readings = []

    def read_clock():
        readings.append(1)
        assert len(readings) < 3
        return NOW

    assert delivery.deliver_due(clock=read_clock) == {}
    assert len(readings) == 1


def test_a_mail_says_how_far_away_the_session_is_when_it_leaves_and_not_when_it_was_due(monkeypatch):
    register(create_session())
    composed_at = []
    compose = emails.compose
    monkeypatch.setattr(
        delivery.emails, "compose", lambda message, *, now, shelf: composed_at.append(now) or compose(message, now=now)
    )

    deliver(NOW + DAY)

    assert composed_at[0] - (NOW + DAY) < MINUTE
    assert composed_at[0] >= NOW + DAY


def test_a_bundle_is_of_use_until_its_last_session_ends():
    first, last = create_session(number=1), create_session(number=2, starts_at=NOW + 40 * DAY)
    register_for([last, first], "Ana")

    assert Message.objects.get().expires_at == last.ends_at


def test_a_copy_speaks_of_what_its_original_spoke_of_and_for_as_long():
    sessions = [create_session(number=1), create_session(number=2)]
    register_for(sessions, "Ana")
    original = Message.objects.get()

    copy = outbox.send_again(message=original, now=NOW + DAY)

    assert sorted(copy.bundle) == sorted(Registration.objects.values_list("pk", flat=True))
    assert copy.expires_at == original.expires_at


def test_a_copy_of_a_mail_without_an_end_is_given_up_after_three_days():
    register(create_session())
    Message.objects.update(expires_at=None)

    copy = outbox.send_again(message=Message.objects.get(), now=NOW)

    assert copy.expires_at == NOW + 3 * DAY


@pytest.mark.parametrize(("due_in", "rings"), [(timedelta(), 1), (MINUTE, 0)])
def test_the_bell_rings_once_for_what_is_due_and_never_for_what_waits(
    due_in, rings, monkeypatch, django_capture_on_commit_callbacks
):
    registration = register(create_session())
    rung = []
    monkeypatch.setattr(outbox.alarm, "ring", rung.append)
    drafts = [outbox.about(registration, "changed", now=NOW, occasion=str(n), due_at=NOW + due_in) for n in (1, 2)]

    with django_capture_on_commit_callbacks(execute=True):
        outbox.queue(drafts)

    assert rung == [outbox.DELIVER_TASK] * rings


def test_a_draft_whose_key_exists_is_passed_over_in_silence():
    registration = register(create_session())

    for _ in range(2):
        outbox.queue([outbox.about(registration, "changed", now=NOW, occasion="1")])

    assert Message.objects.filter(kind="changed").count() == 1
