"""The pages to sign in by: the same for everyone, and looking at them changes nothing."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client

from iatp_events.lib import alarm, signing
from registrations import links
from registrations.models import Attendee, Message, Registration, SignIn
from registrations.services import delivery, sign_in
from tests.factories import NOW, create_session, register
from tests.test_links_are_safe import dump

pytestmark = pytest.mark.django_db
ASK, CODE = "/en/sign-in/", "/en/sign-in/code/"


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


@pytest.fixture
def ana() -> Attendee:
    return register(create_session(), "Ana").attendee


def ask(client: Client, email: str = "ana@example.org", **fields: str) -> SignIn:
    client.post(ASK, {"email": email, **fields})
    sign_in.queue_due(now=NOW)
    delivery.deliver_due(clock=lambda: NOW)
    return SignIn.objects.latest("pk")


def path_of(asked: SignIn) -> str:
    return "/s/" + links.sign_in(asked).split("/s/")[1]


def is_in(client: Client) -> bool:
    return "sign-in" not in client.get("/en/me/sign-out/").headers.get("Location", "")


def said(page) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


def test_the_link_of_the_mail_signs_in_by_its_button(client, ana):
    path = path_of(ask(client))

    seen = client.get(path)
    answer = client.post(path)

    assert (seen.status_code, "<button" in said(seen)) == (200, True)
    assert (answer.status_code, answer["Location"], is_in(client)) == (302, "/es/me/", True)
    assert (client.cookies["me"]["httponly"], client.cookies["asked"].value) == (True, "")


def test_the_code_signs_in_with_its_gap_or_without(client, ana):
    code = links.sign_in_code(ask(client))

    answer = client.post(CODE, {"code": f" {code[:3]} {code[3:]} "})

    assert (answer.status_code, answer["Location"], is_in(client)) == (302, "/en/me/", True)


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/en/me/my-data/?part=1", "/en/me/my-data/?part=1"),
        ("//evil.example/", "/en/me/"),
        ("/en/me/" + "a" * 200, "/en/me/"),
    ],
)
def test_one_arrives_where_one_wanted_to_go_if_that_is_ones_own(client, ana, wanted, leads_to):
    code = links.sign_in_code(ask(client, next=wanted))

    assert client.post(CODE, {"code": code})["Location"] == leads_to


def test_machines_that_open_the_link_change_nothing(client, ana):
    path = path_of(ask(client))
    before = dump()
    scanner = Client(HTTP_USER_AGENT="LinkScanner", HTTP_SEC_PURPOSE="prefetch", HTTP_PURPOSE="prefetch")

    answers = [
        getattr(who, method)(path).status_code for who in (scanner, client) for method in ("get", "head") for _ in "ab"
    ]
    pressed = scanner.post(path)

    assert (set(answers), pressed.status_code, dump() == before) == ({200}, 403, True)
    assert (is_in(scanner), client.post(path).status_code, is_in(client)) == (False, 302, True)


def test_in_another_browser_the_page_says_what_to_do_and_offers_no_button(client, ana):
    path, elsewhere = path_of(ask(client)), Client()

    page = elsewhere.get(f"{path}?lang=en")

    assert "type the code of the mail there" in said(page)
    assert ("<button" in said(page), is_in(elsewhere)) == (False, False)


def test_each_link_that_is_over_says_why_and_offers_a_new_one(client, ana):
    used = path_of(ask(client))
    client.post(used)
    first = path_of(ask(client))
    outdone, newest = first, ask(client)
    SignIn.objects.filter(pk=newest.pk).update(codes_tried=5)

    pages = [client.get(f"{path}?lang=en") for path in (used, outdone, path_of(newest))]

    # Of several reasons the first that holds: a used link was used.
    texts = ("It was used already", "You asked again since", "ten minutes after the mail left")
    assert [page.status_code for page in pages] == [410] * 3
    assert [text in said(page) for text, page in zip(texts, pages, strict=True)] == [True] * 3
    assert client.post(used).status_code == 410


def test_a_token_that_is_not_ours_is_not_found(client, ana):
    asked = ask(client)
    token = path_of(asked).split("/")[2]
    registration = Registration.objects.get()
    others = [
        *(token[:-1], token[1:], token * 2, f"{token}.{token}", token.swapcase(), ".".join(reversed(token.split(".")))),
        signing.token("registration", registration.pk, registration.link_version),
        signing.token("sign_in", asked.pk, asked.nonce + 1),
        signing.token("sign_in", asked.pk + 1, asked.nonce),
        signing.token("stop", asked.pk, asked.nonce),
    ]

    answers = [client.post(f"/s/{other}/") for other in others]

    assert {answer.status_code for answer in answers} == {404}
    assert not is_in(client)


def answer_to(path: str, fields: dict[str, str], client: Client | None = None) -> tuple[object, ...]:
    """Status, headers with the lengths of what changes each time, and the page without its CSRF token."""
    answer = (client or Client()).post(path, fields)
    body = re.sub(rb'(name="csrfmiddlewaretoken" value=")\w+', rb"\1", answer.content)
    body = body.replace(fields.get("email", "-").encode(), b"")
    cookies = {name: (len(cookie.value), *sorted(map(str, cookie.values()))) for name, cookie in answer.cookies.items()}
    return answer.status_code, sorted(answer.headers.items()), cookies, body, len(answer.content)


def test_known_and_unknown_addresses_get_the_same_answer_byte_for_byte(ana, settings):
    settings.RATE_LIMITS = {"sign_ins_per_address": 99, "sign_ins_per_email": 2}
    known, unknown = {"email": "ana@example.org"}, {"email": "eva@example.org"}

    for _ in range(3):
        assert answer_to(ASK, known) == answer_to(ASK, unknown)
    assert answer_to(ASK, known)[0] == 429


def test_a_wrong_code_gets_the_same_answer_whoever_asked(ana):
    browsers = {email: Client() for email in ("ana@example.org", "eva@example.org")}
    wrong = {}
    for email, browser in browsers.items():
        browser.post(ASK, {"email": email})
        wrong[email] = f"{(int(links.sign_in_code(SignIn.objects.latest('pk'))) + 1) % 10**6:06d}"

    for _ in range(6):
        answers = [answer_to(CODE, {"code": "111111"}, browser) for browser in browsers.values()]
        assert answers[0] == answers[1]
        assert answers[0][0] == 422
    assert list(SignIn.objects.order_by("pk").values_list("codes_tried", flat=True)) == [5, 5]


def test_after_five_wrong_codes_the_right_one_is_answered_like_a_wrong_one_and_the_link_is_over(client, ana):
    asked = ask(client)
    code = links.sign_in_code(asked)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    answers = [answer_to(CODE, {"code": typed}, client) for typed in [wrong] * 5 + [code]]

    assert {answer[0] for answer in answers} == {422}
    assert str(answers[0]).replace(wrong, code) == str(answers[-1])
    assert client.post(path_of(asked)).status_code == 410
    assert not is_in(client)


def test_what_is_no_address_or_no_code_is_told_and_kept(client):
    pages = client.post(ASK, {"email": "ana@"}), client.post(CODE, {"code": "12a456"}), client.post(CODE, {})

    assert [page.status_code for page in pages] == [422] * 3
    assert ("Write an address like" in said(pages[0]), 'value="ana@"' in said(pages[0])) == (True, True)
    assert "Type the six digits" in said(pages[1])


@pytest.mark.parametrize(("path", "fields"), [(ASK, {"email": "ana@example.org"}), (CODE, {"code": "123456"})])
def test_a_form_whose_token_expired_comes_back_with_what_was_typed(path, fields):
    page = Client(enforce_csrf_checks=True).post(path, fields)

    assert (page.status_code, next(iter(fields.values())) in said(page)) == (403, True)


def test_too_many_codes_from_one_place_wait_a_minute(client, settings):
    settings.RATE_LIMITS = {"sign_ins_per_address": 1}

    assert [client.post(CODE, {"code": "123456"}).status_code for _ in range(2)] == [422, 429]


def test_signing_out_here_leaves_the_other_browser_in_and_everywhere_does_not(ana):
    here, there = Client(), Client()
    for browser in (here, there):
        browser.post(path_of(ask(browser)))

    looked = here.get("/en/me/sign-out/")
    here.post("/en/me/sign-out/")
    out_here = is_in(here), is_in(there)
    third = Client()
    third.post(path_of(ask(third)))
    third.post("/en/me/sign-out/", {"everywhere": "1"})

    assert (looked.status_code, out_here, is_in(there), is_in(third)) == (200, (False, True), False, False)


def test_the_pages_of_links_are_stored_and_named_nowhere(client, ana):
    pages = client.get(path_of(ask(client))), client.get(ASK), client.get(CODE)

    assert {page["Cache-Control"] for page in pages} == {"private, no-store"}
    assert {page["X-Robots-Tag"] for page in pages} == {"noindex"}
    assert pages[0]["Referrer-Policy"] == "no-referrer"


def test_public_pages_are_the_same_bytes_for_who_is_signed_in_and_set_no_cookie(client, ana):
    paths = ("/en/", "/en/series/community-in-practice/", "/en/series/community-in-practice/1/")
    before = [client.get(path) for path in paths]
    client.post(path_of(ask(client)))

    after = [client.get(path) for path in paths]

    assert [page.content for page in before] == [page.content for page in after]
    assert [page.cookies.output() for page in (*before, *after)] == [""] * 6


def test_no_line_of_the_log_names_an_address_a_code_or_a_token(client, ana, caplog):
    caplog.set_level(logging.DEBUG)

    asked = ask(client)
    client.post(CODE, {"code": "111111"})
    client.post(path_of(asked))

    lines = caplog.text
    secrets = ("ana@example.org", links.sign_in_code(asked), path_of(asked).split("/")[2], client.cookies["me"].value)
    assert [secret in lines for secret in secrets] == [False] * 4
    assert Message.objects.filter(kind="sign_in").count() == 1
