"""Reminders per second through two processes of one Celery worker, beside the bare task in the same processes."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, NamedTuple

import django

from bench import house
from bench.rows import compared
from bench.sink import Postmaster

if TYPE_CHECKING:
    from registrations.models import Attendee

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
# Enough that what is written once per series and language weighs as little as it does on a busy day.
MAILS = 2000
WARM_UP = 400
LEAD = timedelta(seconds=4)
Sizes = dict[str, int]


class Round(NamedTuple):
    """So many mails of so many bytes in all, in the seconds from the bell to the last 250."""

    mails: int
    size: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.mails / self.seconds


def main() -> None:
    from bench import audience, bare_mail
    from iatp_events.lib import clock

    bare_mail.make_table()
    guests = audience.invite(MAILS, now=clock.now())
    with house.bell() as postmaster, house.working(postmaster, "worker", include=bare_mail.__name__):
        ours = [_remind(guests[:WARM_UP], postmaster)]
        sizes = sizes_of(postmaster.last(), _mean([ours[0]]))
        bare = [_send_bare(WARM_UP, sizes, postmaster)]
        for _ in range(ROUNDS):
            ours.append(_remind(guests, postmaster))
            bare.append(_send_bare(MAILS, sizes, postmaster))
    weights = f"{_mean(ours) / 1000:.1f} / {_mean(bare) / 1000:.1f} kB"
    parts = ", ".join(name for name, size in sizes.items() if size)
    what = f"reminders / bare task, {house.PROCESSES} processes, {MAILS} at a time, {weights} a mail of {parts}"
    pairs = [(mine.rate, theirs.rate) for mine, theirs in zip(ours[1:], bare[1:], strict=True)]
    print(json.dumps({"reminders_per_second": compared(pairs, 0.6, what)}))


def _remind(guests: Sequence[Attendee], postmaster: Postmaster) -> Round:
    """Let a session begin in an hour, for which everybody here is reminded at this moment."""
    from bench import audience
    from iatp_events.lib import clock
    from registrations.services import reminders

    now = clock.now()
    due = now + LEAD
    audience.gather(guests, [due + audience.HOUR], now=now)
    reminders.queue_due(now=now)
    sleep_until(due)
    return _timed(len(guests), postmaster, house.DELIVER)


def _send_bare(count: int, sizes: Sizes, postmaster: Postmaster) -> Round:
    from bench.bare_mail import TASK, Parcel

    rows = (Parcel(address=f"rosa.{number}@example.org", name="Rosa Quispe Mamani") for number in range(count))
    Parcel._default_manager.bulk_create(rows)
    return _timed(count, postmaster, TASK, **sizes)


def _timed(count: int, postmaster: Postmaster, task: str, **arguments: int) -> Round:
    before, started = postmaster.told(), time.time()
    house.ring(task, **arguments)
    after = postmaster.wait_for(before.mails + count)
    return Round(count, after.size - before.size, after.last_at - started)


def sizes_of(mail: EmailMessage, mean: float) -> Sizes:
    """The bytes of each part as it travels; the HTML makes up for what this mail lacks to the mean of its kind."""
    found = {part.get_content_subtype(): len(part.as_bytes()) for part in mail.walk() if not part.is_multipart()}
    spare = round(mean - len(mail.as_bytes()))
    return {"text": found["plain"], "html": found["html"] + spare, "ics": found.get("calendar", 0)}


def sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, moment.timestamp() - time.time()))


def _mean(rounds: Sequence[Round]) -> float:
    return statistics.fmean(one.size / one.mails for one in rounds)


if __name__ == "__main__":
    django.setup()
    main()
