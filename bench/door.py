"""A check-in at the door, beside a bare view that does one conditional UPDATE; among few and among many."""

from __future__ import annotations

import json
import os
import statistics

from bench import clients, servers
from bench.clients import Target
from bench.rows import Rows, bounded, compared
from bench.servers import Machine
from bench.web import ROUNDS, SECONDS, WARM_UP

FEW, MANY = 100, int(os.environ.get("BENCH_GUESTS", "100000"))
ONE_BY_ONE = 400


def measure(machine: Machine) -> Rows:
    env = machine.environment("door")
    scene = json.loads(machine.run("bench.door_scene", env | {"BENCH_GUESTS": str(MANY)}))
    house, bare = servers.free_port(), servers.free_port()
    with (
        servers.running(servers.BROKER, env),
        servers.running(servers.GUNICORN, env | {"PORT": str(house)}),
        servers.running([*servers.GUNICORN, "bench.bare:application"], env | {"PORT": str(bare)}),
    ):
        servers.await_port(house, "/healthz")
        servers.await_port(bare, "/update")
        few, many = (_door(house, scene, door) for door in ("few", "many"))
        update = Target(bare, "/update")
        for target in (few, many, update):
            clients.rate(target, WARM_UP)
        p95 = {name: _p95(clients.latencies(door, ONE_BY_ONE)) for name, door in (("few", few), ("many", many))}
        pairs = [(clients.rate(many, SECONDS), clients.rate(update, SECONDS)) for _ in range(ROUNDS)]
    counted = f"{scene['statements']['let_in']} statement ({scene['statements']['asked']} once a minute)"
    what = f"check-in POST among {MANY} / bare UPDATE view; {counted}, p95 {p95['many']:.1f} ms"
    grown = p95["many"] / p95["few"]
    among = f"p95 of a check-in among {MANY} / {FEW}; {p95['many']:.1f} / {p95['few']:.1f} ms"
    return {"check_in_post": compared(pairs, 0.6, what), "check_in_constant": bounded(grown, [grown], 1.3, among)}


def _door(port: int, scene: dict[str, dict[str, str]], name: str) -> Target:
    door = scene[name]
    guests = (int(door["first"]), int(door["last"]))
    return Target(port, door["path"], method="POST", guests=guests, headers=dict(scene["headers"]))


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]
