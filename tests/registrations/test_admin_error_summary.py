"""What must be mended on a page of staff stands at the top, has the focus and leads to its input."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from tests.admin_pages import send, staff_client
from tests.factories import create_series, create_session

pytestmark = pytest.mark.django_db


class Page(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.focused: list[str] = []
        self.feed(source)
        summary = re.search(r'<div class="error-summary".*?</div>', source, re.S)
        self.summary = summary[0] if summary else ""
        self.targets = re.findall(r'href="#([^"]+)"', self.summary)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids.add(given.get("id") or "")
        if "autofocus" in given:
            self.focused.append(given.get("class") or tag)


def text_page() -> str:
    return reverse("admin:registrations_mailtext_edit", args=[create_series().slug, "reminder", "en"])


def plan_page() -> str:
    return reverse("admin:workshops_session_change", args=[create_session().pk])


def test_a_misspelt_text_is_led_to_its_input():
    page = Page(send(staff_client(), text_page(), subject="Hello {nobody}").content.decode())

    assert page.focused == ["error-summary"]
    assert page.targets == ["id_subject"]
    assert "id_subject" in page.ids
    assert "{nobody}" in page.summary


def test_a_message_to_a_group_is_led_to_the_first_part_of_its_input():
    url = reverse("admin:registrations_bulletin_add")
    series = create_series()

    answer = send(staff_client(), url, series=series.pk, subject_0="Hello {nobody}", body_0="Hi").content.decode()
    page = Page(answer)

    assert page.focused == ["error-summary"]
    assert page.targets == ["id_subject_0"]
    assert "id_subject_0" in page.ids
    # Django's script would take the focus away to the first input.
    assert "change_form.js" not in answer


def test_a_row_of_the_plan_is_led_to_like_any_input():
    client, url = staff_client(), plan_page()
    row = "reminder_rules-0"
    added = {
        "reminder_rules-TOTAL_FORMS": "1",
        f"{row}-offset_0": "0",
        f"{row}-offset_1": "days",
        f"{row}-kind": "reminder",
        f"{row}-audience": "attendees",
        f"{row}-late": "skip",
    }

    page = Page(send(client, url, **added).content.decode())

    assert page.focused == ["error-summary"]
    assert page.targets == [f"id_{row}-offset_0"]
    assert set(page.targets) <= page.ids


def test_a_page_without_errors_keeps_the_focus_where_a_browser_puts_it():
    page = Page(staff_client().get(text_page()).content.decode())

    assert (page.focused, page.summary) == ([], "")
