"""`manage.py mail_doctor`: what is wrong is said, what is right too, and what nobody can know from here."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from registrations import mail_check
from registrations.mail_check import BAD, GOOD, OPEN
from tests.servers.mailbox import Mailbox
from tests.servers.processes import free_port


@pytest.fixture
def sound(settings: Any) -> Any:
    settings.SITE_URL, settings.HTTPS = "https://talleres.cepal.org", True
    settings.DEFAULT_FROM_EMAIL = "Talleres <no-reply@mail.cepal.org>"
    settings.SMTP = smtp(25)
    return settings


def smtp(port: int, **changes: Any) -> dict[str, Any]:
    plain = {"host": "127.0.0.1", "port": port, "username": "", "password": "", "use_tls": False, "use_ssl": False}
    return plain | changes


def standing(about: str, *, dial: bool = False) -> list[str]:
    return [one.standing for one in mail_check.examine(dial=dial) if one.about == about]


@pytest.mark.real_time
def test_a_server_that_lets_us_in_is_good_and_gets_no_mail(sound: Any, mailbox: Mailbox) -> None:
    sound.SMTP = smtp(mailbox.port)

    assert standing("EMAIL_URL", dial=True) == [GOOD]
    assert mailbox.mails == []


@pytest.mark.real_time
def test_a_server_that_is_away_is_said(sound: Any) -> None:
    sound.SMTP = smtp(free_port())

    assert standing("EMAIL_URL", dial=True) == [BAD]


@pytest.mark.real_time
def test_a_server_that_knows_no_such_user_is_said(sound: Any, mailbox: Mailbox) -> None:
    sound.SMTP = smtp(mailbox.port, username="we", password="very-secret")

    found = [one for one in mail_check.examine() if one.about == "EMAIL_URL"]

    assert [one.standing for one in found] == [BAD, BAD]
    assert "in the clear" in found[0].said
    assert "very-secret" not in str(found)


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("no-reply@cepal.org", GOOD),
        ("no-reply@gmail.com", BAD),
        ("no-reply@cepal.org.evil.net", BAD),
        ("no-reply@example.org", BAD),
    ],
)
def test_a_sender_belongs_with_where_the_links_lead(sound: Any, sender: str, expected: str) -> None:
    sound.DEFAULT_FROM_EMAIL = sender

    assert standing("DEFAULT_FROM_EMAIL") == [expected]


def test_two_ministries_of_one_country_are_two(sound: Any) -> None:
    sound.SITE_URL, sound.DEFAULT_FROM_EMAIL = "https://talleres.mincyt.gob.ar", "no-reply@economia.gob.ar"

    assert standing("DEFAULT_FROM_EMAIL") == [BAD]


def test_files_and_links_to_this_machine_are_no_way_out(sound: Any) -> None:
    sound.SMTP, sound.HTTPS = None, False

    assert (standing("EMAIL_URL"), standing("SITE_URL")) == ([BAD], [BAD])


def test_the_records_of_the_domain_are_named_and_left_to_look_up(sound: Any) -> None:
    said = {one.about: one.said for one in mail_check.examine(dial=False) if one.standing == OPEN}

    assert set(said) == {"EMAIL_URL", "SPF", "DKIM", "DMARC", "PTR"}
    assert said["SPF"].startswith("mail.cepal.org TXT")
    assert said["DMARC"].startswith("_dmarc.mail.cepal.org TXT")


def test_the_command_fails_when_something_is_wrong(sound: Any) -> None:
    said = StringIO()
    call_command("mail_doctor", "--offline", stdout=said)
    assert "WRONG" not in said.getvalue()

    sound.SMTP = None
    with pytest.raises(CommandError, match="1 to mend"):
        call_command("mail_doctor", "--offline", stdout=said)
