"""Many at once on the embedded default: SQLite makes them wait for each other, and turns nobody away."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

import pytest

from tests.servers.crowd import press_at_once
from tests.servers.forms import filled
from tests.servers.house import House
from tests.test_concurrency_postgres import OPEN_SESSION, WAITING, form

pytestmark = pytest.mark.real_time


def ask(house: House, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(house.var / "db.sqlite3", timeout=20)) as connection:
        return connection.execute(sql).fetchall()


def test_ninety_six_at_once_are_all_answered(sqlite_house: House) -> None:
    sqlite_house.run(OPEN_SESSION.format(capacity=30))
    web = sqlite_house.web(workers=4)

    people = [(f"Persona {n}", f"persona{n}@example.org") for n in range(96)]
    answers = press_at_once((form(sqlite_house), filled(name, email, 1)) for name, email in people)

    assert Counter(answer.status for answer in answers) == {302: 96}
    assert "locked" not in web.output
    states = dict(ask(sqlite_house, "SELECT state, count(*) FROM registrations_registration GROUP BY state"))
    assert states == {"confirmed": 30, "waitlisted": 66}
    assert ask(sqlite_house, "SELECT taken FROM workshops_places") == [(30,)]
    assert sqlite_house.run(WAITING) == list(range(1, 67))
