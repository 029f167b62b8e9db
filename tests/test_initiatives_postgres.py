"""Many name one new initiative at the same moment, on PostgreSQL in separate processes: it is there once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.servers.crowd import press_at_once
from tests.servers.forms import filled
from tests.servers.house import House
from tests.servers.postgres import query

pytestmark = pytest.mark.real_time

FURNISH = """
from datetime import timedelta
from django.utils import timezone
from tests import factories
now = timezone.now()
series = factories.create_series()
for number in (1, 2, 3):
    factories.create_session(series, number=number, starts_at=now + timedelta(days=10), revised_at=now)
"""
MADE = "SELECT folded, country, count(*) FROM registrations_initiative GROUP BY 1, 2"
PEOPLE = """
SELECT i.folded, count(*) FROM registrations_attendee a JOIN registrations_initiative i ON i.id = a.coordinates_id
GROUP BY 1
"""


def test_sixty_who_name_the_same_new_initiative_make_it_once(house: House) -> None:
    house.run(FURNISH)
    house.web(workers=4, application="tests.servers.unhurried:application")
    address = f"{house.url}/es/series/community-in-practice/register/"
    # Two names, each written two ways, by people who register for different sessions.
    written = ("Clúster Andino", "CLUSTER  ANDINO", "Valle Verde", "valle verde")

    answers = press_at_once(
        (address, filled(f"Persona {n}", f"p{n}@example.org", n % 3 + 1, initiative=written[n % 4])) for n in range(60)
    )

    assert Counter(answer.status for answer in answers) == {302: 60}
    assert sorted(query(house.database_url, MADE)) == [("cluster andino", "CO", 1), ("valle verde", "CO", 1)]
    assert dict(query(house.database_url, PEOPLE)) == {"cluster andino": 30, "valle verde": 30}
