"""Run every process of the Procfile until Ctrl-C, by honcho; none of them outlives this one.

honcho restarts nothing and, when killed, leaves its children behind. On one person's machine that means a port
that stays taken; so here each process is told by the kernel when the one above it died (Linux).
In production a supervisor runs the same commands.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.process import Popen, Process

from iatp_events import env, settings
from iatp_events.lib.leash import leash

PATIENCE = 20.0


def main() -> int:
    """Start, wait, and return the exit code: 0 when it was asked to stop."""
    leash(signal.SIGTERM)
    lock = _lock(settings.VAR_DIR / "run.lock")
    manager = Manager()
    manager._process_ctor = partial(LeashedProcess, lock=lock.fileno())
    for name, command in parse_procfile((settings.BASE_DIR / "Procfile").read_text()).processes.items():
        # With a broker of the operator's own, ours has nothing to do.
        if name != "broker" or not env.text("REDIS_URL"):
            manager.add_process(name, command, env=os.environ | {"PYTHON": sys.executable}, cwd=str(settings.BASE_DIR))
    manager.loop()
    asked_to_stop = manager.returncode in (130, 143)
    return 0 if asked_to_stop else int(manager.returncode or 1)


class LeashedProcess(Process):  # type: ignore[misc]
    """honcho's process, which ends with honcho, and whose child ends with it and holds the lock until then."""

    def __init__(self, *args: Any, lock: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self._child_ctor: Callable[..., Any] = partial(
            Popen, preexec_fn=partial(leash, signal.SIGTERM), pass_fds=(lock,)
        )

    def run(self, *args: Any, **options: Any) -> None:
        # It ignores gentler signals, and has nothing to tidy up.
        leash(signal.SIGKILL)
        super().run(*args, **options)


def _lock(path: Path) -> TextIO:
    """Hold the folder for this run; after a kill, wait until the processes of the run before are gone."""
    file = path.open("a")
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > until:
                sys.exit(f"Another `make run` uses {path.parent}. Stop it, or set VAR_DIR (and PORT) for this one.")
            time.sleep(0.2)
        else:
            return file


if __name__ == "__main__":
    sys.exit(main())
