"""Half an hour of what a good day is made of, and whether memory, latency and queue stay flat: `make soak MINUTES=30`.

Visitors look at pages, register and mistype addresses, while worker and beat write what follows. What is compared is
the last fifth of the time and the second: the first one is warming up.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

from bench import clients, house, servers
from bench.people import form
from bench.rows import Rows, bounded, table

VISITORS = 4
PAUSE = 0.3  # seconds between two requests of one visitor, on average
SAMPLE = 5.0
PARTS = 5
PORT = "PORT"
SERIES, FEED = "/{}/series/community-in-practice/", "/series/community-in-practice/calendar.ics"


@dataclass(frozen=True, slots=True)
class Sample:
    """megabytes: PSS of all our processes; lateness: seconds since the oldest waiting message fell due."""

    megabytes: float
    lateness: float
    answers: list[float]  # milliseconds


def main() -> None:
    minutes = float(sys.argv[1] if len(sys.argv) > 1 else 30)
    servers.tidy_up_when_asked()
    with servers.machine() as machine:
        env = machine.environment("soak")
        scene = machine.run("bench.scene", env)
        env |= {PORT: str(servers.free_port()), "SOAK_MINUTES": str(minutes), "SOAK_SCENE": scene}
        rows: Rows = json.loads(machine.run("bench.soak", env))
    print(table(rows))
    if any(row["ratio"] > row["goal"] for row in rows.values()):
        sys.exit("Not everything stayed flat.")


def soak() -> None:
    """Inside: start what the Procfile names, let visitors come, take samples, print the rows."""
    port, minutes = int(os.environ[PORT]), float(os.environ["SOAK_MINUTES"])
    with house.bell() as postmaster, house.working(postmaster, "web", "worker", "beat"):
        servers.await_port(port, "/healthz")
        samples = list(_sampled(port, minutes * 60))
        mails = postmaster.told().mails
    print(json.dumps(_judged(samples, mails)))


def _sampled(port: int, seconds: float) -> Iterator[Sample]:
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    over = context.Event()
    visitors = [context.Process(target=visit, args=(port, answers, over), daemon=True) for _ in range(VISITORS)]
    for visitor in visitors:
        visitor.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(SAMPLE)
        taken = [answers.get() for _ in range(answers.qsize())]
        if bad := [said for said in taken if isinstance(said, str)]:
            sys.exit(f"A visitor was told: {bad[0]}")
        yield Sample(_megabytes(), _lateness(), taken)
    over.set()
    for visitor in visitors:
        visitor.join(timeout=30)


def visit(port: int, answers: Any, over: Event) -> None:
    """One visitor after the other: mostly pages, one registration in ten requests, and what people get wrong."""
    while not over.is_set():
        language = random.choice(("es", "pt", "en", "fr"))
        series = SERIES.format(language)
        pages = [series, f"{series}1/", f"/{language}/", FEED, f"/{language}/verify/"]
        act = random.choices((_look, _register, _err), (85, 10, 5))[0]
        try:
            for milliseconds in act(port, random.choice(pages), f"{series}register/?session=1"):
                answers.put(milliseconds)
        except Exception as error:
            answers.put(repr(error))
            return
        time.sleep(random.expovariate(1 / PAUSE))


def _look(port: int, page: str, _form: str) -> Iterator[float]:
    yield _asked(port, page, {200})


def _err(port: int, page: str, _form: str) -> Iterator[float]:
    yield _asked(port, f"{page}{uuid.uuid4().hex}/", {404})


def _register(port: int, page: str, path: str) -> Iterator[float]:
    began = time.perf_counter()
    headers, token = clients.sit_down(clients.Target(port, path))
    yield (time.perf_counter() - began) * 1000
    body = urlencode(form(f"{uuid.uuid4().hex}@example.org") | {"csrfmiddlewaretoken": token})
    yield _asked(port, path, {302}, "POST", body, headers)


def _asked(
    port: int,
    path: str,
    good: set[int],
    method: str = "GET",
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> float:
    began = time.perf_counter()
    status, _, _ = clients.ask(port, method, path, body, headers or {})
    if status not in good:
        raise RuntimeError(f"{method} {path} answered {status}")
    return (time.perf_counter() - began) * 1000


def _megabytes() -> float:
    """PSS of everything this process started, but for the visitors, in MB."""
    ours = {str(child.pid) for child in multiprocessing.active_children()}
    family = [pid for pid in _descendants(str(os.getpid())) if pid not in ours]
    return sum(_pss(pid) for pid in family) / 1024


def _descendants(pid: str) -> list[str]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [found for child in children for found in (child, *_descendants(child))]


def _pss(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _lateness() -> float:
    from iatp_events.lib import clock
    from registrations.models import Message

    now = clock.now()
    oldest = Message.objects.due(now).values_list("next_attempt_at", flat=True).first()
    return (now - oldest).total_seconds() if oldest else 0.0


def _judged(samples: list[Sample], mails: int) -> Rows:
    fifth = max(1, len(samples) // PARTS)
    early, late = samples[fifth : 2 * fifth] or samples[:fifth], samples[-fifth:]
    memory = [statistics.median(sample.megabytes for sample in part) for part in (early, late)]
    slow = [_p95([taken for sample in part for taken in sample.answers]) for part in (early, late)]
    waited = [sample.lateness for sample in samples]
    asked = sum(len(sample.answers) for sample in samples)
    what = f"{asked} requests, {mails} mails; last fifth / second fifth"
    memory_said = f"PSS of web, worker, beat, broker and sink: {memory[1]:.0f} / {memory[0]:.0f} MB"
    return {
        "soak_memory": bounded(memory[1] / memory[0], [memory[1] / memory[0]], 1.1, f"{what}: {memory_said}"),
        "soak_latency": bounded(
            slow[1] / slow[0], [slow[1] / slow[0]], 1.5, f"p95 of an answer: {slow[1]:.0f} / {slow[0]:.0f} ms"
        ),
        "soak_queue": bounded(max(waited), waited, 10, "seconds that the oldest message had waited, at most"),
    }


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


if __name__ == "__main__":
    if "SOAK_SCENE" in os.environ:
        django.setup()
        soak()
    else:
        main()
