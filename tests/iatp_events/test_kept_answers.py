"""Public pages from memory: the same bytes for everyone for a moment, and nothing of anybody's own."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve, reverse

from iatp_events import kept_answers
from iatp_events.kept_answers import KEPT
from iatp_events.lib import answers
from iatp_events.lib.answers import Answer, Answers
from registrations.models import Attendee
from tests.admin_pages import send
from tests.factories import create_session, create_speaker, register, seat
from tests.registrations.views.mine import signed_in
from tests.test_doors import needed, walk
from workshops.models import Session, Speaker

pytestmark = pytest.mark.django_db
PAGE = "/en/series/community-in-practice/1/"
SERIES = "/en/series/community-in-practice/"


class Clock:
    """The process's steady clock, moved by hand."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(autouse=True)
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    settings.PAGES_KEPT = timedelta(seconds=2)
    stands = Clock()
    monkeypatch.setattr(answers, "now", stands)
    KEPT.clear()
    yield stands
    KEPT.clear()


@pytest.fixture
def session() -> Session:
    session = create_session(capacity=1)
    seat(create_speaker("Rosa Vega"), session)
    return session


def cost(path: str, client: Client | None = None, **options: Any) -> tuple[int, Any]:
    """How many queries an answer cost, and the answer."""
    with CaptureQueriesContext(connection) as queries:
        answer = (client or Client()).get(path, **options)
    return len(queries), answer


def test_what_was_answered_a_moment_ago_is_answered_again_without_a_query(session: Session) -> None:
    for path in ("/en/", SERIES, PAGE, "/en/speakers/rosa-vega/"):
        (dear, first), (cheap, second) = cost(path), cost(path)

        assert (dear > 0, cheap, second.status_code) == (True, 0, 200)
        assert second.content == first.content
        assert dict(second.headers) == dict(first.headers)
    assert first["Content-Security-Policy"]
    assert first["X-Content-Type-Options"] == "nosniff"


def test_what_staff_change_shows_two_seconds_later(session: Session, clock: Clock, admin_client: Client) -> None:
    Client().get(PAGE)
    form = reverse("admin:workshops_speaker_change", args=[Speaker.objects.get().pk])
    assert send(admin_client, form, name="Rosa Vega Luna").status_code == 302

    assert b"Rosa Vega Luna" not in Client().get(PAGE).content
    clock.at += 2
    assert b"Rosa Vega Luna" in Client().get(PAGE).content


def test_a_place_that_was_taken_shows_two_seconds_later(session: Session, clock: Clock) -> None:
    assert b"1 place left" in Client().get(PAGE).content
    register(session, "Ana Ruiz")

    clock.at += 2

    assert b"all places are taken" in Client().get(PAGE).content


def test_what_everyone_may_keep_is_older_than_five_seconds_nowhere(session: Session, settings: Any) -> None:
    """Our own memory, then a shared cache's, then its leave to use what is old while it asks anew."""
    said = Client().get(PAGE)["Cache-Control"]
    control = dict(part.strip().partition("=")[::2] for part in said.split(","))

    most = settings.PAGES_KEPT.total_seconds() + int(control["max-age"]) + int(control["stale-while-revalidate"])
    assert "public" in control
    assert most <= 5


def test_age_counts_from_the_first_query_on(session: Session, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that took a second to make shows what was true a second ago."""
    slow = answers.may_be_kept

    def made_slowly(*about: Any) -> bool:
        clock.at += 1
        return slow(*about)

    monkeypatch.setattr(answers, "may_be_kept", made_slowly)
    Client().get(PAGE)
    clock.at += 1.5

    assert cost(PAGE)[0] > 0


def test_staff_and_who_is_signed_in_pass_by(session: Session, admin_client: Client) -> None:
    person = signed_in(register(session, "Ana Ruiz").attendee)
    KEPT.put(kept_answers._key(RequestFactory().get(PAGE)), Answer(b"old", {}, answers.now()))

    for somebody in (admin_client, person):
        assert somebody.get(PAGE).content != b"old"
    assert Client().get(PAGE).content == b"old"


def test_what_somebody_known_was_shown_is_kept_for_nobody(session: Session, admin_client: Client) -> None:
    signed_in(register(session, "Ana Ruiz").attendee).get(PAGE)
    admin_client.get(PAGE)
    Client().get(PAGE, headers={"Authorization": "Basic YTpi"})

    assert KEPT.bytes == 0


def test_who_only_opened_a_form_gets_what_everyone_gets(session: Session) -> None:
    visitor = Client()
    visitor.get(f"{SERIES}register/")
    assert visitor.cookies
    Client().get(PAGE)

    assert cost(PAGE, visitor)[0] == 0


def test_nothing_but_the_pages_that_say_so_is_kept() -> None:
    """Every address of the table of doors, asked by a stranger and by a person; a stranger's is what could be kept."""
    arguments = needed()
    kept = []
    for _, name, pattern in walk(get_resolver().url_patterns):
        if not name or name.startswith("admin:"):
            continue
        path = reverse(name, args=arguments.get(name, ()))
        before = KEPT.bytes
        Client().get(path)
        signed_in(Attendee.objects.order_by("pk")[0]).get(path)
        if KEPT.bytes > before:
            kept.append((name, getattr(pattern.callback, "door", "")))

    pages = [f"workshops:{page}" for page in ("home", "series", "session", "speaker")]
    assert kept == [(page, "public") for page in (*pages, "registrations:registered")]


@pytest.mark.parametrize(
    "spoil",
    [
        None,
        lambda answer: answer.set_cookie("me", "Ana"),
        lambda answer: answer.__setitem__("Cache-Control", "private"),
        lambda answer: answer.__setitem__("Cache-Control", "public, no-store"),
        lambda answer: answer.__setitem__("Cache-Control", ""),
        lambda answer: answer.__setitem__("Vary", "Accept-Encoding, Cookie"),
        lambda answer: setattr(answer, "status_code", 404),
    ],
)
def test_one_sign_of_a_page_of_somebodys_own_is_enough(session: Session, spoil: Any) -> None:
    request = RequestFactory().get(PAGE)
    request.resolver_match = resolve(PAGE)

    def answer(request: Any) -> Any:
        made = Client().get(PAGE)
        KEPT.clear()
        if spoil:
            spoil(made)
        return made

    kept_answers.keep_public_answers(answer)(request)

    assert (KEPT.bytes > 0) == (spoil is None)


def test_an_address_that_asks_for_more_than_a_city_is_made_for_itself(session: Session) -> None:
    for query in ("?session=3", "?tz=Mars/Olympus", "?tz=UTC&tz=UTC", "?page=2", "?q=" + "x" * 400):
        Client().get(PAGE + query)
    assert KEPT.bytes == 0

    assert b"Lima (UTC" in Client().get(f"{PAGE}?tz=America/Lima").content
    assert cost(f"{PAGE}?tz=America/Lima")[0] == 0
    assert cost(PAGE)[0] > 0
    assert cost(f"{PAGE}?fbclid=abc&utm_source=mail")[0] == 0


def test_each_encoding_host_and_scheme_has_its_own(session: Session, settings: Any) -> None:
    zipped: Any = {"headers": {"Accept-Encoding": "br, gzip"}}
    plain = cost(PAGE)[1].content
    Client().get(PAGE, **zipped)
    again, answer = cost(PAGE, **zipped)

    assert again == 0
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == plain
    assert "Content-Encoding" not in Client().get(PAGE)
    assert Client(SERVER_NAME="evil.example.com").get(PAGE).status_code == 400
    assert cost(PAGE, secure=True)[0] > 0


def test_who_has_the_page_is_told_so_at_no_cost(session: Session) -> None:
    tag = Client().get(PAGE, headers={"Accept-Encoding": "gzip"})["ETag"]
    same: Any = {"headers": {"Accept-Encoding": "gzip", "If-None-Match": tag}}

    queries, answer = cost(PAGE, **same)

    assert (queries, answer.status_code, answer.content, answer["ETag"]) == (0, 304, b"", tag)
    assert answer["Cache-Control"].startswith("public")
    assert Client().get(PAGE, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_look_whether_something_changed_keeps_the_page_as_well(session: Session, clock: Clock) -> None:
    tag = Client().get(PAGE)["ETag"]
    clock.at += 2

    assert Client().get(PAGE, headers={"If-None-Match": tag}).status_code == 304
    assert cost(PAGE)[0] == 0


def test_head_is_answered_from_what_get_left_and_leaves_nothing(session: Session) -> None:
    length = Client().head(PAGE)["Content-Length"]
    assert KEPT.bytes == 0
    Client().get(PAGE)

    with CaptureQueriesContext(connection) as queries:
        answer = Client().head(PAGE)

    assert (len(queries), answer["Content-Length"]) == (0, length)


def test_nothing_is_kept_while_templates_are_edited_or_by_wish(session: Session, settings: Any) -> None:
    for name, value in (("DEBUG", True), ("PAGES_KEPT", timedelta(0))):
        with override_settings(**{name: value}):
            Client().get(PAGE)
    Client().post(PAGE)
    assert KEPT.bytes == 0


def test_memory_has_a_bound_and_what_nobody_asks_for_goes_first() -> None:
    shelf = Answers(most_bytes=10_000)
    for number in range(100):
        shelf.put((number,), Answer(b"x" * 1000, {"ETag": "x"}, answers.now()))
        assert shelf.get((0,), 2)
        assert shelf.bytes <= 10_000

    assert [number for number in range(100) if shelf.get((number,), 2)] == [0, *range(92, 100)]


def test_an_answer_larger_than_all_room_is_not_kept() -> None:
    shelf = Answers(most_bytes=500)
    shelf.put(("large",), Answer(b"x" * 1000, {}, answers.now()))

    assert (shelf.bytes, shelf.knows(("large",))) == (0, False)


def test_many_who_find_a_page_too_old_have_it_made_once(clock: Clock) -> None:
    """The maker waits until the others stand in line; each of them gets what it made."""
    made: list[int] = []
    waiting, match = threading.Barrier(8), resolve(PAGE)

    def page(request: Any) -> HttpResponse:
        made.append(1)
        time.sleep(0.2)
        request.resolver_match = match
        return HttpResponse(b"new", headers={"Cache-Control": "public, max-age=1"})

    handler = kept_answers.keep_public_answers(page)
    handler(RequestFactory().get(PAGE))
    made.clear()
    clock.at += 2
    found: list[bytes] = []

    def ask() -> None:
        waiting.wait()
        found.append(handler(RequestFactory().get(PAGE)).content)

    crowd = [threading.Thread(target=ask) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    assert (len(made), found) == (1, [b"new"] * 8)


def test_a_page_that_failed_is_made_by_the_next(clock: Clock) -> None:
    fails, match = iter([False, True, False]), resolve(PAGE)

    def page(request: Any) -> HttpResponse:
        if next(fails):
            raise RuntimeError("The database is gone.")
        request.resolver_match = match
        return HttpResponse(b"fine", headers={"Cache-Control": "public"})

    handler = kept_answers.keep_public_answers(page)
    handler(RequestFactory().get(PAGE))
    clock.at += 2
    with pytest.raises(RuntimeError):
        handler(RequestFactory().get(PAGE))

    assert handler(RequestFactory().get(PAGE)).content == b"fine"
