"""Forms, asked by eight clients, beside bare views under the same gunicorn."""

from __future__ import annotations

import json
import os

from bench import clients, servers
from bench.clients import Target
from bench.rows import Row, Rows, compared
from bench.servers import Machine

SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
WARM_UP = 1.0


def measure(machine: Machine) -> Rows:
    env = machine.environment("web")
    scene = json.loads(machine.run("bench.scene", env))
    house, bare = servers.free_port(), servers.free_port()
    with (
        servers.running(servers.BROKER, env),
        servers.running(servers.GUNICORN, env | {"PORT": str(house)}),
        servers.running([*servers.GUNICORN, "bench.bare:application"], env | {"PORT": str(bare)}),
    ):
        servers.await_port(house, "/healthz")
        servers.await_port(bare, "/select")
        counted = scene["statements"]
        insert = Target(bare, "/insert", status=201)
        return {
            "registration_post": _compare(
                Target(house, scene["registration"], status=302, method="POST", as_person=True),
                insert,
                0.2,
                f"registration POST / bare INSERT view; {counted['registration_post']} statements (at most 20)",
            ),
        }


def _compare(ours: Target, bare: Target, goal: float, what: str) -> Row:
    for target in (ours, bare):
        clients.rate(target, WARM_UP)
    pairs = [(clients.rate(ours, SECONDS), clients.rate(bare, SECONDS)) for _ in range(ROUNDS)]
    return compared(pairs, goal, what)
