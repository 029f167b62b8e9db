"""Cancellations, offers, acceptances and expiries at once: a place is nobody's only while nobody waits for it.

Four web processes and three that tick press against each other on PostgreSQL; what each person got is then read from
the database. One seed here, twenty at length.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.town import AT_LENGTH
from tests.servers.crowd import press_at_once
from tests.servers.house import House
from tests.servers.postgres import query

pytestmark = pytest.mark.real_time
LOCKED, UNLOCKED = "tests.servers.unhurried:application", "tests.servers.careless:application"
PLACES = 50
SEEDS = range(20 if AT_LENGTH else 1)

# Fifty have a place; of sixty who wait, twenty are offered one, and the offers of five of them ended a moment ago.
PREPARED = f"""
from datetime import timedelta
from django.utils import timezone
from registrations import links
from registrations.models import Registration
from registrations.services import places
from tests import factories
now = timezone.now()
session = factories.create_session(capacity={PLACES}, starts_at=now + timedelta(days=10), revised_at=now)
held = [factories.register(session, f"Persona {{n}}", now) for n in range({PLACES})]
line = [factories.register(session, f"Espera {{n:02}}", now + timedelta(seconds=n)) for n in range(60)]
for registration in held[:20]:
    places.cancel(registration=registration, now=now)
late = [registration.pk for registration in line[:5]]
Registration.objects.filter(pk__in=late).update(offered_until=timezone.now())
page = lambda registration: links.manage(registration)
answer = {{
    "cancel": [page(registration) + "cancel/" for registration in held[20:45]],
    "decline": [page(registration) + "cancel/" for registration in line[5:10]],
    "take": [page(registration) + "take/" for registration in line[:20]],
    "again": [page(registration) + "take/" for registration in line[10:20]],
    "out of turn": [page(registration) + "take/" for registration in line[30:40]],
    "leave": [page(registration) + "cancel/" for registration in line[40:45]],
}}
"""
TICK = """
from iatp_events.lib import clock
from registrations.services import clockwork
for _ in range(5):
    clockwork.find_work(clock=clock.now)
"""
FREE = "SELECT capacity - taken FROM workshops_places"
HELD = "SELECT count(*) FROM registrations_registration WHERE state IN ('confirmed', 'offered')"
STILL_WAITING = "SELECT count(*) FROM registrations_registration WHERE state = 'waitlisted'"
OUT_OF_ORDER = """
SELECT count(*) FROM registrations_registration w JOIN registrations_registration o
ON w.state = 'waitlisted' AND o.joined_waitlist_at > w.joined_waitlist_at AND EXISTS (
  SELECT 1 FROM registrations_message m WHERE m.registration_id = o.id AND m.kind = 'offer')
"""
TWICE = """
SELECT kind, registration_id FROM registrations_message WHERE kind IN ('offer', 'promoted', 'lapsed', 'cancellation')
GROUP BY kind, registration_id HAVING count(*) > 1
"""
UNTOLD = """
SELECT count(*) FROM registrations_registration r WHERE state = 'confirmed' AND joined_waitlist_at IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM registrations_message m WHERE m.registration_id = r.id AND m.kind = 'promoted')
"""


def press_all(house: House, seed: int, application: str) -> dict[str, int]:
    """Everyone presses at once while three processes tick; afterwards one more tick, and what is wrong is counted."""
    pages = house.run(PREPARED)
    house.web(workers=4, application=application)
    presses: list[tuple[str, dict[str, str]]] = [(page, {}) for kind in pages.values() for page in kind]
    random.Random(seed).shuffle(presses)
    with ThreadPoolExecutor(3) as ticking:
        ticks = [ticking.submit(house.run, TICK) for _ in range(3)]
        answers = press_at_once(presses)
    for tick in ticks:
        tick.result()
    house.run(TICK)
    (free,), (held,), (waiting,) = (query(house.database_url, sql)[0] for sql in (FREE, HELD, STILL_WAITING))
    return {
        "unanswered": sum(answer.status not in (302, 409) for answer in answers),
        "idle places": min(free, waiting),
        "miscounted": abs(PLACES - free - held),
        "sold twice": max(0, held - PLACES),
        "out of order": query(house.database_url, OUT_OF_ORDER)[0][0],
        "told twice": len(query(house.database_url, TWICE)),
        "not told": query(house.database_url, UNTOLD)[0][0],
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_every_place_finds_who_has_waited_longest_and_each_is_told_once(house: House, seed: int) -> None:
    wrong = press_all(house, seed, LOCKED)

    assert wrong == dict.fromkeys(wrong, 0)


def test_without_the_lock_it_does_not_hold(house: House) -> None:
    """The control: were the lock taken out, the test above would see it."""
    wrong = press_all(house, 0, UNLOCKED)

    assert wrong != dict.fromkeys(wrong, 0)
