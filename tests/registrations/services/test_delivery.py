"""Delivery: what leaves, what is skipped and why, what waits and what is given up."""

import smtplib
import uuid
from datetime import timedelta

import pytest
import time_machine

from iatp_events.lib import clock
from registrations import emails, transport
from registrations.models import Message, Registration
from registrations.services import delivery, notices, outbox, places, reminders
from tests.factories import NOW, create_session, register, register_for

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SMTP = {"host": "mail.example.org", "port": 25, "username": "", "password": "", "use_tls": False, "use_ssl": False}


@pytest.fixture
def server(monkeypatch, settings):
    """A mail server in the process: `answers` holds exceptions to raise, by address; `mails` what it took."""

    class Server:
        answers: dict[str, list[Exception]] = {}
        mails: list = []
        opened = 0

        def __init__(self, **_: object) -> None: ...

        def open(self) -> None:
            Server.opened += 1
            if Server.answers.get("connect"):
                raise Server.answers["connect"].pop(0)

        def close(self) -> None: ...

        def send(self, mail) -> None:
            waiting = Server.answers.get(mail.to[0].split("<")[1].strip(">"))
            if waiting:
                raise waiting.pop(0)
            Server.mails.append(mail)

    Server.answers, Server.mails, Server.opened = {}, [], 0
    settings.SMTP = SMTP
    monkeypatch.setattr(transport, "EmailBackend", Server)
    return Server


def deliver(at=NOW) -> dict[str, int]:
    with time_machine.travel(at, tick=False):
        return dict(delivery.deliver_due(clock=clock.now))


def reasons() -> list[str]:
    return list(Message.objects.filter(state="skipped").order_by("due_at").values_list("skip_reason", flat=True))


def test_a_due_message_leaves_once(server):
    register(create_session())

    assert deliver() == {"sent": 1}
    assert deliver() == {}
    assert [mail.to for mail in server.mails] == [["Ana <ana@example.org>"]]


def test_many_leave_over_one_connection(server):
    session = create_session()
    for name in ("Ana", "Luis", "Eva"):
        register(session, name)

    deliver()

    assert (len(server.mails), server.opened) == (3, 1)


def test_what_was_told_is_remembered_when_the_mail_left(server):
    registration = register(create_session())
    assert registration.told_facts == ""

    deliver()

    registration.refresh_from_db()
    assert registration.told_facts == registration.session.revised_facts


def test_nothing_leaves_before_its_moment(server):
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session)
    reminders.queue_due(now=NOW)

    assert deliver() == {"sent": 1}
    assert deliver(NOW + 3 * DAY + MINUTE) == {"sent": 1}


def test_of_two_overdue_reminders_only_the_nearer_leaves(server):
    session = create_session(starts_at=NOW + 2 * DAY)
    register(session)
    deliver()
    reminders.queue_due(now=NOW)

    assert deliver(session.starts_at - 30 * MINUTE) == {"skipped": 1, "sent": 1}
    assert reasons() == ["late", "superseded"]


def test_no_reminder_leaves_after_the_start(server):
    session = create_session(starts_at=NOW + 2 * DAY)
    register(session)
    deliver()
    reminders.queue_due(now=NOW)

    assert deliver(session.starts_at) == {"skipped": 2}
    assert reasons() == ["late", "expired", "expired"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r: places.cancel(registration=r, now=NOW + HOUR), "cancelled"),
        (lambda r: r.attendee.stop_reminders(at=NOW), "stopped"),
        (lambda r: type(r.session).objects.filter(pk=r.session_id).update(state="cancelled"), "session_cancelled"),
        (lambda r: type(r.session).objects.filter(pk=r.session_id).update(minutes=45), "superseded"),
        (lambda r: r.session.series.reminder_rules.update(active=False), "rule_off"),
        (lambda r: r.attendee.addresses.all().delete(), "no_address"),
    ],
)
def test_the_truth_is_read_again_before_a_reminder_leaves(server, change, reason):
    session = create_session(starts_at=NOW + 10 * DAY)
    registration = register(session)
    deliver()
    reminders.queue_due(now=NOW)
    change(registration)

    deliver(session.starts_at - 7 * DAY + MINUTE)

    assert reasons()[-1] == reason
    assert all("reminder" not in mail.subject for mail in server.mails[1:])


def test_a_stopped_reminder_is_taken_up_again_when_the_person_wants_it(server):
    session = create_session(starts_at=NOW + 10 * DAY)
    registration = register(session)
    reminders.queue_due(now=NOW)
    Message.objects.filter(kind="reminder").update(state="skipped", skip_reason="stopped")

    reminders.queue_due(now=NOW)

    assert Message.objects.filter(kind="reminder", state="queued").count() == 3
    assert registration.attendee.reminders_stopped_at is None


def test_a_waiting_list_mail_is_dropped_when_the_place_came_first(server):
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    register(session, "Luis", NOW + MINUTE)
    places.cancel(registration=ana, now=NOW + 2 * MINUTE)

    deliver(NOW + 3 * MINUTE)

    to_luis = [mail.subject for mail in server.mails if "luis" in mail.to[0]]
    assert len(to_luis) == 1
    assert "superseded" in reasons()


def test_a_change_notice_is_dropped_when_a_newer_mail_told_it_already(server):
    session = create_session(starts_at=NOW + 10 * DAY)
    registration = register(session)
    deliver()
    session.day += 7 * DAY
    session.revise(now=NOW)
    notices.queue_due(now=NOW + 10 * MINUTE)
    Registration.objects.filter(pk=registration.pk).update(told_facts=session.revised_facts)

    deliver(NOW + 10 * MINUTE)

    assert reasons() == ["already_told"]


@pytest.mark.parametrize(
    "answer",
    [
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPDataError(451, b"try later"),
        smtplib.SMTPSenderRefused(452, b"full", "a@b"),
        smtplib.SMTPRecipientsRefused({"ana@example.org": (450, b"greylisted")}),
        smtplib.SMTPResponseException(421, b"closing"),
        TimeoutError("silent"),
        ConnectionResetError("reset"),
    ],
)
def test_trouble_that_passes_is_tried_again_later(server, answer):
    register(create_session())
    server.answers["ana@example.org"] = [answer]

    assert deliver() == {"queued": 1}
    message = Message.objects.get()
    assert NOW + timedelta(seconds=8) <= message.next_attempt_at <= NOW + timedelta(seconds=12)
    assert (message.attempts, message.last_error != "") == (1, True)
    assert deliver(NOW + MINUTE) == {"sent": 1}


@pytest.mark.parametrize(
    "answer",
    [
        smtplib.SMTPDataError(554, b"no"),
        smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"unknown")}),
        smtplib.SMTPSenderRefused(552, b"too big", "a@b"),
    ],
)
def test_a_refusal_is_final_seen_by_staff_and_blocks_nobody(server, answer):
    session = create_session()
    register(session, "Ana")
    register(session, "Luis")
    server.answers["ana@example.org"] = [answer]

    assert deliver() == {"failed": 1, "sent": 1}
    assert Message.objects.get(state="failed").last_error[:3] in {"554", "550", "552"}


def test_trouble_ends_in_failure_when_the_mail_has_lost_its_use(server):
    session = create_session(starts_at=NOW + HOUR, minutes=30)
    register(session)
    server.answers["ana@example.org"] = [TimeoutError()]

    assert deliver(session.ends_at - timedelta(seconds=5)) == {"failed": 1}


def test_after_five_refused_connections_the_loop_rests_and_gives_the_rest_back(server):
    session = create_session()
    for number in range(8):
        register(session, f"Person {number}", email=f"p{number}@example.org")
    server.answers["connect"] = [ConnectionRefusedError() for _ in range(20)]

    assert deliver() == {"queued": 5}
    assert server.opened == 5
    assert Message.objects.filter(state="queued", attempts=0, lease_token=None).count() == 3


def test_a_wrong_mail_password_fails_no_mail(server):
    register(create_session())
    server.answers["connect"] = [smtplib.SMTPAuthenticationError(535, b"wrong")]

    assert deliver() == {"queued": 1}


def test_a_mail_that_cannot_be_written_does_not_hold_up_the_others(server, monkeypatch):
    session = create_session()
    register(session, "Ana")
    register(session, "Luis")
    compose = delivery.emails.compose

    def broken(message, **when):
        if message.attendee.full_name == "Ana":
            raise KeyError("a template")
        return compose(message, **when)

    monkeypatch.setattr(delivery.emails, "compose", broken)

    assert deliver() == {"failed": 1, "sent": 1}


def test_two_claims_take_two_chunks_and_an_abandoned_one_is_taken_again(server, settings):
    register(create_session())

    first = outbox.claim(now=NOW, lease=settings.MESSAGE_LEASE)
    second = outbox.claim(now=NOW, lease=settings.MESSAGE_LEASE)
    after_the_lease = outbox.claim(now=NOW + settings.MESSAGE_LEASE, lease=settings.MESSAGE_LEASE)

    assert isinstance(first, uuid.UUID)
    assert second is None
    assert Message.objects.leased(after_the_lease).count() == 1


def test_who_lost_the_lease_writes_nothing_but_the_mail_that_left(server, settings):
    register(create_session())
    message = Message.objects.get()
    old = outbox.claim(now=NOW, lease=settings.MESSAGE_LEASE)
    outbox.claim(now=NOW + settings.MESSAGE_LEASE, lease=settings.MESSAGE_LEASE)

    delivery._postpone(message, old, NOW, "frozen")
    message.refresh_from_db()
    assert message.state == "sending"

    delivery._note_sent(message, old, NOW, emails.compose(message, now=NOW))
    message.refresh_from_db()
    assert message.state == "sent"


def test_a_short_lease_gives_the_rest_of_the_chunk_back(server, settings):
    settings.MESSAGE_LEASE, settings.MAIL_BUDGET = timedelta(seconds=10), timedelta(seconds=30)
    register(create_session())
    token = outbox.claim(now=NOW, lease=settings.MESSAGE_LEASE)

    with transport.Postbox() as postbox:
        outcome = delivery._deliver_chunk(token, NOW, postbox)

    assert dict(outcome) == {}
    assert Message.objects.get().state == "queued"


def test_send_again_is_a_new_row_with_its_own_message_id(server):
    register(create_session())
    deliver()
    message = Message.objects.get()

    copy = outbox.send_again(message=message, now=NOW)
    another = outbox.send_again(message=copy, now=NOW)
    deliver()

    ids = [mail.extra_headers["Message-ID"] for mail in server.mails]
    assert len(set(ids)) == 3
    assert [copy.key, another.key] == [f"{message.key}:again:1", f"{message.key}:again:2"]


def test_a_demonstration_never_reaches_smtp(server, settings):
    session = create_session()
    session.series.demonstration = True
    session.series.save()
    register(session)

    assert deliver() == {"sent": 1}
    assert (server.mails, len(list(settings.MAIL_DIR.glob("*.eml")))) == ([], 1)


def test_a_bundle_speaks_of_what_is_still_wanted(server):
    sessions = [create_session(number=1), create_session(number=2)]
    register_for(sessions, "Ana")
    for registration in Registration.objects.all():
        places.cancel(registration=registration, now=NOW)
    Message.objects.exclude(kind="confirmation").delete()

    assert deliver() == {"skipped": 1}
    assert reasons() == ["cancelled"]
