"""The door of a person's own pages: who signed in by mail comes in, everybody else is led to sign in."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from iatp_events.lib import signing
from registrations import sign_in_cookie
from registrations.doors import own_page, signed_in
from registrations.models import Attendee
from registrations.services import people
from tests.factories import NOW, create_attendee

pytestmark = pytest.mark.django_db


@signed_in
def page(request: HttpRequest, attendee: Attendee, word: str = "") -> HttpResponse:
    return HttpResponse(f"{attendee.full_name} {word}".strip())


def cookie_of(attendee: Attendee) -> str:
    response = HttpResponse()
    sign_in_cookie.remember(response, attendee)
    return response.cookies["me"].value


def visit(path: str = "/es/me/", *, cookie: str = "", method: str = "get", **arguments: str) -> HttpResponse:
    request = getattr(RequestFactory(), method)(path)
    request.COOKIES["me"] = cookie
    return page(request, **arguments)


def test_who_is_signed_in_comes_in_and_the_page_knows_who_it_is():
    answer = visit(cookie=cookie_of(create_attendee("Ana")), word="here")

    assert (answer.status_code, answer.content) == (200, b"Ana here")


def test_the_cookie_is_kept_from_scripts_and_from_other_sites_for_thirty_days(settings):
    settings.HTTPS, settings.SIGN_IN_COOKIE_NAME = True, "__Host-me"
    remembered, forgotten = HttpResponse(), HttpResponse()

    sign_in_cookie.remember(remembered, create_attendee())
    sign_in_cookie.forget(forgotten)

    flags = {"path": "/", "domain": "", "secure": True, "httponly": True, "samesite": "Lax"}
    kept, gone = remembered.cookies["__Host-me"], forgotten.cookies["__Host-me"]
    assert {name: kept[name] for name in flags} == flags
    assert {name: gone[name] for name in flags} == flags
    assert (kept["max-age"], gone["max-age"], gone.value) == (30 * 24 * 3600, 0, "")


@pytest.mark.parametrize(
    ("path", "method", "target"),
    [
        ("/es/me/", "get", "/es/sign-in/?next=%2Fes%2Fme%2F"),
        ("/es/me/series/?part=2", "get", "/es/sign-in/?next=%2Fes%2Fme%2Fseries%2F%3Fpart%3D2"),
        ("/es/me/", "post", "/es/sign-in/"),
        ("/es/me/?then=//evil.example/", "get", "/es/sign-in/"),
    ],
)
def test_who_is_not_is_led_to_sign_in_and_back(path, method, target):
    with translation.override("es"):
        answer = visit(path, method=method)

    assert (answer.status_code, answer["Location"]) == (302, target)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/es/", "/es/series/", "/de/me/", "//evil.example/es/me/", "https://evil.example/es/me/"),
        *("/es/me/../../admin/", "/es/me//evil.example/", "/es/me/\\evil.example/", "/es/me/\n", "/es/me/?next=//e"),
    ],
)
def test_a_sign_in_leads_to_ones_own_pages_only(path):
    assert own_page(path) == ""


def test_an_altered_foreign_or_broken_cookie_opens_nothing():
    ana, luis = create_attendee("Ana"), create_attendee("Luis")
    good = cookie_of(ana)
    others = [
        *("", "x", "1:1", good[:-1], good[1:], good + good, f"{good}x", "\x00", "é"),
        signing.token("calendar", ana.pk),
        signing.token("registration", ana.pk, 1),
        ":".join([cookie_of(luis).split(":")[0], *good.split(":")[1:]]),
    ]

    assert {visit(cookie=other).status_code for other in others} == {302}


def test_thirty_days_later_one_signs_in_anew():
    cookie = cookie_of(create_attendee())

    with time_machine.travel(NOW + timedelta(days=30) - timedelta(minutes=1), tick=False):
        before = visit(cookie=cookie).status_code
    with time_machine.travel(NOW + timedelta(days=30, minutes=1), tick=False):
        after = visit(cookie=cookie).status_code

    assert (before, after) == (200, 302)


def test_signing_out_everywhere_closes_every_browser_of_that_person_only():
    ana, luis = create_attendee("Ana"), create_attendee("Luis")
    of_ana, of_luis = cookie_of(ana), cookie_of(luis)

    ana.sign_out_everywhere()

    answers = (visit(cookie=of_ana).status_code, visit(cookie=of_luis).status_code)
    assert (*answers, visit(cookie=cookie_of(ana)).status_code) == (302, 200, 200)


def test_who_was_erased_is_signed_in_nowhere():
    ana = create_attendee("Ana")
    cookie = cookie_of(ana)

    ana.delete()

    assert visit(cookie=cookie).status_code == 302


@pytest.mark.parametrize("path", ["/es/me/", "/es/me/nothing/here/", "/es/sign-in/nothing/"])
def test_personal_pages_are_stored_and_indexed_nowhere_not_even_their_errors(path):
    answer = Client().get(path)

    said = {name: answer[name] for name in ("Cache-Control", "X-Robots-Tag", "Referrer-Policy")}
    assert said == {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin"}


def test_who_is_erased_between_the_door_and_the_act_is_led_to_sign_in():
    @signed_in
    def late(_request: HttpRequest, _attendee: Attendee) -> HttpResponse:
        raise people.Gone

    request = RequestFactory().post("/es/me/profile/")
    request.COOKIES["me"] = cookie_of(create_attendee("Ana"))

    assert late(request).status_code == 302
