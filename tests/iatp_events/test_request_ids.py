"""Every request has an id, which the log and the answer carry; and lines of the log that machines read."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.test import Client

from iatp_events.lib import logs
from iatp_events.lib.logs import Json

FORMATTER = Json()


def line(message: str, *args: object, failing: bool = False) -> str:
    trouble = sys.exc_info() if failing else None
    return FORMATTER.format(logging.LogRecord("x.y", logging.ERROR, "x.py", 1, message, args, trouble))


@pytest.mark.parametrize("given", ["0123456789abcdef", "edge-7.request_42"])
def test_the_id_of_a_proxy_is_kept(client: Client, given: str) -> None:
    assert client.get("/healthz", headers={"x-request-id": given})["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "ana@example.org", "id with spaces", "línea-de-más", "-abcdefgh"]
)
def test_what_is_no_id_is_replaced_by_one_of_ours(client: Client, given: str) -> None:
    ours = client.get("/healthz", headers={"x-request-id": given})["X-Request-ID"]

    assert ours != given
    assert len(ours) == 32


@pytest.mark.real_time
def test_two_requests_have_two_ids_and_afterwards_there_is_none(client: Client) -> None:
    ids = {client.get("/healthz")["X-Request-ID"] for _ in range(2)}

    assert len(ids) == 2
    assert logs.request_id.get() == ""


@pytest.mark.django_db
def test_errors_and_refused_hosts_have_one_too() -> None:
    answers = [Client().get("/en/nowhere/"), Client(headers={"host": "forged.example.net"}).get("/en/")]

    assert [(answer.status_code, len(answer["X-Request-ID"])) for answer in answers] == [(404, 32), (400, 32)]


@pytest.mark.django_db
def test_what_is_logged_within_a_request_carries_its_id(client: Client, monkeypatch: Any, capsys: Any) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATTER)
    logging.getLogger("iatp_events.health").addHandler(handler)
    monkeypatch.setattr("iatp_events.health._missing", lambda: "database")

    client.get("/readyz", headers={"x-request-id": "request-of-this-test"})
    logging.getLogger("iatp_events.health").removeHandler(handler)

    said = json.loads(capsys.readouterr().err.splitlines()[0])
    assert (said["request"], said["message"]) == ("request-of-this-test", "Not ready: database.")


def test_a_line_is_one_line_and_names_nobody() -> None:
    said = line("For %s at /r/61-1.secret/join/", "ana@example.org\r\n\u2028{forged}")

    assert said.isascii()
    assert len(said.splitlines()) == 1
    assert json.loads(said)["message"] == "For …@…\r\n\u2028{forged} at /r/…/join/"


def test_an_error_is_told_by_type_and_place() -> None:
    try:
        raise ValueError("Key (normalised)=(ana@example.org) already exists")
    except ValueError:
        said = line("It failed.", failing=True)

    assert json.loads(said)["error"].startswith("ValueError at iatp_events/test_request_ids.py:")
    assert "ana" not in said
