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
# One after the other, by turns, so that what else the machine does meets both.
ONE_BY_ONE, TURNS = 100, 5


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
        turns = [(clients.latencies(few, ONE_BY_ONE), clients.latencies(many, ONE_BY_ONE)) for _ in range(TURNS)]
        pairs = [(clients.rate(many, SECONDS), clients.rate(update, SECONDS)) for _ in range(ROUNDS)]
    fewer, more = (_p95([one for turn in told for one in turn]) for told in zip(*turns, strict=True))
    counted = f"{scene['statements']['let_in']} statement ({scene['statements']['asked']} once a minute)"
    what = f"check-in POST among {MANY} / bare UPDATE view; {counted}, p95 {more:.1f} ms"
    among = f"p95 of a check-in among {MANY} / {FEW}; {more:.1f} / {fewer:.1f} ms"
    grown = [_p95(many) / _p95(few) for few, many in turns]
    return {"check_in_post": compared(pairs, 0.6, what), "check_in_constant": bounded(more / fewer, grown, 1.3, among)}


def _door(port: int, scene: dict[str, dict[str, str]], name: str) -> Target:
    door = scene[name]
    guests = (int(door["first"]), int(door["last"]))
    return Target(port, door["path"], method="POST", guests=guests, headers=dict(scene["headers"]))


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]
