"""A complete registration as a visitor beside the bare flow, and 400 visitors at once on 180 places."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2  # type: ignore[import-untyped]

from bench import servers, visits
from bench.flow_scene import MEETINGS, PLACES
from bench.rows import Row, Rows, bounded, compared
from bench.servers import Machine
from bench.visits import Way

SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
WARM_UP = 1.0
GOAL = 0.6
CROWD, MOST_TIMES = 400, 2.0
STATES = "SELECT r.state, count(*) FROM registrations_registration r JOIN workshops_session s ON s.id = r.session_id "


def measure(machine: Machine) -> Rows:
    env = machine.environment("flow")
    scene = json.loads(machine.run("bench.flow_scene", env))
    counted = scene["statements"]
    what = (
        f"a complete registration as a visitor / the bare flow; {len(counted)} requests (at most 4), "
        f"{' + '.join(map(str, counted))} = {sum(counted)} statements (at most 20)"
    )
    with _standing(env) as (house, bare):
        base = scene["base"]
        ours = Way(house, f"{base}/1/", f"{base}/register/?session=1", "1")
        meetings = iter(range(1, MEETINGS + 1))
        bares = (Way(bare, f"/{number}/", f"/{number}/register/") for number in meetings)
        return {
            "registration_flow": _compare(ours, bares, 8, what),
            "registration_flow_32": _compare(ours, bares, 32, "the same from 32 clients"),
            "crowd": _crowd(Way(house, f"{base}/2/", f"{base}/register/?session=2", "2"), bares, env["DATABASE_URL"]),
        }


@contextmanager
def _standing(env: dict[str, str]) -> Iterator[tuple[int, int]]:
    """The product and the bare flow, each on two workers."""
    house, bare = servers.free_port(), servers.free_port()
    with (
        servers.running(servers.BROKER, env),
        servers.running(servers.GUNICORN, env | {"PORT": str(house)}),
        servers.running([*servers.GUNICORN, "bench.bare_flow:application"], env | {"PORT": str(bare)}),
    ):
        servers.await_port(house, "/healthz")
        servers.await_port(bare, "/1/")
        yield house, bare


def _compare(ours: Way, bares: Iterator[Way], clients: int, what: str) -> Row:
    for way in (ours, next(bares)):
        visits.rate(way, clients, WARM_UP)
    pairs = [(visits.rate(ours, clients, SECONDS), visits.rate(next(bares), clients, SECONDS)) for _ in range(ROUNDS)]
    return compared(pairs, GOAL, what)


def _crowd(ours: Way, bares: Iterator[Way], database: str) -> Row:
    """Their time against that of as many at the bare flow, three times; the places are emptied in between."""
    times, kept = [], set()
    for _ in range(3):
        times.append((visits.crowd(ours, CROWD), visits.crowd(next(bares), CROWD)))
        kept.add(_states(database))
    exact = kept == {(PLACES, CROWD - PLACES)}
    tries = sorted(mine / theirs for mine, theirs in times)
    what = (
        f"{CROWD} visitors at once on {PLACES} places: seconds until the last one is thanked / of the bare flow, "
        f"{' · '.join(f'{mine:.1f} / {theirs:.1f}' for mine, theirs in times)}; "
        f"{'exactly' if exact else f'NOT ({kept})'} {PLACES} confirmed, the others waiting"
    )
    return bounded(tries[1], tries, MOST_TIMES, what)


def _states(database: str) -> tuple[int, int]:
    """How many are confirmed and how many wait; afterwards nobody is there."""
    with closing(psycopg2.connect(database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(STATES + "WHERE s.number = 2 GROUP BY r.state")
        states = dict(cursor.fetchall())
        second = "(SELECT id FROM workshops_session WHERE number = 2)"
        cursor.execute(f"DELETE FROM registrations_message WHERE session_id = {second}")
        cursor.execute(f"DELETE FROM registrations_registration WHERE session_id = {second}")
        cursor.execute(f"UPDATE workshops_places SET taken = 0 WHERE session_id = {second}")
    return states.get("confirmed", 0), states.get("waitlisted", 0)
