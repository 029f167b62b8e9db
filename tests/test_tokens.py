"""Links that were cut, doubled, mixed up, used or kept too long: never an error of ours, never a change."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from iatp_events.lib import alarm
from tests.factories import NOW
from tests.test_doors import needed, walk
from tests.test_links_are_safe import dump

pytestmark = pytest.mark.django_db
LINKS = sorted(name for _, name, _ in walk(get_resolver().url_patterns) if name.startswith("links:"))
METHODS = ("get", "head", "post")
# What each link answers to a press four hundred days later: 302 where all stands as wished. A wish to hear no more
# has no end.
LATE = {
    "links:address": 410,
    "links:again": 410,
    "links:badge": 405,
    "links:calendar": 405,
    "links:cancel": 410,
    "links:invitation": 410,
    "links:join": 410,
    "links:one_tap": 410,
    "links:panel": 410,
    "links:pass_on": 405,
    "links:registration": 405,
    "links:room_code": 410,
    "links:sign_in": 410,
    "links:take": 302,
    "links:take_back": 410,
    "links:take_over": 410,
    "links:undo": 302,
}
ENDLESS = {"links:not_me", "links:stop"}


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


def wrong_ones(token: str, others: set[str]) -> set[str]:
    """The token as mail programs, copying hands and curious people bring it."""
    said, _, seal = token.rpartition(".")
    cut = {token[:-1], token[1:], token[: len(token) // 2], said, seal, f"{said}."}
    doubled = {token * 2, f"{token}.{token}", f"{said}.{said}.{seal}", f"{said}.{seal}.{seal}", f"{said}-{said}.{seal}"}
    mixed = {f"{seal}.{said}", "-".join(reversed(said.split("-"))) + f".{seal}", token[::-1], token.swapcase()}
    altered = {f"{int(said.split('-')[0]) + 1}.{seal}", f"-{token}", f"0{token}", f"{said} .{seal}", f"１.{seal}"}
    foreign = others | {f"{said}.{other.rpartition('.')[2]}" for other in others}
    return (cut | doubled | mixed | altered | foreign) - {token}


def ask(name: str, method: str, token: str) -> HttpResponse:
    answer: HttpResponse = getattr(Client(raise_request_exception=False), method)(reverse(name, args=(token,)))
    return answer


@pytest.mark.parametrize("name", LINKS)
def test_a_token_that_is_not_ours_is_answered_like_nonsense_and_changes_nothing(name: str) -> None:
    tokens = {link: str(arguments[0]) for link, arguments in needed().items() if link.startswith("links:")}
    others = set(tokens.values()) - {tokens[name]}
    before = dump()

    for method in METHODS:
        nonsense = ask(name, method, "nonsense")
        answers = {wrong: ask(name, method, wrong) for wrong in wrong_ones(tokens[name], others)}
        assert {wrong: answer.status_code for wrong, answer in answers.items() if answer.status_code != 404} == {}
        assert {answer.content for answer in answers.values()} == {nonsense.content}
        assert {str(sorted(answer.headers.items())) for answer in answers.values()} == {
            str(sorted(nonsense.headers.items()))
        }
    assert dump() == before


@pytest.mark.parametrize("name", LINKS)
def test_looking_at_a_good_link_changes_nothing(name: str) -> None:
    token = str(needed()[name][0])
    before = dump()

    answers = [ask(name, method, token).status_code for method in ("get", "head", "get")]

    assert (answers, dump()) == ([200] * 3, before)


@pytest.mark.parametrize("name", LINKS)
def test_a_second_press_changes_nothing_more(name: str) -> None:
    token = str(needed()[name][0])
    first = ask(name, "post", token)
    before = dump()

    second = ask(name, "post", token)

    assert max(first.status_code, second.status_code) < 500
    assert dump() == before


def test_every_link_says_what_it_does_in_the_end() -> None:
    assert set(LATE) | ENDLESS == set(LINKS)


@pytest.mark.parametrize("name", LATE)
def test_a_link_kept_too_long_changes_nothing(name: str) -> None:
    token = str(needed()[name][0])
    before = dump()

    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        answers = [ask(name, method, token).status_code for method in ("get", "head", "post")]

    assert (answers[-1], max(answers) < 500) == (LATE[name], True)
    assert dump() == before


def test_a_used_link_to_sign_in_lets_nobody_in_again() -> None:
    path = reverse("links:sign_in", args=needed()["links:sign_in"])
    browser = Client()
    browser.cookies[settings.ASKED_COOKIE_NAME] = "a"
    browser.post(path)
    before = dump()
    again = Client()
    again.cookies[settings.ASKED_COOKIE_NAME] = "a"

    answers = [getattr(again, method)(path).status_code for method in METHODS]

    assert (answers, settings.SIGN_IN_COOKIE_NAME in again.cookies) == ([410] * 3, False)
    assert settings.SIGN_IN_COOKIE_NAME in browser.cookies
    assert dump() == before
