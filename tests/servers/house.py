"""The product as an operator runs it: web, worker and beat as processes, on a database and a broker of their own."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.servers.mailbox import Mailbox
from tests.servers.processes import ROOT, Process, free_port
from tests.servers.scripted import ScriptedServer

QUICK = {
    "TICK_EVERY": "1",
    "CHANGES_SETTLE": "1",
    "MESSAGE_LEASE": "60",
    "MESSAGE_BACKOFF": "1,2",
    "RATE_LIMITS": "registrations_per_address=100000,registrations_per_email=1000",
}
_ANSWER = """
import json, sys, django
django.setup()
answer = None
exec(sys.stdin.read())
print(json.dumps(answer, default=str))
"""


class House:
    """One installation. `environment` is all that its processes get from outside."""

    def __init__(
        self,
        var: Path,
        *,
        database_url: str = "",
        broker_url: str = "",
        mailbox: Mailbox | ScriptedServer | None = None,
    ) -> None:
        self.var, self.database_url, self.mailbox = var, database_url, mailbox
        self.port = free_port()
        self.processes: list[Process] = []
        self._numbers = itertools.count(1)
        var.mkdir(parents=True, exist_ok=True)
        self.environment = QUICK | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(var),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "iatp_events.settings",
            "VAR_DIR": str(var),
            "PORT": str(self.port),
            "SITE_URL": self.url,
            "SECRET_KEY": "a key for tests that opens nothing: 0123456789 abcdefghijkl",
            "DEFAULT_FROM_EMAIL": "workshops@example.org",
            "DATABASE_URL": database_url,
            "REDIS_URL": broker_url,
            "EMAIL_URL": mailbox.url if mailbox else "",
            "ALLOWED_HOSTS": "",
            # As behind a proxy.
            "WEB_THREADS": "1",
        }

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def manage(self, *arguments: str) -> str:
        return self._run([sys.executable, "manage.py", *arguments])

    def run(self, code: str) -> Any:
        """Run Python inside the product, in a process of its own; return what it leaves in `answer`."""
        return json.loads(self._run([sys.executable, "-c", _ANSWER], code).strip().rsplit("\n", 1)[-1])

    def web(self, *, workers: int = 2, application: str = "iatp_events.wsgi:application") -> Process:
        settings = ["--config", "iatp_events/gunicorn.py", "--workers", str(workers), "--timeout", "120"]
        # For a crowd the product is loaded once and forked; two workers load it each, as in production.
        settings += ["--preload"] if workers > 2 else []
        web = self.start("web", "gunicorn", *settings, application)
        web.wait_until(self.is_ready, what="the web server")
        return web

    def worker(self, *, concurrency: int = 1, wait: bool = True, **environment: str) -> Process:
        """A worker with a log of its own; `environment` is added to the house's."""
        name = f"worker{next(self._numbers)}"
        options = ("--hostname", f"{name}@{self.var.name}", "--concurrency", str(concurrency), "--loglevel", "INFO")
        celery = (_celery(environment), "-A", "iatp_events", "worker", *options, "--without-gossip", "--without-mingle")
        worker = self.start(name, *celery, **environment)
        if wait:
            worker.wait_until(lambda: " ready." in worker.output, what="the worker")
        return worker

    def beat(self, **environment: str) -> Process:
        celery = (_celery(environment), "-A", "iatp_events", "beat", "--loglevel", "INFO")
        return self.start(f"beat{next(self._numbers)}", *celery, **environment)

    def start(self, name: str, *command: str, **environment: str) -> Process:
        process = Process(
            [sys.executable, "-m", *command], environment=self.environment | environment, log=self.var / f"{name}.log"
        )
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.stop()

    def log(self) -> str:
        return "\n".join(process.output for process in self.processes)

    def _run(self, command: list[str], stdin: str = "") -> str:
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{command[1:3]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def is_ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _celery(environment: dict[str, str]) -> str:
    if "BREATH" in environment:
        return "tests.servers.slow_claim"
    return "tests.servers.astray" if "LD_PRELOAD" in environment else "celery"


def share(made: Path, wanted: Path) -> None:
    """Give a house a folder that was made once for all of them."""
    if wanted.is_dir() and not wanted.is_symlink():
        shutil.rmtree(wanted)
    wanted.symlink_to(made, target_is_directory=True)
