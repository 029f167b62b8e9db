"""/metrics: closed by default, in constant queries, and the same whichever process is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.test.utils import CaptureQueriesContext

from iatp_events import counters
from iatp_events.env import networks
from registrations.services import gauges
from tests.factories import NOW, create_session, register

TOKEN = "a token that only Prometheus knows"


@pytest.fixture
def by_token(settings: Any) -> dict[str, str]:
    settings.METRICS_TOKEN = TOKEN
    return {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.django_db
def test_nobody_reads_it_until_somebody_says_who(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
def test_whoever_has_the_token_reads_it(client: Client, by_token: dict[str, str]) -> None:
    answer = client.get("/metrics", headers=by_token)

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "no-store" in answer["Cache-Control"]
    assert client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}x"}).status_code == 404
    assert client.get("/metrics").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("caller", "forwarded", "status"),
    [
        ("10.1.2.3", None, 200),
        ("127.0.0.1", None, 404),
        ("10.1.2.3", "10.9.9.9", 404),
        ("8.8.8.8", None, 404),
        ("8.8.8.8", "10.1.2.3", 404),
        ("", None, 404),
    ],
)
def test_who_asks_straight_from_a_named_network_reads_it(
    settings: Any, monkeypatch: Any, caller: str, forwarded: str | None, status: int
) -> None:
    monkeypatch.setenv("METRICS_FROM", "10.0.0.0/8")
    settings.METRICS_FROM = networks("METRICS_FROM")
    headers = {"x-forwarded-for": forwarded} if forwarded else {}

    assert Client().get("/metrics", headers=headers, REMOTE_ADDR=caller).status_code == status


@pytest.mark.django_db
def test_it_says_the_state_of_things(client: Client, by_token: dict[str, str]) -> None:
    session = create_session(capacity=1)
    first = register(session, "Ana")
    register(session, "Luis")
    first.messages.update(next_attempt_at=NOW - timedelta(minutes=7))

    said = client.get("/metrics", headers=by_token).content.decode().splitlines()

    assert 'iatp_registrations{state="confirmed"} 1.0' in said
    assert 'iatp_registrations{state="cancelled"} 0.0' in said
    assert 'iatp_messages{state="queued"} 2.0' in said
    assert 'iatp_waiting{mode="online",series="community-in-practice",session="1"} 1.0' in said
    assert "iatp_oldest_due_message_seconds 420.0" in said


@pytest.mark.django_db
def test_a_mail_that_is_put_off_again_and_again_is_as_old_as_its_moment() -> None:
    (message,) = register(create_session(), "Ana").messages.all()
    message.due_at, message.attempts = NOW - timedelta(hours=2), 9
    message.next_attempt_at = NOW + timedelta(minutes=50)
    message.save()

    assert gauges.read(now=NOW).oldest_due == 7200


@pytest.mark.django_db
@pytest.mark.parametrize("sessions", [1, 3])
def test_it_asks_four_questions_whatever_there_is(sessions: int, django_assert_num_queries: Any) -> None:
    for number in range(1, sessions + 1):
        session = create_session(number=number, capacity=1)
        for name in ("Ana", "Luis", "Eva"):
            register(session, name)

    with django_assert_num_queries(4):
        found = gauges.read(now=NOW)

    assert len(found.waiting) == sessions


@pytest.mark.django_db
def test_scrapers_that_come_often_ask_the_database_once(client: Client, by_token: dict[str, str]) -> None:
    from django.db import connection

    client.get("/metrics", headers=by_token)
    with CaptureQueriesContext(connection) as asked:
        client.get("/metrics", headers=by_token)

    assert len(asked) == 0
    assert caches["process"].get("gauges") is not None


@pytest.mark.django_db
def test_requests_are_counted_by_view_and_status_and_never_by_path(settings: Any, by_token: dict[str, str]) -> None:
    client = Client()
    before = figures(client.get("/metrics", headers=by_token))

    for path in ("/healthz", "/healthz", "/r/secret-token/", "/en/nowhere/"):
        client.get(path)
    answer = client.get("/metrics", headers=by_token)

    # This process answered other tests before.
    more = {name: value - before.get(name, 0.0) for name, value in figures(answer).items()}
    assert more['iatp_requests_total{status="200",view="healthz"}'] == 2
    assert more['iatp_requests_total{status="404",view="links:registration"}'] == 1
    assert more['iatp_requests_total{status="404",view="none"}'] == 1
    assert more['iatp_request_seconds_bucket{le="+Inf",view="healthz"}'] == 2
    assert "secret" not in answer.content.decode()


def figures(answer: Any) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_a_view_says_how_long_it_took() -> None:
    counters.note("slow", 200, 0.7)

    said = counters.text([]).decode()

    assert 'iatp_request_seconds_bucket{le="0.5",view="slow"} 0.0' in said
    assert 'iatp_request_seconds_bucket{le="1.0",view="slow"} 1.0' in said
