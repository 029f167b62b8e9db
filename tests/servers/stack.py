"""The stack as `make stack` starts it, in a folder and on ports of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from iatp_events.stack.plan import INSIDE, Plan
from registrations.management.commands import prepare
from tests.servers.house import QUICK, share
from tests.servers.processes import ROOT, Process, free_port, wait_for

# Processes that keep a machine busy beside these are no fault of the stack's.
PATIENCE = 120


class Stack:
    def __init__(self, var: Path, static_files: Path) -> None:
        self.folder = var / "stack"
        self.port, self.ports = free_port(), {name: free_port() for name in INSIDE}
        (self.folder / "data").mkdir(parents=True)
        (static_files / ".collected").write_text(prepare._static_digest())
        share(static_files, self.folder / "data" / "static")
        environment = {
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(var),
            "PORT": str(self.port),
            "STACK_PORTS": ",".join(map(str, self.ports.values())),
            "DEMO": "0",
            **QUICK,
        }
        self.process = Process(
            [sys.executable, "-m", "iatp_events.stack"], environment=environment, log=var / "stack.log"
        )

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def wait(self) -> None:
        self.process.wait_until(lambda: self.answers(self.port), what="the stack", seconds=PATIENCE)

    def answers(self, port: int, path: str = "/readyz") -> bool:
        try:
            return bool(self.get(path, port).status == 200)
        except OSError:
            return False

    def get(self, path: str, port: int = 0, headers: dict[str, str] | None = None) -> Any:
        return urlopen(Request(f"http://localhost:{port or self.port}{path}", headers=headers or {}), timeout=30)

    def run(self, code: str) -> None:
        """Run Python inside the product."""
        keys = json.loads((self.folder / "keys.json").read_text())
        plan = Plan(folder=self.folder, port=self.port, ports=self.ports, keys=keys)
        whole = f"import django; django.setup()\n{code}"
        settings = plan.environment() | {"DJANGO_SETTINGS_MODULE": "iatp_events.settings"}
        subprocess.run([sys.executable, "-c", whole], cwd=ROOT, env=settings, check=True, timeout=60)

    def pid(self, program: str) -> int:
        """0 while it does not run."""
        control = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(self.folder / "supervisord.conf")]
        said = subprocess.run([*control, "pid", program], capture_output=True, text=True, timeout=30).stdout.strip()
        return int(said) if said.isdecimal() else 0

    def kill(self, program: str) -> int:
        """End one process without a word; return which one is there instead."""
        before = self.pid(program)
        os.kill(before, 9)
        return wait_for(lambda: (now := self.pid(program)) != before and now, seconds=30, what=f"{program} again")

    def logs(self) -> str:
        return "".join(file.read_text(errors="replace") for file in sorted((self.folder / "logs").glob("*.log*")))

    def left(self) -> list[str]:
        """Processes that live in this folder."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            if str(self.folder).encode() in words:
                found.append(words.split(b"\0", 1)[0].decode())
        return found

    def stop(self) -> None:
        self.process.popen.terminate()
        try:
            self.process.popen.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
