"""What holds for every test: the world stands at NOW, nothing leaves, nothing stays."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.utils import timezone, translation
from pytest_django import Settings

from iatp_events import request_ids
from iatp_events.lib import clock
from tests.factories import NOW

pytest_plugins = ["tests.servers.stock", "tests.servers.fixtures"]


# What takes long to start, and is started once if the tests that want it run in one process.
COSTLY = ("town", "build_house", "browser")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep together what shares something costly (--dist loadgroup); leave what takes long to `make faults`."""
    for item in items:
        wanted = [name for name in COSTLY if name in getattr(item, "fixturenames", ())]
        if wanted:
            item.add_marker(pytest.mark.xdist_group(wanted[0]))
    if os.environ.get("FAULTS") == "at length":
        return
    long = [item for item in items if item.get_closest_marker("at_length")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in set(long)]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, migrated_sqlite: Path) -> Iterator[None]:
    """Give the database in memory the tables of one that was migrated, so that Django finds nothing to do."""
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
    with closing(sqlite3.connect(name, uri=True)) as tables:
        with closing(sqlite3.connect(migrated_sqlite)) as migrated:
            migrated.backup(tables)
        yield


@pytest.fixture(autouse=True)
def _stand_at_now(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stop both clocks, the process's and the database's, at factories.NOW; every request has the same id.

    `time_machine.travel(...)` inside a test moves both. Tests with real processes carry `real_time`.
    """
    if request.node.get_closest_marker("real_time"):
        yield
        return
    with time_machine.travel(NOW, tick=False):
        monkeypatch.setattr(clock, "now", timezone.now)
        # Two answers that must tell nothing apart are compared with all their headers.
        monkeypatch.setattr(request_ids, "fresh", lambda: "0" * 32)
        yield


@pytest.fixture(autouse=True)
def _leave_nothing_behind(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Mails and photos go to a folder of the test's own; counters and the language start afresh."""
    settings.MAIL_DIR, settings.MEDIA_ROOT = tmp_path / "mail", tmp_path / "media"
    for cache in caches.all(initialized_only=True):
        cache.clear()
    with translation.override("en"):
        yield
