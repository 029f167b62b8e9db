"""Alive, and able to work; asked by machines that know no names."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from iatp_events import health


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: Any) -> None:
    """As a process that was just started."""
    monkeypatch.setattr(health, "_is_migrated", False)


@pytest.mark.django_db
def test_it_is_ready_when_the_database_answers_and_is_migrated(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_database_that_is_away_is_named_and_the_process_still_lives(client: Client, monkeypatch: Any) -> None:
    def gone() -> None:
        raise OperationalError("the text may hold a password")

    monkeypatch.setattr(connection, "cursor", gone)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"database\n")
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_code_that_is_ahead_of_its_database_waits_for_it(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("registrations", "0001_initial")
    assert (client.get("/readyz").status_code, client.get("/readyz").content) == (503, b"migrations\n")

    MigrationRecorder(connection).record_applied("registrations", "0001_initial")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_code_that_is_behind_its_database_goes_on(client: Client) -> None:
    MigrationRecorder(connection).record_applied("registrations", "9999_of_the_next_version")

    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_once_ready_it_asks_one_question(client: Client, django_assert_num_queries: Any) -> None:
    client.get("/readyz")

    with django_assert_num_queries(1):
        client.get("/readyz")


@pytest.mark.django_db
def test_machines_come_by_number_and_people_do_not(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    by_number = Client(headers={"host": "10.0.0.5:8000"})

    assert [by_number.get(path).status_code for path in ("/healthz", "/readyz", "/en/")] == [200, 200, 400]
