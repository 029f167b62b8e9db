"""`make run` leaves nothing behind, however it ends, and starts again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers.fixtures import BuildHouse
from tests.servers.house import House
from tests.servers.processes import Process, accepts, wait_for

pytestmark = [pytest.mark.real_time, pytest.mark.skipif(sys.platform != "linux", reason="the ties are Linux's")]


@pytest.fixture
def prepared(build_house: BuildHouse, migrated_sqlite: Path) -> House:
    house = build_house()
    shutil.copy(migrated_sqlite, house.var)
    house.environment["DEMO"] = "0"
    house.manage("prepare")
    return house


def run(house: House) -> Process:
    process = house.start("run", "iatp_events.run")
    process.wait_until(house.is_ready, what="the web server")
    return process


def processes_of(house: House) -> list[str]:
    """Processes that live in this house's environment."""
    mark = f"VAR_DIR={house.var}\0".encode()
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as environ, open(f"/proc/{pid}/cmdline", "rb") as command:
                if mark in environ.read() and (words := command.read()):
                    found.append(words.replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_asked_and_nothing_stays(prepared: House, number: signal.Signals) -> None:
    running = run(prepared)
    assert len(processes_of(prepared)) > 5

    os.killpg(running.popen.pid, number)

    assert running.popen.wait(timeout=15) == 0
    assert processes_of(prepared) == []


def test_after_a_kill_nothing_stays_and_it_starts_again(prepared: House) -> None:
    killed = run(prepared)

    killed.popen.kill()
    killed.popen.wait()

    wait_for(lambda: not processes_of(prepared), what="the end of every process")
    assert not accepts(prepared.port)
    run(prepared)


def test_browsers_that_say_nothing_hold_nobody_up(prepared: House) -> None:
    web = prepared.start("web", "gunicorn", "--config", "iatp_events/gunicorn.py", WEB_THREADS="")
    web.wait_until(prepared.is_ready, what="the web server")

    with ExitStack() as browsers:
        for _ in range(8):
            browsers.enter_context(socket.create_connection(("127.0.0.1", prepared.port)))
        assert prepared.is_ready()


def test_a_second_one_in_the_same_folder_is_told_so(prepared: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run(prepared)
    impatient = "from iatp_events import run; run.PATIENCE = 0; run.main()"

    second = subprocess.run(
        [sys.executable, "-c", impatient], env=prepared.environment, capture_output=True, text=True, timeout=60
    )

    assert second.returncode == 1
    assert f"Another `make run` uses {prepared.var}." in second.stderr
    assert prepared.is_ready()


def test_a_broker_of_ones_own_takes_the_place_of_the_embedded_one(prepared: House) -> None:
    prepared.environment["REDIS_URL"] = "redis://127.0.0.1:1/0"

    run(prepared)

    assert [command for command in processes_of(prepared) if "valkey-server" in command] == []
    assert not (prepared.var / "broker.sock").exists()
