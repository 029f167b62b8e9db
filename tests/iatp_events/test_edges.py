"""What holds for every request before any view sees it, and for every line of the log."""

import logging
import sys

import pytest
from django.test import Client

from iatp_events import wsgi
from iatp_events.lib.logs import OneLine

FORMATTER = OneLine("{levelname} {message}", style="{")


def line(message: str, *args: object, failing: bool = False) -> str:
    trouble = sys.exc_info() if failing else None
    return FORMATTER.format(logging.LogRecord("x", logging.ERROR, "x.py", 1, message, args, trouble))


def test_nobody_writes_a_line_of_the_log_that_we_did_not():
    assert line("Looked for %s", "a\r\nERROR forged") == "ERROR Looked for a\\r\\nERROR forged"


def test_tokens_stay_out_of_the_log():
    assert line("Internal Server Error: /r/61-1.secret/join/") == "ERROR Internal Server Error: /r/…/join/"
    assert line("GET /calendar/41.secret.ics") == "ERROR GET /calendar/…"


def test_an_error_is_logged_by_type_and_place_and_not_by_its_text():
    try:
        raise ValueError("Key (normalised)=(ana@example.org) already exists")
    except ValueError:
        logged = line("It failed.", failing=True)

    assert logged.startswith("ERROR It failed.\\nValueError at iatp_events/test_edges.py:")
    assert "ana@example.org" not in logged


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "base64", '"rot13"', "idna", "undefined"])
def test_a_charset_that_no_browser_sends_is_refused_before_django_decodes_by_it(charset):
    answers = []

    body = wsgi.application({"CONTENT_TYPE": f"text/plain; charset={charset}"}, lambda *answer: answers.append(answer))

    assert answers[0][0] == "400 Bad Request"
    assert list(body) == [b"charset\n"]


@pytest.mark.parametrize(("length", "status"), [("8000001", 413), ("1073741824", 413), ("-1", 413), ("²", 413)])
def test_a_body_that_is_too_large_is_refused_unread(client, length, status):
    answer = client.generic("POST", "/healthz", b"x", CONTENT_LENGTH=length)

    assert answer.status_code == status
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/%00/", "/en/series/%00/", "/healthz?x=%00", "/en/series/x/" + "9" * 30 + "/"])
def test_addresses_that_no_database_could_hold_are_refused_politely(client, path):
    assert client.get(path).status_code in {400, 404}
    assert client.head(path).status_code in {400, 404}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/en/", "/en/nowhere/", "/r/x/", "/admin/login/", "/healthz", "/", "/static/none.css"]
)
def test_every_answer_carries_the_policy(client, path):
    answer = client.get(path)

    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_static_file_is_what_it_says_it_is_and_lent_to_no_other_site(settings, tmp_path):
    (tmp_path / "site.css").write_text("body { margin: 0 }")
    settings.STATIC_ROOT = tmp_path

    answer = Client().get("/static/site.css")

    assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Content-Security-Policy"] == "script-src 'none'; frame-ancestors 'none'"


@pytest.mark.django_db
def test_alive_and_ready(client):
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]
