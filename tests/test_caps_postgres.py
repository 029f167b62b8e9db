"""A cap under pressure, on PostgreSQL: separate processes press at once, and neither cap nor places are exceeded."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.servers.crowd import Answer, press_at_once
from tests.servers.forms import filled
from tests.servers.house import House
from tests.servers.postgres import query

pytestmark = pytest.mark.real_time
LOCKED, UNLOCKED = "tests.servers.unhurried:application", "tests.servers.careless:application"

CAPPED = """
from datetime import timedelta
from django.utils import timezone
from tests import factories
now = timezone.now()
factories.create_session(
    capacity=20, most_per_initiative=15, most_per_country=25, starts_at=now + timedelta(days=10), revised_at=now
)
"""
LIVE = """
SELECT lower(initiative), country, count(*) FROM registrations_registration
WHERE state IN ('confirmed', 'offered', 'waitlisted') GROUP BY 1, 2
"""
STATES = "SELECT state, count(*) FROM registrations_registration GROUP BY state"


def press_hundred(house: House, application: str) -> list[Answer]:
    """Forty of one initiative in Chile, written two ways; forty from Colombia and twenty from Peru without any."""
    house.run(CAPPED)
    house.web(workers=4, application=application)
    address = f"{house.url}/es/series/community-in-practice/register/?session=1"
    said = [
        *({"initiative": name, "country": "CL"} for name in ("Norte", "NORTE") * 20),
        *({"country": "CO"} for _ in range(40)),
        *({"country": "PE"} for _ in range(20)),
    ]
    return press_at_once(
        (address, filled(f"Persona {n}", f"persona{n}@example.org", 1, **fields)) for n, fields in enumerate(said)
    )


def live(house: House) -> dict[tuple[str, str], int]:
    return {(name, country): people for name, country, people in query(house.database_url, LIVE)}


def test_a_hundred_at_once_exceed_neither_caps_nor_places(house: House) -> None:
    answers = press_hundred(house, LOCKED)

    assert Counter(answer.status for answer in answers) == {302: 15 + 25 + 20, 422: 25 + 15}
    assert live(house) == {("norte", "CL"): 15, ("", "CO"): 25, ("", "PE"): 20}
    assert dict(query(house.database_url, STATES)) == {"confirmed": 20, "waitlisted": 40}
    assert query(house.database_url, "SELECT taken FROM workshops_places") == [(20,)]
    # Of who was refused nothing is left.
    assert query(house.database_url, "SELECT count(*) FROM registrations_attendee") == [(60,)]


@pytest.mark.at_length
def test_without_the_lock_the_caps_do_not_hold(house: House) -> None:
    """The control: were the lock taken out, the test above would see it, by the caps and not only by the places."""
    press_hundred(house, UNLOCKED)

    people = live(house)
    assert people.get(("norte", "CL"), 0) > 15 or people.get(("", "CO"), 0) > 25
