"""The postbox: one kept connection, and what a server's answer means."""

import smtplib
import socket
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.mail import EmailMessage

from iatp_events.lib.smtp import Deadline
from registrations import transport
from registrations.transport import Postbox, Refused, Unreachable

MAIL = EmailMessage("Hola", "…", "a@example.org", ["b@example.org"])
SMTP = {"host": "mail.example.org", "port": 25, "username": "", "password": "", "use_tls": False, "use_ssl": False}


@pytest.fixture
def server(monkeypatch, settings):
    """What the server will answer, one per try (None takes the mail), and how often it was called and left."""
    settings.SMTP = SMTP
    heard = SimpleNamespace(connects=[], answers=[], opened=0, closed=0, options={})

    class Backend:
        def __init__(self, **options: object) -> None:
            heard.options = options

        def open(self) -> None:
            heard.opened += 1
            if heard.connects and (error := heard.connects.pop(0)):
                raise error

        def close(self) -> None:
            heard.closed += 1

        def send(self, _mail: EmailMessage) -> None:
            if heard.answers and (error := heard.answers.pop(0)):
                raise error

    monkeypatch.setattr(transport, "EmailBackend", Backend)
    return heard


@pytest.mark.parametrize(
    ("answer", "meaning", "opened"),
    [
        (smtplib.SMTPDataError(554, b"no"), Refused, 1),
        (smtplib.SMTPDataError(500, b"no"), Refused, 1),
        (smtplib.SMTPDataError(451, b"later"), Unreachable, 1),
        (smtplib.SMTPDataError(-1, b""), Unreachable, 1),
        (smtplib.SMTPResponseException(421, b"closing"), Unreachable, 2),
        (smtplib.SMTPServerDisconnected("gone"), Unreachable, 2),
        (TimeoutError("silent"), Unreachable, 2),
        (UnicodeEncodeError("ascii", "ñ", 0, 1, "no"), Refused, 1),
        (ValueError("no address"), Refused, 1),
    ],
)
def test_an_answer_is_a_refusal_or_trouble_and_a_dead_line_is_not_used_again(server, answer, meaning, opened):
    server.answers = [answer]

    with Postbox() as postbox:
        with pytest.raises(meaning):
            postbox.send(MAIL)
        postbox.send(MAIL)

    assert (server.opened, server.closed) == (opened, opened)


def test_only_refusals_in_a_row_count(server):
    server.connects = [ConnectionRefusedError(), ConnectionRefusedError(), None]

    with Postbox() as postbox:
        counted = []
        for _ in range(2):
            with pytest.raises(Unreachable):
                postbox.send(MAIL)
            counted.append(postbox.refusals)
        postbox.send(MAIL)
        counted.append(postbox.refusals)

    assert counted == [1, 2, 0]


def test_a_full_disk_is_trouble_that_passes(settings, tmp_path):
    (tmp_path / "mail").write_text("a file where the folder should be")

    with Postbox() as postbox, pytest.raises(Unreachable, match="mail file"):
        postbox.send(MAIL, to_file=True)


def test_a_mail_that_outlives_its_budget_is_cut_off():
    ours, theirs = socket.socketpair()
    ours.settimeout(5)
    deadline = Deadline()
    deadline.hold(ours)

    with deadline.within(timedelta(milliseconds=30)):
        assert ours.recv(1) == b""
    theirs.close()


def test_a_mail_within_its_budget_leaves_the_line_open():
    ours, theirs = socket.socketpair()
    deadline = Deadline()
    deadline.hold(ours)

    with deadline.within(timedelta(milliseconds=30)):
        pass
    time.sleep(0.1)

    assert ours.send(b"x") == 1
    theirs.close()


def test_the_narrowest_of_nested_budgets_holds():
    deadline = Deadline()

    with deadline.within(timedelta(seconds=1)), deadline.within(timedelta(seconds=60)):
        assert deadline.left < 2
    deadline.check()


def test_who_wakes_up_after_the_budget_says_no_more():
    deadline = Deadline()

    with deadline.within(timedelta(0)), pytest.raises(TimeoutError):
        deadline.check()


def test_a_mail_without_a_reader_is_no_mail_that_left(server):
    with Postbox() as postbox, pytest.raises(Refused):
        postbox.send(EmailMessage("Hola", "…", "a@example.org", []))


def test_a_server_that_does_not_answer_is_waited_for_as_long_as_the_settings_say(server, settings):
    settings.MAIL_CONNECT_TIMEOUT = timedelta(seconds=7)

    with Postbox() as postbox:
        postbox.send(MAIL)

    assert server.options["timeout"] == 7
