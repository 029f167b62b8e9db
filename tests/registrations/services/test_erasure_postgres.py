"""Somebody is erased while all else goes on: real processes on PostgreSQL, and nothing is left of who they were."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.servers.crowd import Press, press_at_once
from tests.servers.fixtures import BuildHouse
from tests.servers.forms import filled
from tests.servers.house import House
from tests.servers.postgres import Postgres, query
from tests.servers.processes import wait_for

pytestmark = pytest.mark.real_time

TRACES = ("zoraida", "ñandut", "nandut", "secret.example", "xylo", "acme-trace")
# Eight who will be erased, of whom each was once there, has a place, waits or is offered one, and is in the whole
# series; two hundred others whose mails keep two workers busy.
FURNISHED = """
from datetime import timedelta
from django.http import HttpResponse
from django.utils import timezone
from registrations import links, sign_in_cookie
from registrations.models import Attendee, Registration
from registrations.services import addresses, places
from tests import factories
now = timezone.now()
day = timedelta(days=1)
past = factories.create_session(number=1, starts_at=now - 30 * day, revised_at=now - 60 * day)
full, open_one, fresh = (
    factories.create_session(number=n, capacity=c, starts_at=now + n * 7 * day, revised_at=now - 60 * day)
    for n, c in ((2, 8), (3, 300), (4, 300))
)
holding = [factories.register(full, f"Gente {n}", now) for n in range(8)]
answer = []
for n in range(8):
    email, said = f"zoraida{n}@secret.example", {"support_needed": "gate Xylo", "question": "Xylo?"}
    name = f"Zoraida{n} Ñandutí"
    factories.register_for([full, open_one], name, now, email=email, whole_series=n % 2 == 0, country="PY", **said)
    person = Attendee.objects.get(addresses__normalised=email)
    Attendee.objects.filter(pk=person.pk).update(gender="woman", organisation="Acme-trace")
    person.refresh_from_db()
    person.registrations.update(gender="woman", typed={"full_name": name, "email": email})
    Registration.objects.create(
        session=past, attendee=person, state="confirmed", confirmed_at=now - 30 * day, round=1,
        created_at=now - 40 * day, country="PY", gender="woman",
    )
    addresses.ask(attendee=person, address=f"other{n}@secret.example", now=now)
    addresses.ask(attendee=holding[n].attendee, address=email, now=now)
    kept = HttpResponse()
    sign_in_cookie.remember(kept, person)
    waits, held = (person.registrations.get(session=session) for session in (full, open_one))
    answer.append({
        "cookie": "me=" + kept.cookies["me"].value, "email": email, "name": name, "fresh": fresh.pk,
        "take": links.manage(waits) + "take/", "cancel": links.manage(held) + "cancel/",
        "undo": links.manage(held) + "undo/",
    })
for registration in holding:
    places.cancel(registration=registration, now=now)
for n in range(200):
    factories.register(open_one, f"Otra {n}", now)
"""
# Of what there was before anybody pressed: how many, of them women, and from where, for each session.
FIGURES = """
SELECT session_id, country, count(*), count(*) FILTER (WHERE gender = 'woman') FROM registrations_registration
WHERE created_at < %s GROUP BY 1, 2 ORDER BY 1, 2
"""
ERASE_WHO_CAME_AGAIN = """
from iatp_events.lib import clock
from registrations.models import Attendee
from registrations.services import erasure
for person in Attendee.objects.filter(full_name__startswith="Zoraida"):
    erasure.erase(attendee=person, now=clock.now())
"""
UNFINISHED = "SELECT count(*) FROM registrations_message WHERE state IN ('queued', 'sending') AND due_at <= now()"
LIVE_OF_NOBODY = """
SELECT count(*) FROM registrations_registration r JOIN registrations_attendee a ON a.id = r.attendee_id
JOIN workshops_session s ON s.id = r.session_id
WHERE a.erased_at IS NOT NULL AND r.state IN ('confirmed', 'offered', 'waitlisted') AND s.ends_at > now()
"""
MISCOUNTED = """
SELECT count(*) FROM workshops_places p JOIN workshops_session s ON s.id = p.session_id
WHERE s.ends_at > now() AND p.taken <> (SELECT count(*) FROM registrations_registration r
  WHERE r.session_id = p.session_id AND r.state IN ('confirmed', 'offered'))
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"


@pytest.fixture
def filing(build_house: BuildHouse, postgres: Postgres) -> House:
    """An installation whose mails are files."""
    return build_house(database_url=postgres.new_database())


def said(house: House) -> str:
    """Every cell of every table, and every file of a mail."""
    cells = [
        str(query(house.database_url, f'SELECT t::text FROM "{table}" t'))
        for (table,) in query(house.database_url, TABLES)
    ]
    mails = [path.read_text(errors="replace") for path in Path(house.var / "mail").glob("*.eml")]
    return "\n".join([*cells, *mails]).casefold()


def traces(house: House) -> set[str]:
    everything = said(house)
    return {word for word in TRACES if word in everything or json.dumps(word)[1:-1] in everything}


def one(house: House, sql: str) -> int:
    ((number,),) = query(house.database_url, sql)
    return int(number)


def presses(url: str, people: list[dict[str, str]]) -> list[Press]:
    """What six browsers of each person do, the first of which erases them."""
    me, form = f"{url}/es/me/", f"{url}/es/series/community-in-practice/register/?session=4"
    found: list[Press] = []
    for person in people:
        found += [
            (f"{me}data/erase/", {}, person["cookie"]),
            (f"{me}register/", {"session": person["fresh"]}, person["cookie"]),
            (person["take"], {}),
            (person["cancel"], {}),
            (person["undo"], {}),
            (form, filled(person["name"], person["email"], 4)),
        ]
    return found


@pytest.mark.at_length
def test_a_dump_names_nobody_who_was_erased_while_all_else_went_on(filing: House) -> None:
    people = filing.run(FURNISHED)
    filing.web(workers=4, application="tests.servers.unhurried:application")
    ((before,),) = query(filing.database_url, "SELECT now()")
    figures = query(filing.database_url, FIGURES, before)
    assert traces(filing) == set(TRACES)
    for number in (1, 2):
        filing.start(f"tick{number}", "manage", "tick", "--loop")
    answers = press_at_once(presses(filing.url, people))
    # Who sent the form once they were forgotten is somebody new to us, and goes in their turn.
    filing.run(ERASE_WHO_CAME_AGAIN)
    wait_for(lambda: one(filing, UNFINISHED) == 0, what="the last mail", seconds=60)

    assert {answer.status for answer in answers} <= {302, 404, 409, 410}
    assert [answer.location for answer in answers[::6]] == ["/es/erased/"] * 8
    assert traces(filing) == set()
    assert query(filing.database_url, FIGURES, before) == figures
    assert (one(filing, LIVE_OF_NOBODY), one(filing, MISCOUNTED), one(filing, DEADLOCKS)) == (0, 0, 0)
    assert "Traceback" not in filing.log()


REGISTERED = """
from datetime import timedelta
from django.utils import timezone
from registrations.models import Enrolment
from registrations.services import places
from tests import factories
now = timezone.now()
later = now + timedelta(days=9)
held, undone = (factories.create_session(number=n, starts_at=later, revised_at=now) for n in (1, 2))
factories.register(held, "Zoraida", now)
cancelled = factories.register(undone, "Zoraida", now)
places.cancel(registration=cancelled, now=now)
Enrolment.objects.create(attendee=cancelled.attendee, series=held.series, enrolled_at=now)
factories.create_session(number=3, starts_at=later, revised_at=now)
"""
# Each starts at the same second and takes its time in the middle.
BEGIN = """
import time
from iatp_events.lib import clock
from registrations.models import Attendee, Registration
from registrations.services import delivery, erasure, places, upkeep
def breathe(module, name, *, seconds=1.0, after=False):
    act = getattr(module, name)
    def slowly(*given, **named):
        time.sleep(0 if after else seconds)
        done = act(*given, **named)
        time.sleep(seconds if after else 0)
        return done
    setattr(module, name, slowly)
zoraida = Attendee.objects.get(full_name="Zoraida")
time.sleep(max(0, {at} - time.time()))
"""
ERASE = """
breathe(erasure, "_forget_mails", seconds={seconds})
time.sleep({late})
answer = erasure.erase(attendee=zoraida, now=clock.now())
"""
DELIVER = """
breathe(delivery, "_mark_sent", after=True)
answer = dict(delivery.deliver_due(clock=clock.now))
"""
UNDO = """
undone = Registration.objects.get(session__number=2)
breathe(places, "_require_room", seconds=2)
try:
    answer = places.undo_cancellation(registration=undone, now=clock.now()).state
except places.TooLateToUndo:
    answer = "too late"
"""
ENROL = """
breathe(places, "draft", seconds=2)
answer = upkeep.register_enrolled(now=clock.now())
"""


def at_once(house: House, *acts: str) -> list[object]:
    at = house.run("import time\nanswer = time.time() + 4")
    with ThreadPoolExecutor(len(acts)) as together:
        return list(together.map(house.run, [BEGIN.format(at=at) + act for act in acts]))


@pytest.mark.at_length
def test_who_is_erased_while_their_mail_is_noted_waits_for_it_and_never_the_other_way_round(filing: House) -> None:
    filing.run(REGISTERED)

    erased, _delivered = at_once(filing, ERASE.format(seconds=1, late=0.3), DELIVER)

    assert erased is True
    assert (one(filing, DEADLOCKS), traces(filing)) == (0, set())


@pytest.mark.parametrize("act", [UNDO, ENROL], ids=["a cancellation undone", "a session that opened"])
def test_who_is_erased_meanwhile_is_registered_for_nothing_by_what_was_on_its_way(filing: House, act: str) -> None:
    filing.run(REGISTERED)

    erased, _done = at_once(filing, ERASE.format(seconds=0, late=0.5), act)

    assert erased is True
    assert one(filing, LIVE_OF_NOBODY) == 0
