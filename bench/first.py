"""How long after its moment a single reminder is taken by the mail server, with beat and worker as they run."""

from __future__ import annotations

import json
import statistics
from datetime import timedelta

import django

from bench import house
from bench.rows import bounded

TRIES = 5
# Longer than it takes until beat and worker run, and a tick has seen what comes.
LEAD = timedelta(seconds=12)
# In no step with a tick every five or ten seconds.
APART = timedelta(seconds=7.3)


def main() -> None:
    from bench import audience
    from iatp_events.lib import clock

    now = clock.now()
    guests = audience.invite(TRIES, now=now)
    moments = [now + LEAD + number * APART for number in range(TRIES)]
    for guest, due in zip(guests, moments, strict=True):
        audience.gather([guest], [due + audience.HOUR], now=now)
    with house.bell() as postmaster, house.working(postmaster, "worker", "beat"):
        postmaster.wait_for(TRIES, seconds=120)
        taken = [postmaster.when(guest.addresses.get().deliverable) for guest in guests]
    late = [at - due.timestamp() for at, due in zip(taken, moments, strict=True)]
    what = f"seconds from due to the server's 250 for one reminder: the median of {TRIES}, beat and worker as they run"
    print(json.dumps({"first_reminder": bounded(statistics.median(late), late, 1.0, what)}))


if __name__ == "__main__":
    django.setup()
    main()
