"""The migration that makes initiatives of what people wrote before there were any, forwards and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE, AFTER = ("registrations", "0013_merges"), ("registrations", "0015_initiatives_of_people")


def go(target: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


@pytest.fixture
def before(transactional_db: None) -> Iterator[Any]:
    yield go(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_people_wrote_becomes_initiatives_and_comes_back_as_it_was(before: Any) -> None:
    people = before.get_model("registrations", "Attendee").objects
    written = [
        *(("Clúster  Andino", "CO", "energy"),) * 2,
        ("CLUSTER ANDINO", "CO", "health"),
        ("Clúster Andino", "PE", ""),
        *((f"Initiative {number}", "CL", "") for number in range(600)),
        *(("Valle Verde", "CL", ""),) * 10,
        ("", "CO", ""),
    ]
    people.bulk_create(
        people.model(full_name=f"P{number}", initiative=name, country=country, sector=sector)
        for number, (name, country, sector) in enumerate(written)
    )

    apps = go(AFTER)

    attendees = apps.get_model("registrations", "Attendee").objects.order_by("pk")
    made = list(attendees.values_list("coordinates__name", "coordinates__country", "coordinates__sector"))
    assert made[:4] == [("Clúster Andino", "CO", "energy")] * 3 + [("Clúster Andino", "PE", "")]
    assert [name for name, _country, _sector in made[4:-11]] == [f"Initiative {number}" for number in range(600)]
    assert made[-11:] == [("Valle Verde", "CL", "")] * 10 + [(None, None, None)]
    assert apps.get_model("registrations", "Initiative").objects.count() == 603

    people = go(BEFORE).get_model("registrations", "Attendee").objects.order_by("pk")
    assert list(people.values_list("initiative", "country", "sector")) == written
