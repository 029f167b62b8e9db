"""Whatever a personal page answers, errors included, nobody stores it, indexes it or learns its address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from iatp_events.lib import alarm, clock
from registrations.models import Attendee
from tests.factories import NOW
from tests.registrations.views.mine import signed_in
from tests.test_doors import needed
from tests.test_roles import ROWS
from tests.test_tokens import LINKS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


def headers_of(answer: Any) -> tuple[str, str, str]:
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    return answer["Cache-Control"], answer["X-Robots-Tag"], answer["Referrer-Policy"]


BY_LINK = ("private, no-store", "noindex", "no-referrer")
OWN = ("private, no-store", "noindex", "same-origin")


def broken() -> None:
    raise RuntimeError("The database is gone.")


@pytest.mark.parametrize("name", LINKS)
def test_a_page_with_a_token_in_its_address(name: str) -> None:
    client, path = Client(), reverse(name, args=needed()[name])
    found = {"fine": client.get(path), "none": client.get(reverse(name, args=("none",))), "not so": client.put(path)}
    found["pressed"] = client.post(path)
    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        found["late"] = client.post(path)

    assert [found[what].status_code for what in ("fine", "none", "not so")] == [200, 404, 405]
    assert {what: headers_of(answer) for what, answer in found.items()} == dict.fromkeys(found, BY_LINK)


@pytest.mark.parametrize("name", ROWS)
def test_a_page_of_ones_own(name: str) -> None:
    needed()
    path, client = reverse(name), signed_in(Attendee.objects.get())
    answers = {"stranger": Client().get(path), "fine": client.get(path), "not so": client.put(path)}
    answers["forged"] = signed_in(Attendee.objects.get(), enforce_csrf_checks=True).post(path, {"registration": "x"})
    answers["pressed"] = client.post(path, {"registration": "nonsense", "email": "nonsense"})

    assert answers["not so"].status_code == 405
    assert {what: headers_of(answer) for what, answer in answers.items()} == dict.fromkeys(answers, OWN)


@pytest.mark.parametrize(("path", "expected"), [("/en/me/", OWN), ("links:registration", BY_LINK)])
def test_an_error_of_ours(path: str, expected: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = needed()
    where = reverse(path, args=arguments[path]) if path in arguments else path
    client = signed_in(Attendee.objects.get(), raise_request_exception=False)
    monkeypatch.setattr(clock, "now", broken)

    answer = client.get(where)

    assert (answer.status_code, headers_of(answer)) == (500, expected)


def test_too_many(settings: Any) -> None:
    settings.RATE_LIMITS = {"sign_ins_per_address": 0, "sign_ins_per_email": 0}
    needed()
    client = signed_in(Attendee.objects.get())
    for number in range(5):
        client.post("/en/me/addresses/", {"email": f"new{number}@example.org"})

    answers = [
        client.post("/en/me/addresses/", {"email": "sixth@example.org"}),
        Client().post("/en/sign-in/", {"email": "ana@example.org"}),
    ]

    assert [(answer.status_code, headers_of(answer)) for answer in answers] == [(429, OWN)] * 2
