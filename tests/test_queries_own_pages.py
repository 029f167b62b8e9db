"""Signing in and a person's own pages cost the same with one registration and with three hundred."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from iatp_events.lib import alarm
from registrations import links
from registrations.models import Attendee, SignIn
from registrations.services import initiatives, sign_in
from tests.factories import NOW, create_series, create_session, register
from tests.registrations.views.mine import signed_in
from tests.test_queries import queries

pytestmark = pytest.mark.django_db
ASK, CODE, BROWSER = "/en/sign-in/", "/en/sign-in/code/", "a"

# Status and statements of each, savepoints included, without the one that asks the database for the time.
COUNTS = {
    "ask": (200, 0),
    "code": (200, 0),
    "code, wrong": (422, 4),
    "link": (200, 3),
    "link, pressed": (302, 8),
    "ask, known": (302, 4),
    "ask, unknown": (302, 4),
    "code, right": (302, 9),
    "profile": (200, 6),
    "mails": (302, 6),
    "address": (302, 10),
    "data": (200, 7),
    "data as JSON": (200, 16),
    "data as CSV": (200, 16),
    "erase": (200, 3),
    "sign out": (200, 1),
}


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


def visits_of(ana: Attendee) -> dict[str, Callable[[], Any]]:
    mine = signed_in(ana)
    code, link, browser = asked_for()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    return {
        "ask": lambda: browser.get(ASK),
        "code": lambda: browser.get(CODE),
        "code, wrong": lambda: browser.post(CODE, {"code": wrong}),
        "link": lambda: browser.get(link),
        "link, pressed": lambda: browser.post(link),
        "ask, known": lambda: browser.post(ASK, {"email": "ana@example.org"}),
        "ask, unknown": lambda: Client().post(ASK, {"email": "nobody@example.org"}),
        "code, right": lambda: browser.post(CODE, {"code": links.sign_in_code(SignIn.objects.order_by("-pk")[1])}),
        "profile": lambda: mine.get("/en/me/profile/"),
        "mails": lambda: mine.post("/en/me/mails/", {"reminders": "on"}),
        "address": lambda: mine.post("/en/me/addresses/", {"email": "new@example.org"}),
        "data": lambda: mine.get("/en/me/data/"),
        "data as JSON": lambda: mine.get("/en/me/data/json/"),
        "data as CSV": lambda: mine.get("/en/me/data/csv/"),
        "erase": lambda: mine.get("/en/me/data/erase/"),
        "sign out": lambda: mine.get("/en/me/sign-out/"),
    }


def asked_for() -> tuple[str, str, Client]:
    """A code, a link and the browser in which they were asked for."""
    sign_in.ask(email="ana@example.org", browser=BROWSER, leads_to="", now=NOW)
    asked = SignIn.objects.latest("pk")
    link = links.sign_in(asked).removeprefix(settings.SITE_URL)
    browser = Client()
    browser.cookies[settings.ASKED_COOKIE_NAME] = BROWSER
    return links.sign_in_code(asked), link, browser


@pytest.fixture(params=[1, 30, pytest.param(300, marks=pytest.mark.at_length)])
def ana(request: pytest.FixtureRequest) -> Attendee:
    """Ana, who holds one place, thirty, or three hundred."""
    series = create_series(planned_sessions=request.param)
    for number in range(1, request.param + 1):
        register(create_session(series, number=number), "Ana")
    return Attendee.objects.get()


def cost(visit: Callable[[], Any]) -> tuple[int, int]:
    """The status and the number of statements, after every byte was taken: files are read as they are written."""
    statuses: list[int] = []

    def read() -> None:
        answer = visit()
        statuses.append(answer.status_code)
        b"".join(answer.streaming_content if answer.streaming else ())

    asked = queries(read)
    return statuses[0], len(asked)


def test_a_visit_costs_the_same_with_one_registration_and_with_many(ana: Attendee) -> None:
    initiatives.suggestions()  # kept by the process for a minute

    found = {what: cost(visit) for what, visit in visits_of(ana).items()}

    assert found == COUNTS
