"""Who guesses passwords is stopped; who comes from elsewhere is not locked out with them. And how the admin looks."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.admin_pages import staff_client
from tests.factories import create_session

pytestmark = pytest.mark.django_db
PASSWORD = "a long pass phrase"


def sign_in(address: str, password: str, name: str = "rosa") -> Any:
    client = Client(headers={"accept-language": "en"}, REMOTE_ADDR=address)
    return client.post(reverse("admin:login"), {"username": name, "password": password})


def test_five_wrong_tries_lock_that_name_from_that_address_only() -> None:
    User.objects.create_user("rosa", password=PASSWORD, is_staff=True)
    User.objects.create_user("ana", password=PASSWORD, is_staff=True)

    tries = [sign_in("203.0.113.7", f"guess {number}").status_code for number in range(5)]

    assert tries == [200, 200, 200, 200, 429]
    assert sign_in("203.0.113.7", PASSWORD).status_code == 429
    assert sign_in("198.51.100.9", PASSWORD).status_code == 302
    assert sign_in("203.0.113.7", PASSWORD, "ana").status_code == 302


def test_who_is_locked_out_reads_what_happened_and_what_to_do() -> None:
    for number in range(5):
        response = sign_in("203.0.113.7", f"guess {number}")

    page = response.content.decode()
    assert "<h1>Too many tries</h1>" in page
    assert "rests for 15 minutes" in page
    assert "Signing in from another place still works." in page


def test_the_index_begins_with_what_staff_need_daily() -> None:
    page = staff_client().get(reverse("admin:index"))

    names = [model["object_name"] for app in page.context["app_list"][:2] for model in app["models"]]
    assert names == [
        "Session",
        "Series",
        "Speaker",
        "Registration",
        "Attendee",
        "Initiative",
        "Enrolment",
        "Merge",
        "BlockedAddress",
        "Report",
        "Certificate",
        "Appeal",
        "Alias",
        "ColumnMap",
        "Message",
        "Bulletin",
        "MailText",
        "ReminderRule",
    ]


def test_staff_without_a_right_see_no_link_to_it() -> None:
    client = staff_client("workshops.view_speaker")
    page = client.get(reverse("admin:workshops_speaker_changelist")).content.decode()

    rooms = page[page.index('<nav class="rooms"') :].split("</nav>")[0]
    # Once for a wide window, once folded for a narrow one.
    assert re.findall(r'href="([^"]+)"', rooms) == [reverse("admin:workshops_speaker_changelist")] * 2


@pytest.mark.parametrize("page", ["capacity", "open", "close", "cancel", "change"])
def test_the_policy_of_the_admin_allows_nothing_inline_and_its_pages_need_nothing(page: str) -> None:
    url = reverse(f"admin:workshops_session_{page}", args=[create_session().pk])

    response = staff_client().get(url)

    assert "unsafe" not in response["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", response.content.decode())
