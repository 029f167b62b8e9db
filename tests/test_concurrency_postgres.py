"""Many at once, on PostgreSQL: separate processes press through HTTP, and the database is asked what is true."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.servers.crowd import Answer, press_at_once
from tests.servers.forms import filled
from tests.servers.house import House
from tests.servers.postgres import query

pytestmark = pytest.mark.real_time

LOCKED, UNLOCKED = "tests.servers.unhurried:application", "tests.servers.careless:application"
OPEN_SESSION = """
from datetime import timedelta
from django.utils import timezone
from tests import factories
now = timezone.now()
factories.create_session(capacity={capacity}, starts_at=now + timedelta(days=10), revised_at=now)
"""
WAITING = """
from registrations.models import Registration
answer = [row.place_in_line() for row in Registration.objects.waiting()]
"""


def form(house: House) -> str:
    return f"{house.url}/es/series/community-in-practice/register/?session=1"


def register_crowd(house: House, number: int) -> list[Answer]:
    people = [(f"Persona {n}", f"persona{n}@example.org") for n in range(number)]
    return press_at_once((form(house), filled(name, email, 1)) for name, email in people)


def states(house: House) -> dict[str, int]:
    rows = query(house.database_url, "SELECT state, count(*) FROM registrations_registration GROUP BY state")
    return dict(rows)


def taken(house: House) -> int:
    ((count,),) = query(house.database_url, "SELECT taken FROM workshops_places")
    return int(count)


def test_two_hundred_at_once_fill_fifty_places_and_the_rest_wait_in_order(house: House) -> None:
    house.run(OPEN_SESSION.format(capacity=50))
    house.web(workers=4, application=LOCKED)

    answers = register_crowd(house, 200)

    assert Counter(answer.status for answer in answers) == {302: 200}
    assert (states(house), taken(house)) == ({"confirmed": 50, "waitlisted": 150}, 50)
    assert house.run(WAITING) == list(range(1, 151))
    messages = "SELECT kind, count(*) FROM registrations_message GROUP BY kind"
    assert dict(query(house.database_url, messages)) == {"confirmation": 50, "waiting_list": 150}


def test_without_the_lock_fifty_places_do_not_hold(house: House) -> None:
    """The control: were the lock taken out, the test above would see it."""
    house.run(OPEN_SESSION.format(capacity=50))
    house.web(workers=4, application=UNLOCKED)

    answers = register_crowd(house, 80)

    statuses = Counter(answer.status for answer in answers)
    assert (statuses, states(house), taken(house)) != ({302: 80}, {"confirmed": 50, "waitlisted": 30}, 50)


def test_fifty_identical_presses_make_one_registration_and_one_mail(house: House) -> None:
    house.run(OPEN_SESSION.format(capacity=50))
    # Only the presses that arrive before the first one is written can go wrong, so that one takes its time.
    house.environment["BREATH"] = "0.3"
    house.web(workers=4, application=LOCKED)

    answers = press_at_once([(form(house), filled("Ana Ruiz", "ana@example.org", 1))] * 50)

    assert (set(answers), answers[0].status) == ({answers[0]}, 302)
    assert query(house.database_url, "SELECT count(*) FROM registrations_attendee") == [(1,)]
    assert states(house) == {"confirmed": 1}
    assert query(house.database_url, "SELECT kind FROM registrations_message") == [("confirmation",)]


FULL_SESSION = (
    OPEN_SESSION
    + """
from registrations import links
held = [factories.register(factories.Session.objects.get(), f"Persona {{n}}", now) for n in range(40)]
for n in range(60):
    factories.register(factories.Session.objects.get(), f"Espera {{n}}", now + timedelta(seconds=n))
answer = [links.cancel(registration) for registration in held]
"""
)
OFFERED = """
SELECT a.full_name, count(m.id) FROM registrations_registration r
JOIN registrations_attendee a ON a.id = r.attendee_id
LEFT JOIN registrations_message m ON m.registration_id = r.id AND m.kind = 'offer'
WHERE r.state = 'offered' GROUP BY a.full_name, r.joined_waitlist_at ORDER BY r.joined_waitlist_at
"""


def test_forty_cancellations_at_once_pass_each_place_on_once(house: House) -> None:
    links = house.run(FULL_SESSION.format(capacity=40))
    house.web(workers=4, application=LOCKED)

    answers = press_at_once((link, {}) for link in links)

    assert all(answer.status == 302 for answer in answers)
    assert (states(house), taken(house)) == ({"cancelled": 40, "offered": 40, "waitlisted": 20}, 40)
    assert query(house.database_url, OFFERED) == [(f"Espera {n}", 1) for n in range(40)]


FREED_PLACES = """
from datetime import timedelta
from django.utils import timezone
from registrations import links
from tests import factories
now = timezone.now()
answer = []
for number in range(1, 21):
    session = factories.create_session(
        number=number, capacity=1, starts_at=now + timedelta(days=10), revised_at=now - timedelta(days=1)
    )
    registration = factories.register(session, f"Ana {number}", now)
    factories.places.cancel(registration=registration, now=now)
    answer.append(links.manage(registration))
"""
HOLDERS = """
SELECT s.number, p.taken, count(r.id) FROM workshops_session s
JOIN workshops_places p ON p.session_id = s.id
LEFT JOIN registrations_registration r ON r.session_id = s.id AND r.state = 'confirmed'
GROUP BY s.number, p.taken ORDER BY s.number
"""


def test_who_undoes_and_who_comes_anew_never_both_get_the_last_place(house: House) -> None:
    pages = house.run(FREED_PLACES)
    house.web(workers=4, application=LOCKED)
    address = f"{house.url}/es/series/community-in-practice/register/?session=1"
    rounds = [
        press
        for number, page in enumerate(pages, start=1)
        for press in ((f"{page}undo/", {}), (address, filled(f"Luis {number}", f"luis{number}@example.org", number)))
    ]

    answers = press_at_once(rounds)

    undone, registered = answers[::2], answers[1::2]
    assert {answer.status for answer in registered} == {302}
    assert query(house.database_url, HOLDERS) == [(number, 1, 1) for number in range(1, 21)]
    # Who was refused was told so; of the others nobody was.
    refused = sum(answer.status == 409 for answer in undone)
    assert {answer.status for answer in undone} <= {302, 409}
    assert Counter(states(house)) == Counter(confirmed=20, cancelled=refused, waitlisted=20 - refused)


PASSED_ON = """
from datetime import timedelta
from django.utils import timezone
from registrations import links
from tests import factories
now = timezone.now()
session = factories.create_session(capacity=2, starts_at=now + timedelta(days=10), revised_at=now - timedelta(days=1))
held = [factories.register(session, name, now) for name in ("Ana", "Luis")]
factories.register(session, "Espera", now + timedelta(seconds=1))
answer = [links.substitute(held[0]), links.cancel(held[1])]
"""
TRAIL = "SELECT count(*) FROM registrations_registration WHERE substitute_for_id IS NOT NULL AND state = 'confirmed'"


def test_of_twenty_colleagues_with_one_link_one_takes_the_place(house: House) -> None:
    """While another place comes free and passes to who waits."""
    link, cancel = house.run(PASSED_ON)
    house.environment["BREATH"] = "0.2"
    house.web(workers=4, application=LOCKED)
    forms = [filled(f"Persona {n}", f"persona{n}@example.org", sessions=None) for n in range(20)]

    answers = press_at_once([*((link, form) for form in forms), (cancel, {})])

    assert Counter(answer.status for answer in answers) == {302: 2, 410: 19}
    assert (states(house), taken(house)) == ({"confirmed": 1, "cancelled": 2, "offered": 1}, 2)
    assert query(house.database_url, TRAIL) == [(1,)]
    handed = "SELECT count(*) FROM registrations_message WHERE kind = 'handed_over'"
    assert query(house.database_url, handed) == [(1,)]
