"""The empty form from memory: for a moment the same for everyone, and the token in it is each visitor's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from iatp_events.lib import answers
from registrations.models import Registration
from registrations.views import register as view
from tests.factories import create_session
from tests.servers.forms import filled
from workshops.models import Session

pytestmark = pytest.mark.django_db
FORM = "/en/series/community-in-practice/register/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]{64})"')


class Clock:
    at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(autouse=True)
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    settings.PAGES_KEPT = timedelta(seconds=2)
    stands = Clock()
    monkeypatch.setattr(answers, "now", stands)
    view._EMPTY_FORMS.clear()
    yield stands
    view._EMPTY_FORMS.clear()


def opened(client: Client, address: str = FORM) -> tuple[str, str]:
    """The page without its token, and the token."""
    page = client.get(address).content.decode()
    (token,) = TOKEN.findall(page)
    return page.replace(token, ""), token


def test_two_visitors_get_one_page_and_a_token_each_and_both_are_registered():
    create_session()
    visitors = [Client(enforce_csrf_checks=True) for _ in range(2)]

    (first, one), (second, other) = [opened(visitor) for visitor in visitors]
    forms = [filled("Ana", "ana@example.org", 1), filled("Luis", "luis@example.org", 1)]
    sent = [
        visitor.post(FORM, form | {"csrfmiddlewaretoken": token}).status_code
        for visitor, form, token in zip(visitors, forms, (one, other), strict=True)
    ]

    assert first == second
    assert one != other
    assert (sent, Registration.objects.count()) == ([302, 302], 2)


def test_the_token_of_one_visitor_opens_nothing_for_another():
    create_session()
    ana, luis = (Client(enforce_csrf_checks=True) for _ in range(2))
    (_, token), _ = opened(ana), opened(luis)

    refused = luis.post(FORM, filled("Luis", "luis@example.org", 1) | {"csrfmiddlewaretoken": token})

    assert (refused.status_code, Registration.objects.count()) == (403, 0)


def test_a_page_from_memory_costs_no_query_and_is_stored_by_nobody_else(client):
    create_session()
    client.get(FORM)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(FORM)

    assert (len(queries), page.status_code) == (0, 200)
    assert "no-store" in page["Cache-Control"]
    assert "Cookie" in page["Vary"]


def test_what_somebody_typed_stands_in_nobody_elses_form():
    create_session()
    opened(Client())

    wrong = Client().post(FORM, filled("Rosa Quispe", "nobody", 1))

    assert "Rosa Quispe" in wrong.content.decode()
    assert all("Rosa Quispe" not in opened(Client())[0] for _ in range(2))


def test_each_address_has_its_own_page(client):
    for number in (1, 2):
        create_session(number=number)
    asked = ["", "?session=2", "?session=9", "?whole_series", "?tz=America/Lima", "?session=2&tz=America/Lima"]

    pages = [opened(client, f"/{language}{FORM[3:]}{query}")[0] for language in ("en", "es") for query in asked]

    assert len(set(pages)) == len(pages)


def test_what_staff_change_shows_once_the_moment_is_over(client, clock):
    create_session()
    before, _ = opened(client)
    Session.objects.update(question={"en": "What now?"})

    within, _ = opened(client)
    clock.at += 2
    after, _ = opened(client)

    assert (within == before, "What now?" in before, "What now?" in after) == (True, False, True)


def test_a_form_that_is_sent_is_judged_by_what_is_true_then(client):
    create_session()
    opened(client)
    Session.objects.update(state="closed")

    refused = client.post(FORM, filled("Ana", "ana@example.org", 1))

    assert refused.status_code == 422
    assert "Registration for session 1 is closed." in refused.content.decode()
