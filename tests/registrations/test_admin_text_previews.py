"""Trying a text out before it is saved: as a page, as a picture, and as a mail to whoever wrote it."""

from __future__ import annotations

import re
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from registrations import links
from registrations.choices import Wording
from registrations.models import MailText, Message, Registration
from registrations.transport import Postbox, Refused, Unreachable
from tests.admin_pages import form_of, staff_client
from tests.factories import NOW, create_series, create_session, register

pytestmark = pytest.mark.django_db


def url(page: str = "edit", wording: str = "reminder") -> str:
    return reverse(f"admin:registrations_mailtext_{page}", args=["community-in-practice", wording, "es"])


def post(client: Client, page: str, **changes: Any) -> Any:
    return client.post(url(page), form_of(client, url()) | changes)


def stored() -> list[Any]:
    return [*MailText.objects.values(), *Message.objects.values(), *Registration.objects.values()]


def test_a_preview_shows_what_is_typed_and_stores_nothing() -> None:
    register(create_session())
    before = stored()

    answer = post(staff_client(), "preview", subject="Ya mañana, {name}", body="Algo **nuevo**.")

    assert answer.status_code == 200
    assert answer.context["mail"].subject == "Ya mañana, Ana"
    assert "Algo nuevo." in answer.context["mail"].text
    assert answer.context["form"]["subject"].value() == "Ya mañana, {name}"
    assert stored() == before


def test_a_preview_in_another_language_shows_the_text_that_holds_there() -> None:
    register(create_session())

    answer = post(staff_client(), "preview", subject="Ya mañana", language="fr")

    assert answer.context["mail"].subject != "Ya mañana"


@pytest.mark.parametrize("wording", Wording.values)
@pytest.mark.parametrize("reader", ["real", "made up"])
def test_every_text_can_be_looked_at(wording: str, reader: str) -> None:
    registration = register(create_session())
    if wording in ("waiting_list", "enrolled_waiting"):
        Registration.objects.update(state="waitlisted", joined_waitlist_at=NOW)
    client = staff_client()
    form = form_of(client, url(wording=wording)) | {"reader": registration.pk if reader == "real" else ""}

    before = stored()

    answer = client.post(url("preview", wording=wording), form)

    assert (answer.status_code, stored()) == (200, before)
    assert answer.context["mail"].subject
    assert "{" not in answer.context["mail"].text


def test_the_mail_as_it_looks_can_do_nothing_to_who_looks() -> None:
    register(create_session())

    answer = post(staff_client(), "preview_html", body="<script>alert(1)</script> [x](javascript:alert(1)) {name}")

    assert answer["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    page = answer.content.decode()
    assert "<script" not in page
    assert "javascript:" not in page.replace("(javascript:alert(1))", "")


def test_the_recipient_is_shown_as_people_write_their_name() -> None:
    register(create_session(), "Íñigo Núñez")

    assert post(staff_client(), "preview").context["mail"].recipients == "Íñigo Núñez <inigo.nunez@example.org>"


def test_a_name_in_braces_is_a_name() -> None:
    register(create_session(), "{series} {0}", email="braces@example.org")

    answer = post(staff_client(), "preview", subject="Hola, {name}")

    assert answer.context["mail"].subject == "Hola, {series} {0}"


def test_who_may_not_see_registrations_looks_through_invented_eyes() -> None:
    registration = register(create_session())
    client = staff_client("registrations.change_mailtext")

    assert [value for value, _label in client.get(url()).context["reader"].fields["reader"].choices] == [""]
    assert post(client, "preview", reader=registration.pk).status_code == 422


def send_test(client: Client, email: str = "eva@example.org") -> Any:
    User.objects.update(email=email)
    answer = post(client, "send_test", subject="Ya mañana")
    assert answer.context["form"]["subject"].value() == "Ya mañana"
    return answer, [(note.level_tag, str(note)) for note in answer.context["messages"]]


def test_a_test_is_written_to_whoever_asks_for_it(settings) -> None:
    register(create_session())

    _answer, notes = send_test(staff_client())

    assert notes == [("success", "The test was written to a file, as every mail of this series is.")]
    [mail] = settings.MAIL_DIR.glob("*.eml")
    assert b"To: eva@example.org" in mail.read_bytes()
    assert b"text/calendar" not in mail.read_bytes()
    assert not MailText.objects.exists()


def test_no_link_of_a_test_acts_for_the_person_it_speaks_of(settings) -> None:
    registration = register(create_session())

    send_test(staff_client())

    [file] = settings.MAIL_DIR.glob("*.eml")
    text = BytesParser(policy=policy.default).parsebytes(file.read_bytes()).get_body(("plain",)).get_content()
    personal = re.findall(r"http://[^/]+(/[rupn]/\S+|/calendar/\S+)", text)
    assert len(personal) >= 2
    assert not [link for link in personal if links.token(registration) in link]
    assert {Client().get(link).status_code for link in personal} == {404}


def test_without_any_session_a_preview_says_what_is_missing() -> None:
    create_series()

    answer = post(staff_client(), "preview")

    assert answer.status_code == 422
    assert answer.context["reader"].non_field_errors() == ["A preview speaks of a session, and there is none yet."]


def test_the_hour_is_that_of_the_zone_that_was_chosen() -> None:
    register(create_session())

    hours = [
        post(staff_client(), "preview", subject="{hour}", zone=zone).context["mail"].subject
        for zone in ("America/Santiago", "America/Tijuana", "")
    ]

    assert hours == ["11:00", "07:00", "09:00"]


@pytest.mark.parametrize("email", ["", "nobody", "eva@example.org\nBcc: x@example.org"])
def test_without_an_address_nothing_is_sent_and_the_page_says_why(email: str, settings) -> None:
    register(create_session())

    _answer, notes = send_test(staff_client(), email)

    assert notes == [("error", "Your account has no e-mail address. Whoever manages staff accounts can add it.")]
    assert not settings.MAIL_DIR.exists()


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Refused("550 no such user"), "The mail server refused the test: 550 no such user"),
        (Unreachable("TimeoutError"), "The mail server did not take the test: TimeoutError"),
    ],
)
def test_what_the_mail_server_says_is_said_in_words(monkeypatch, trouble: Exception, words: str) -> None:
    register(create_session())

    def fail(*_args: Any, **_options: Any) -> None:
        raise trouble

    monkeypatch.setattr(Postbox, "send", fail)

    answer, notes = send_test(staff_client())

    assert (answer.status_code, notes) == (200, [("error", words)])
