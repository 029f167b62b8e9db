"""Real processes: started in a group of their own, waited for, and ended with all their children."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent.parent
Found = TypeVar("Found")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(look: Callable[[], Found], *, seconds: float = 20, what: str = "it") -> Found:
    """Return the first truthy answer of `look`; fail, naming `what`, when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds} s in vain for {what}.")
        time.sleep(0.05)
    return found


class Process:
    """One command with its log; `output` is what it wrote so far."""

    def __init__(self, command: Sequence[str], *, environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as file:
            self.popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float = 30) -> None:
        def look() -> bool:
            assert self.popen.poll() is None, f"{what} ended early:\n{self.output[-4000:]}"
            return ready()

        wait_for(look, seconds=seconds, what=what)

    @property
    def is_alive(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """End the whole group at once, as a power cut does."""
        self.signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self) -> None:
        """Ask the whole group to end, then make it."""
        for number, patience in ((signal.SIGTERM, 8.0), (signal.SIGKILL, 5.0)):
            self.signal(number)
            try:
                self.popen.wait(timeout=patience)
                break
            except subprocess.TimeoutExpired:
                continue
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)


def accepts(port: int) -> bool:
    """Whether something on this machine listens there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
