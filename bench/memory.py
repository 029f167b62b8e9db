"""The memory of a worker that delivers many reminders, beside one that delivers a hundred."""

from __future__ import annotations

import json
import os

import django

from bench import house
from bench.mail import sleep_until
from bench.rows import bounded
from bench.sink import Postmaster

FEW = 100
MANY = int(os.environ.get("BENCH_MESSAGES", "5000"))
PEOPLE = 1_000


def main() -> None:
    with house.bell() as postmaster:
        few = _peak(FEW, 1, postmaster)
        many = _peak(PEOPLE, MANY // PEOPLE, postmaster)
    grown = many / few
    what = f"highest memory of a worker process that delivers {MANY} / {FEW} reminders; {many:.0f} / {few:.0f} MB"
    print(json.dumps({"memory_flat": bounded(grown, [grown], 1.1, what)}))


def _peak(people: int, sessions: int, postmaster: Postmaster) -> float:
    """Queue while nobody works, then let a fresh worker deliver."""
    from bench import audience
    from iatp_events.lib import clock
    from registrations.services import reminders

    now = clock.now()
    due = now + audience.HOUR / 3600
    audience.gather(audience.invite(people, now=now), [due + audience.HOUR] * sessions, now=now)
    reminders.queue_due(now=now)
    sleep_until(due)
    before = postmaster.told().mails
    with house.working(postmaster, "worker") as worker:
        house.ring()
        postmaster.wait_for(before + people * sessions, seconds=60 + people * sessions / 5)
        return house.peak(worker)


if __name__ == "__main__":
    django.setup()
    main()
