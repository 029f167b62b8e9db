"""Does the time of an answer tell who is registered? A thousand known and a thousand unknown addresses ask by turns."""

from __future__ import annotations

import json
import os
import statistics
import time
from bisect import bisect_left

import django

from bench import servers
from bench.rows import bounded

ADDRESSES = int(os.environ.get("BENCH_ADDRESSES", "1000"))
WARM_UP = 50
PATH = "/es/sign-in/"


def main() -> None:
    servers.tidy_up_when_asked()
    django.setup()
    _register(ADDRESSES)
    known, unknown = _ask(ADDRESSES)
    ratio = statistics.median(known) / statistics.median(unknown)
    tenths = [statistics.median(known[i::10]) / statistics.median(unknown[i::10]) for i in range(10)]
    what = (
        f"median time of an answer, known / unknown address, {ADDRESSES} of each by turns: "
        f"{statistics.median(known) * 1000:.2f} / {statistics.median(unknown) * 1000:.2f} ms; "
        f"a known one took longer in {_longer(known, unknown):.0%} of all pairs (50 % tells nothing)"
    )
    print(json.dumps({"sign_in": bounded(ratio, tenths, 1.05, what)}))


def _register(people: int) -> None:
    from registrations.models import Attendee, EmailAddress

    attendees = Attendee.objects.bulk_create([Attendee(full_name=f"Persona {n}") for n in range(people)])
    addresses = [(attendee, f"known{n:05}@example.org") for n, attendee in enumerate(attendees)]
    EmailAddress.objects.bulk_create(
        [EmailAddress(attendee=attendee, address=address, normalised=address) for attendee, address in addresses]
    )


def _ask(people: int) -> tuple[list[float], list[float]]:
    for number in range(WARM_UP):
        _seconds(f"warm{number:06}@example.org")
    known: list[float] = []
    unknown: list[float] = []
    for number in range(people):
        pair = [(known, f"known{number:05}@example.org"), (unknown, f"never{number:05}@example.org")]
        # Who comes second finds warmer caches: they take turns.
        for times, address in pair if number % 2 else reversed(pair):
            times.append(_seconds(address))
    return known, unknown


def _seconds(address: str) -> float:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    started = time.perf_counter()
    answer = client.post(PATH, {"email": address})
    taken = time.perf_counter() - started
    assert answer.status_code == 302, answer.status_code
    return taken


def _longer(known: list[float], unknown: list[float]) -> float:
    ranked = sorted(unknown)
    return sum(bisect_left(ranked, taken) for taken in known) / (len(known) * len(unknown))


if __name__ == "__main__":
    main()
