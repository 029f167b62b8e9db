"""What is made once for a whole run of the tests, however many processes share it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = pytest.StashKey[Path]()


class Stock:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return the folder of this name; who asks first makes it, the others wait. Nobody may change it."""
        made = self.folder / name
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                unfinished = Path(f"{made}-unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                make(unfinished)
                unfinished.rename(made)
        return made


def pytest_configure(config: pytest.Config) -> None:
    """The process that begins a run makes the folder; a worker is told of it."""
    if (told := getattr(config, "workerinput", None)) is not None:
        config.stash[FOLDER] = Path(told["stock"])
        return
    config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="iatp-stock-"))
    os.chmod(config.stash[FOLDER], 0o755)  # PostgreSQL enters it as another user


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    node.workerinput["stock"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(config.stash[FOLDER], ignore_errors=True)


@pytest.fixture(scope="session")
def stock(pytestconfig: pytest.Config) -> Stock:
    return Stock(pytestconfig.stash[FOLDER])
