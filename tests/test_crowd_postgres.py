"""Four hundred visitors at once on 180 places, again and again, over two and eight web workers and PostgreSQL."""

from __future__ import annotations

import os

import pytest

from bench.visits import Way, crowd
from tests.servers.house import House
from tests.servers.postgres import query

pytestmark = [pytest.mark.real_time, pytest.mark.at_length]

PEOPLE, PLACES = 400, 180
# A hundred of both together.
RUNS = int(os.environ.get("CROWDS", "50"))
OPEN_SESSION = f"""
from datetime import timedelta
from django.utils import timezone
from tests import factories
now = timezone.now()
factories.create_session(capacity={PLACES}, starts_at=now + timedelta(days=10), revised_at=now)
"""
NOBODY_THERE = """
from registrations.models import Attendee, Registration
from workshops.models import Places
waiting = Registration.objects.waiting()
answer = [row.place_in_line() for row in waiting] == list(range(1, waiting.count() + 1))
Registration.objects.all().delete()
Attendee.objects.all().delete()
Places.objects.update(taken=0)
"""
STATES = "SELECT state, count(*) FROM registrations_registration GROUP BY state"
KINDS = "SELECT kind, count(*) FROM registrations_message GROUP BY kind"
TAKEN = "SELECT taken FROM workshops_places"


@pytest.mark.parametrize("workers", [2, 8])
def test_each_time_exactly_the_places_are_given_and_everybody_is_told(house: House, workers: int) -> None:
    house.run(OPEN_SESSION)
    house.web(workers=workers)
    base = "/es/series/community-in-practice"
    way = Way(house.port, f"{base}/1/", f"{base}/register/?session=1", "1")

    for _ in range(RUNS):
        # Every answer of the four is good, or it raises.
        crowd(way, PEOPLE)

        assert dict(query(house.database_url, STATES)) == {"confirmed": PLACES, "waitlisted": PEOPLE - PLACES}
        assert query(house.database_url, TAKEN) == [(PLACES,)]
        told = {"confirmation": PLACES, "waiting_list": PEOPLE - PLACES}
        assert dict(query(house.database_url, KINDS)) == told
        assert house.run(NOBODY_THERE) is True
