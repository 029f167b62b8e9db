"""Many name one new initiative at the same moment, on PostgreSQL in separate processes: it is there once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

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


PAIRS = """
from registrations.models import Initiative
for number in range(40):
    for side in ("A", "B"):
        Initiative.objects.create(name=f"{side} {number}", country="CO")
"""
BEGIN = """
import time
from django.db import transaction
from django.utils import timezone
from registrations.models import Attendee, Initiative
from registrations.services import aliases, initiatives
time.sleep(max(0, {at} - time.time()))
done = 0
for number in range(40):
    one, two = (Initiative.objects.filter(name=f"{{side}} {{number}}").first() for side in "AB")
"""
MERGE = """
    try:
        aliases.merge(kept={kept}.pk, others=[{gone}.pk], by=None, now=timezone.now())
        done += 1
    except aliases.NotApart:
        pass
answer = done
"""
JOIN = """
    with transaction.atomic():
        for side in "AB":
            person = Attendee(full_name=f"P {{number}}", country="CO", initiative=f"{{side}} {{number}}")
            initiatives.join(person, now=timezone.now())
            time.sleep(0.01)
            person.save()
            done += 1
answer = done
"""
JOIN_WHAT_NOBODY_COORDINATES = """
    Initiative.objects.create(name=f"C {{number}}", country="CO")
    with transaction.atomic():
        person = Attendee(full_name=f"P {{number}}", country="CO", initiative=f"C {{number}}")
        initiatives.join(person, now=timezone.now())
        time.sleep(0.03)
        person.save()
        done += 1
answer = done
"""
FORGET = """
    until = time.time() + 0.1
    while time.time() < until:
        done += initiatives.forget_unused(Initiative.objects.filter(name__startswith="C"))
answer = done
"""
TRUE = """
from registrations.models import Attendee, Initiative
parties = list(Initiative.objects.parties())
answer = {
    "parties": len(parties),
    "chains": Initiative.objects.filter(merged_into__merged_into__isnull=False).count(),
    "people": sum(Attendee.objects.coordinating(party.pk).count() for party in parties),
    "alone": Attendee.objects.filter(coordinates__isnull=True).count(),
}
"""


def at_once(house: House, *acts: str) -> list[int]:
    at = house.run("import time\nanswer = time.time() + 4")
    with ThreadPoolExecutor(len(acts)) as together:
        return list(together.map(house.run, [BEGIN.format(at=at) + act.format() for act in acts]))


@pytest.mark.at_length
def test_each_into_the_other_at_once_while_people_join_both_is_one_and_loses_nobody(house: House) -> None:
    house.run(PAIRS)

    one, other, joined = at_once(
        house, MERGE.format(kept="one", gone="two"), MERGE.format(kept="two", gone="one"), JOIN
    )

    assert (one + other, joined) == (40, 80)
    assert house.run(TRUE) == {"parties": 40, "chains": 0, "people": 80, "alone": 0}


@pytest.mark.at_length
def test_nothing_is_forgotten_under_the_hands_of_who_joins_it(house: House) -> None:
    joined, forgotten = at_once(house, JOIN_WHAT_NOBODY_COORDINATES, FORGET)

    assert joined == 40
    assert forgotten > 0
    assert house.run(TRUE) == {"parties": 40, "chains": 0, "people": 40, "alone": 0}
