"""Messages in the admin: what became of them, what they say, and a new copy on request."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.utils.html import strip_tags

from registrations.models import Message
from registrations.services import reminders
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, create_speaker, register, seat

pytestmark = pytest.mark.django_db


def confirmation(name: str = "Ana", **person: Any) -> Message:
    return Message.objects.get(registration=register(create_session(), name, **person), kind="confirmation")


def page_url(page: str, message: Message) -> str:
    return reverse(f"admin:registrations_message_{page}", args=[message.pk])


def test_the_preview_shows_the_mail_as_it_would_be_written_now() -> None:
    message = confirmation("Ana Pérez", language="es")

    page = staff_client().get(page_url("preview", message)).content.decode()

    assert "ana.perez@example.org" in page
    assert "This is how the mail would be written now." in page
    assert '<pre class="mail" lang="es">' in page


def test_the_mail_as_it_looks_is_locked_into_a_sandbox() -> None:
    response = staff_client().get(page_url("preview_html", confirmation()))

    assert response["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    assert response["X-Frame-Options"] == "DENY"
    assert "no-store" in response["Cache-Control"]
    assert b"<html" in response.content


def test_the_copy_that_left_is_shown_even_when_the_facts_have_changed(settings: Any) -> None:
    message = confirmation()
    settings.MAIL_DIR.mkdir(parents=True)
    number = message.message_id.strip("<>").split("@")[0]
    kept = b"To: ana@example.org\r\nSubject: =?utf-8?q?S=C3=AD?=\r\nContent-Type: text/plain\r\n\r\nAs it left.\r\n"
    (settings.MAIL_DIR / f"20261005T140000000000-{number}.eml").write_bytes(kept)
    client = staff_client()

    page = client.get(page_url("preview", message)).content.decode()

    assert "This is what left." in page
    assert "Sí" in page
    assert "As it left." in page
    # A mail without a look has no page for it.
    assert client.get(page_url("preview_html", message)).status_code == 404


def test_a_person_without_an_address_has_a_preview_all_the_same() -> None:
    message = confirmation()
    message.attendee.addresses.all().delete()

    assert staff_client().get(page_url("preview", message)).status_code == 200


def test_sending_again_is_a_new_message_with_an_identity_of_its_own() -> None:
    message = confirmation()

    response = staff_client().post(page_url("send_again", message))

    copy = Message.objects.exclude(pk=message.pk).get(kind="confirmation")
    assert response["Location"] == page_url("change", copy)
    assert (copy.key, copy.state) == (f"{message.key}:again:1", "queued")
    assert copy.message_id != message.message_id


@pytest.mark.parametrize("page", ["preview", "preview_html", "send_again", "change"])
def test_looking_sends_nothing(page: str) -> None:
    message = confirmation()
    before = list(Message.objects.values())

    assert staff_client().get(page_url(page, message)).status_code == 200
    assert list(Message.objects.values()) == before


@pytest.mark.parametrize(
    ("page", "permission"),
    [
        ("preview", "registrations.view_attendee"),
        ("preview_html", "registrations.view_attendee"),
        ("send_again", "registrations.view_message"),
    ],
)
def test_each_door_asks_for_its_right(page: str, permission: str) -> None:
    message = confirmation()

    assert staff_client(permission).get(page_url(page, message)).status_code == 403
    assert Client().get(page_url(page, message)).status_code == 302


@pytest.mark.parametrize(
    ("page", "right"), [("preview", "view_message"), ("preview_html", "view_message"), ("send_again", "change_message")]
)
def test_the_door_of_a_page_can_be_read_from_its_address(page: str, right: str) -> None:
    door = resolve(page_url(page, confirmation())).func.door  # type: ignore[attr-defined]

    assert door == f"staff:registrations.{right}"


def test_the_list_sends_new_copies_and_counts_them() -> None:
    messages = [confirmation("Ana"), confirmation_of_luis()]
    chosen = {"action": "send_again", "_selected_action": [str(message.pk) for message in messages]}

    page = staff_client().post(reverse("admin:registrations_message_changelist"), chosen, follow=True)

    assert [str(message) for message in page.context["messages"]] == ["2 copies are on their way."]
    assert Message.objects.filter(key__contains=":again:").count() == 2


def confirmation_of_luis() -> Message:
    first = Message.objects.get()
    assert first.registration
    return Message.objects.get(registration=register(first.registration.session, "Luis"), kind="confirmation")


def test_a_skipped_message_says_why() -> None:
    message = confirmation()
    Message.objects.update(state="skipped", skip_reason="stopped")

    page = staff_client().get(page_url("change", message)).content.decode()

    assert "the person stopped these mails" in page
    assert '<span class="chip message-skipped">Skipped</span>' in page


def test_what_is_kept_of_a_mail_is_shown_though_no_file_is_left() -> None:
    message = confirmation("Ana Ruiz")
    Message.objects.update(state="sent", sent_at=NOW, subject="As it was", text="The words that left.")

    page = staff_client().get(page_url("preview", message)).content.decode()

    assert "This is what left." in page
    assert [word in page for word in ("As it was", "The words that left.", "ana.ruiz@example.org")] == [True] * 3
    assert staff_client().get(page_url("preview_html", message)).status_code == 404


def to_the_panel(**speaker: Any) -> Message:
    session = create_session()
    rosa = create_speaker("Rosa Núñez", **{"email": "Rosa@example.org"} | speaker)
    seat(rosa, session)
    session.series.reminder_rules.create(audience="panel", offset=timedelta(days=1), active_from=NOW)
    reminders.queue_due(now=NOW)
    return Message.objects.get(speaker=rosa)


@pytest.mark.parametrize("term", ["nunez", "rosa@example.org", "ROSA"])
def test_a_mail_to_the_panel_is_found_by_its_speaker(term: str) -> None:
    message = to_the_panel()
    register(create_session(number=2), "Ana")

    page = staff_client().get(reverse("admin:registrations_message_changelist"), {"q": term})

    assert list(page.context["cl"].result_list) == [message]
    assert "Rosa Núñez" in page.content.decode()


@pytest.mark.parametrize("page", ["change", "preview", "send_again"])
def test_a_mail_to_the_panel_has_every_page(page: str) -> None:
    message = to_the_panel()
    Message.objects.update(text="Dear Rosa", subject="Tomorrow")

    shown = staff_client().get(page_url(page, message))

    assert shown.status_code == 200
    assert "Rosa Núñez" in shown.content.decode()


def test_a_moment_is_said_here_there_and_in_utc() -> None:
    message = confirmation(country="CO")

    page = staff_client().get(page_url("change", message)).content.decode()

    said = " ".join(strip_tags(page).split())
    assert "5 Oct 2026, 11:00 Santiago · for the reader 5 Oct 2026, 09:00 Bogotá · 5 Oct 2026, 14:00 UTC" in said


def test_a_person_has_every_message_with_a_link_to_its_words() -> None:
    message = confirmation("Ana")
    Message.objects.update(subject="Te inscribiste", state="sent", sent_at=NOW)

    url = reverse("admin:registrations_attendee_change", args=[message.attendee_id])
    page = staff_client().get(url).content.decode()

    assert f'<a href="{page_url("preview", message)}">Te inscribiste</a>' in page
    assert '<span class="chip message-sent">Sent</span>' in page
    assert "5 Oct 2026, 11:00" in page
    only = staff_client("registrations.view_attendee").get(url).content.decode()
    assert "Te inscribiste" not in only
