"""What it costs to queue a hundred thousand reminders, and what a tick with nothing to do costs beside them."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from datetime import timedelta

import django

from bench import house, servers
from bench.rows import bounded

REMINDERS = int(os.environ.get("BENCH_REMINDERS", "100000"))
SESSIONS = 10
OFFSETS = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))
_BRACKETS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def main() -> None:
    servers.tidy_up_when_asked()
    _gather(3)
    small, _ = _idle_tick()
    _gather(-(-REMINDERS // (SESSIONS * len(OFFSETS))))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        queued, seconds, before, peak = pool.apply(queue)
    full, idle_seconds = _idle_tick()
    queueing = f"seconds to queue {queued} reminders; memory rose from {before:.0f} MB to at most {peak:.0f} MB"
    idle = f"statements of a tick with nothing due; {small} in a small table, {full} beside {queued} messages"
    rows = {
        "queueing": bounded(seconds, [seconds], 60.0 * REMINDERS / 100_000, queueing),
        "idle_tick": bounded(max(small, full), [small, full], 5, f"{idle}, {idle_seconds * 1000:.0f} ms there"),
    }
    print(json.dumps(rows))


def queue() -> tuple[int, float, float, float]:
    """Queue what is missing, in a process of its own: how many, in how many seconds, its memory before and at most."""
    django.setup()
    from iatp_events.lib import clock
    from registrations.models import Message
    from registrations.services import reminders

    there = Message.objects.count()
    now, started, before = clock.now(), time.monotonic(), house.own_peak()
    reminders.queue_due(now=now)
    seconds = time.monotonic() - started
    return Message.objects.count() - there, seconds, before, house.own_peak()


def _gather(people: int) -> None:
    from bench import audience
    from iatp_events.lib import clock

    now = clock.now()
    starts = [now + timedelta(days=30 + number) for number in range(SESSIONS)]
    audience.gather(audience.invite(people, now=now), starts, offsets=OFFSETS, now=now)


def _idle_tick() -> tuple[int, float]:
    """Statements and seconds of a tick after two that left nothing to do."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from iatp_events.lib import clock
    from registrations.services import clockwork

    for _ in range(2):
        clockwork.tick(clock=clock.now)
    started = time.monotonic()
    with CaptureQueriesContext(connection) as queries:
        clockwork.tick(clock=clock.now)
    counted = sum(not query["sql"].startswith(_BRACKETS) for query in queries.captured_queries)
    return counted, time.monotonic() - started


if __name__ == "__main__":
    django.setup()
    main()
