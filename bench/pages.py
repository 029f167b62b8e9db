"""The session page, from memory and in full, asked by eight clients beside bare views under the same gunicorn."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import time
from contextlib import closing
from dataclasses import replace

import psycopg2  # type: ignore[import-untyped]

from bench import clients, servers
from bench.clients import Target
from bench.rows import Row, Rows, bounded, compared
from bench.servers import Machine

SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
WARM_UP = 1.0
EDITS = 3
_ZIPPED = {"Accept-Encoding": "gzip"}
# Each of the two processes has a memory of its own: so many right answers in a row come from both.
_SURE = 30


def measure(machine: Machine) -> Rows:
    env = machine.environment("pages")
    scene = json.loads(machine.run("bench.scene", env))
    house, bare = servers.free_port(), servers.free_port()
    with (
        servers.running(servers.BROKER, env),
        servers.running(servers.GUNICORN, env | {"PORT": str(house)}),
        servers.running([*servers.GUNICORN, "bench.bare:application"], env | {"PORT": str(bare)}),
    ):
        servers.await_port(house, "/healthz")
        servers.await_port(bare, "/hello")
        counted = scene["statements"]
        page = Target(house, scene["page"])
        return {
            "page_from_cache": _from_cache(page, Target(bare, "/hello"), counted["page_from_cache"]),
            "edit_shows": _edits(page, env["DATABASE_URL"]),
        } | _in_full(replace(page, anew=True), Target(bare, "/page"), counted["session_page"])


def _from_cache(page: Target, hello: Target, statements: int) -> Row:
    pairs = [
        (clients.rate(ours, SECONDS), clients.rate(bare, SECONDS))
        for ours, bare in _rounds(replace(page, headers=_ZIPPED), hello)
    ]
    what = f"session page as browsers get it, from memory / bare hello; {statements} statements (at most 0)"
    return compared(pairs, 0.6, what)


def _in_full(page: Target, bare: Target, statements: int) -> Rows:
    """At an address that was never asked before, so that nothing made for another request is the answer."""
    taken = [(clients.taken(one, SECONDS), clients.taken(other, SECONDS)) for one, other in _rounds(page, bare)]
    tails = [_p95(ours) / _p95(others) for ours, others in taken]
    both = (_p95([one for ours, _ in taken for one in ours]), _p95([one for _, others in taken for one in others]))
    return {
        "session_page": compared(
            [(len(ours) / SECONDS, len(others) / SECONDS) for ours, others in taken],
            0.7,
            f"session page rendered in full / bare page; {statements} statements (at most 3)",
        ),
        "session_page_p95": bounded(
            both[0] / both[1], tails, 2.0, f"its p95 / that of the bare page; {both[0]:.1f} / {both[1]:.1f} ms"
        ),
    }


def _rounds(ours: Target, bare: Target) -> list[tuple[Target, Target]]:
    for target in (ours, bare):
        clients.rate(target, WARM_UP)
    return [(ours, bare)] * ROUNDS


def _p95(milliseconds: list[float]) -> float:
    return statistics.quantiles(milliseconds, n=20)[-1]


def _edits(page: Target, database: str) -> Row:
    """Change a name on the page by SQL, and ask until every process shows it."""
    needed = []
    with closing(psycopg2.connect(database)) as connection:
        connection.autocommit = True
        for number in range(EDITS):
            clients.rate(page, WARM_UP)
            connection.cursor().execute("UPDATE workshops_speaker SET name = %s", (f"Edit {number}",))
            needed.append(_seconds_until_shown(page, f"Edit {number}"))
    return bounded(max(needed), needed, 5.0, "seconds until every process shows what was changed in the database")


def _seconds_until_shown(page: Target, words: str) -> float:
    began, last_without = time.monotonic(), time.monotonic()
    right = 0
    while right < _SURE:
        if words in _read(page):
            right += 1
        else:
            right, last_without = 0, time.monotonic()
        time.sleep(0.01)
    return last_without - began


def _read(page: Target) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=30)
    with closing(connection):
        connection.request("GET", page.path, headers={"Host": "localhost"})
        return connection.getresponse().read().decode()
