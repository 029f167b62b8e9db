"""Whatever is sent, people get a clear word, nothing they typed is lost, and nothing breaks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from registrations import links
from registrations.models import Attendee, EmailAddress, Message, Registration
from tests.factories import NOW, create_session, register
from tests.servers.forms import filled, shown
from workshops.models import Session

pytestmark = pytest.mark.django_db
FORM = "/en/series/community-in-practice/register/"
ALL_FIELDS = {
    "organisation": "Clúster Cacao",
    "position": "Directora",
    "initiative": "Cacao de la Costa",
    "sector": "agrifood",
    "gender": "woman",
    "support_needed": "Subtítulos",
    "question": "¿Cómo empezar?\nY ¿con quién?",
    "announcements": "on",
}
LINE_FIELDS = ("full_name", "organisation", "position", "initiative")


@pytest.fixture
def session() -> Session:
    return create_session()


def send(**changes: Any) -> Any:
    typed = ALL_FIELDS | filled("Ana Ruiz", "ana@example.org", 1) | changes
    return Client().post(FORM, {name: value for name, value in typed.items() if value is not None})


def kept(answer: Any) -> dict[str, list[str]]:
    return shown(answer.content.decode())


def assert_refused_and_kept(answer: Any, *, at: str, **changed: str) -> None:
    """422, a summary that leads to the field, everything typed still there, nobody registered."""
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error:" in page.replace("\n", "")
    assert f'href="#id_{at}' in page or f'href="#div_id_{at}' in page
    typed = ALL_FIELDS | {"full_name": "Ana Ruiz", "email": "ana@example.org"}
    found = kept(answer)
    assert {name: found.get(name, [""])[0] for name in typed} == {
        name: value.replace("\r\n", "\n") for name, value in (typed | changed).items()
    }
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("field", ["full_name", "email", "country", "code_of_conduct"])
@pytest.mark.parametrize("empty", ["", "   ", None])
def test_a_needed_field_left_empty(session: Session, field: str, empty: str | None) -> None:
    if field == "code_of_conduct":
        empty = None  # a box is ticked or absent

    answer = send(**{field: empty})

    assert_refused_and_kept(answer, at=field, **({field: empty or ""} if field in ("full_name", "email") else {}))


@pytest.mark.parametrize("field", [*ALL_FIELDS, "timezone", "language"])
def test_any_other_field_may_be_empty(session: Session, field: str) -> None:
    assert send(**{field: ""}).status_code == 302


@pytest.mark.parametrize("field", [*LINE_FIELDS, "email", "support_needed", "question"])
def test_a_field_that_is_too_long(session: Session, field: str) -> None:
    long = "a" * 2001 if field != "email" else "a" * 250 + "@example.org"

    assert_refused_and_kept(send(**{field: long}), at=field, **{field: long})


@pytest.mark.parametrize("field", ["country", "timezone", "sector", "gender", "language"])
@pytest.mark.parametrize("value", ["XX", "<script>alert(1)</script>", "9" * 300, "Ñandú/Ciudad"])
def test_a_choice_that_is_none(session: Session, field: str, value: str) -> None:
    answer = send(**{field: value})

    assert answer.status_code == 422
    assert kept(answer)["full_name"] == ["Ana Ruiz"]
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("email", ["ana", "ana@", "@example.org", "ana@example", "a b@example.org", "ana@ex ample.org",
                                   "ana@-.org", "ana@example..org", "ana@" + "ñ" * 70 + ".org"])  # fmt: skip
def test_an_address_that_can_be_none(session: Session, email: str) -> None:
    assert_refused_and_kept(send(email=email), at="email", email=email)


@pytest.mark.parametrize("field", LINE_FIELDS)
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x85", "\u2028", "\x0b"])
def test_a_line_break_that_would_be_a_header(session: Session, field: str, line_break: str) -> None:
    answer = send(**{field: f"Ana{line_break}Bcc: all@example.org"})

    assert answer.status_code == 422
    assert (Registration.objects.count(), Message.objects.count()) == (0, 0)


def test_an_address_with_a_header_in_it(session: Session) -> None:
    assert send(email="ana@example.org\nBcc: all@example.org").status_code == 422


@pytest.mark.parametrize(
    "field", [*LINE_FIELDS, "email", "support_needed", "question", "country", "timezone", "sessions"]
)
def test_a_character_that_no_database_stores(session: Session, field: str) -> None:
    answer = send(**{field: "A\x00na"})

    assert answer.status_code == 422
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("field", [*LINE_FIELDS, "support_needed", "question"])
def test_a_script_stays_text(session: Session, field: str) -> None:
    script = "<script>alert('x')</script>\"><img src=x>"

    answer = send(**{field: script, "email": ""})

    assert kept(answer)[field] == [script]
    assert "<script>alert" not in answer.content.decode()
    assert "<img src=x>" not in answer.content.decode()


def test_an_empty_post(session: Session) -> None:
    answer = Client().post(FORM, {})

    assert answer.status_code == 422
    for field in ("full_name", "email", "country", "sessions", "code_of_conduct"):
        assert f'href="#id_{field}' in answer.content.decode() or f'href="#div_id_{field}' in answer.content.decode()


@pytest.mark.parametrize("sessions", [[], [""], ["99"], ["one"], ["-1"], ["1.5"], ["٣"], ["9" * 5000], ["1", "99"]])
def test_a_session_that_there_is_not(session: Session, sessions: list[str]) -> None:
    assert_refused_and_kept(send(sessions=sessions), at="sessions")


SHUT = {
    "draft": {"state": "draft"},
    "announced": {"state": "announced"},
    "closed": {"state": "closed"},
    "cancelled": {"state": "cancelled"},
    "past": {"starts_at": NOW - timedelta(days=1)},
}


@pytest.mark.parametrize("why", SHUT)
def test_a_session_that_takes_nobody(session: Session, why: str) -> None:
    create_session(number=2, **SHUT[why])  # type: ignore[arg-type]

    answer = send(sessions=["1", "2"])

    assert_refused_and_kept(answer, at="sessions")
    assert kept(answer)["sessions"] == ["1"]


def test_each_reason_is_told_in_words_of_its_own(session: Session) -> None:
    for number, why in enumerate(SHUT, start=2):
        create_session(number=number, **SHUT[why])  # type: ignore[arg-type]

    said = {why: send(sessions=[str(number)]).content for number, why in enumerate(SHUT, start=2)}

    assert b"Session 6 is over" in said["past"]
    assert b"Session 5 was cancelled" in said["cancelled"]
    assert b"Registration for session 4 is closed" in said["closed"]
    assert b"Registration for session 3 is not open yet" in said["announced"]
    assert b"There is no such session" in said["draft"]


@pytest.mark.parametrize("language", ["es", "pt", "fr"])
def test_an_error_speaks_the_readers_language(session: Session, language: str) -> None:
    answer: Any = Client().post(FORM.replace("/en/", f"/{language}/"), filled("", "ana@example.org", 1))

    with translation.override(language):
        needed = translation.gettext("This is needed.")
    assert needed != "This is needed."
    assert needed in answer.content.decode()
    assert f'<html lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize("token", ["", "expired-token", "a" * 64])
def test_an_expired_token_keeps_what_was_typed(session: Session, token: str) -> None:
    client = Client(enforce_csrf_checks=True)
    typed = ALL_FIELDS | filled("Ana Ruiz", "ana@example.org", 1, csrfmiddlewaretoken=token)

    answer: Any = client.post(FORM, typed)
    found = kept(answer)

    assert answer.status_code == 403
    assert {name: found[name][0] for name in ALL_FIELDS} == ALL_FIELDS
    assert (found["full_name"], found["email"], found["sessions"]) == (["Ana Ruiz"], ["ana@example.org"], ["1"])
    again = client.post(FORM, typed | {"csrfmiddlewaretoken": found["csrfmiddlewaretoken"][0]})
    assert (again.status_code, Registration.objects.count()) == (302, 1)


@pytest.mark.parametrize(
    "address",
    [
        "/en/nothing/",
        "/en/series/nonsense/",
        "/en/series/nonsense/register/",
        "/en/series/community-in-practice/99/",
        "/en/speakers/nobody/",
        "/r/nonsense/",
    ],
)
def test_an_address_that_leads_nowhere(session: Session, address: str) -> None:
    answer = Client().get(address)

    assert answer.status_code == 404
    assert b"<h1" in answer.content
    assert b'href="/' in answer.content


@pytest.mark.parametrize("act", ["", "cancel/", "join/"])
def test_an_altered_link_answers_like_nonsense(session: Session, act: str) -> None:
    registration = register(session)
    token = links.join_token(registration) if act == "join/" else links.token(registration)
    number, _, signature = token.partition(".")
    nonsense = Client().get(f"/r/nonsense/{act}")
    Registration.objects.filter(pk=registration.pk).update(link_version=2)

    for altered in (token, f"{number}0.{signature}", f"{number}.{signature[:-1]}", token.swapcase(), "1-1.", "." * 300):
        answer: Any = Client().get(f"/r/{altered}/{act}")
        # The page offers itself in other languages, so it holds the address that was asked for.
        content = answer.content.replace(altered.encode(), b"nonsense")
        headers = dict(answer.headers) | {"Content-Length": nonsense.headers["Content-Length"]}
        assert (answer.status_code, content, headers) == (404, nonsense.content, dict(nonsense.headers))
        assert Client().post(f"/r/{altered}/{act}").status_code in (404, 405)
    registration.refresh_from_db()
    assert registration.state == "confirmed"


def test_a_second_registration_changes_nothing_known_and_looks_like_a_first(session: Session) -> None:
    create_session(number=2)
    first = send()
    known = list(Attendee.objects.values()), list(EmailAddress.objects.values())

    second = send(full_name="Mallory", country="BR", gender="man", organisation="Elsewhere", email="ANA@Example.org")
    third = send(full_name="Mallory", country="BR", language="pt", sessions=["1", "2"])

    assert (list(Attendee.objects.values()), list(EmailAddress.objects.values())) == known
    answers = (first, second, third)
    assert len({(a.status_code, a.content, str(sorted(a.headers.items())), a.cookies.output()) for a in answers}) == 1
    pages = {Client().get(str(answer["Location"])).content for answer in answers}
    assert len(pages) == 1


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=1&" * 10_000, "application/x-www-form-urlencoded"),
        (b"question=" + b"a" * 1_100_000, "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=y"),
        (b"full_name=%ff%fe%00&email=%ed%a0%80", "application/x-www-form-urlencoded"),
        (b'{"full_name": "Ana"}', "application/json"),
        (b"", "multipart/form-data"),
    ],
)
def test_a_body_that_no_browser_sends(session: Session, body: bytes, content_type: str) -> None:
    answer = Client().post(FORM, body, content_type=content_type)

    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("query", ["session=99", "session=one", "session=" + "9" * 5000, "session=%00", "tz=Mars/Base",
                                   "tz=../etc", "session=1&session=2", "lang=xx"])  # fmt: skip
def test_a_query_that_means_nothing(session: Session, query: str) -> None:
    answer = Client().get(f"{FORM}?{query}")

    assert answer.status_code in (200, 400)


def test_the_same_form_sent_too_often_is_asked_to_wait_and_kept(session: Session, settings: Any) -> None:
    settings.RATE_LIMITS = {"registrations_per_address": 2, "registrations_per_email": 10}
    for number in range(2):
        send(email=f"ana{number}@example.org")

    answer = send(email="ana9@example.org")

    assert answer.status_code == 429
    assert kept(answer)["question"] == [ALL_FIELDS["question"]]
