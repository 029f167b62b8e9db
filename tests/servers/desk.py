"""The product at hand: one process that stays, so that a test can ask it many things at no cost."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from typing import Any

from tests.servers.processes import ROOT

# Seconds; the longest question makes five thousand registrations.
PATIENCE = 300
_LOOP = """
import json, sys, traceback, django
django.setup()
from django.db import connection
for line in sys.stdin:
    given, reply = json.loads(line), {}
    connection.close()
    try:
        exec(given.pop("code"), given)
        reply["answer"] = given.get("answer")
    except Exception:
        reply["trouble"] = traceback.format_exc()
    print(json.dumps(reply, default=str), flush=True)
"""


class Desk:
    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _LOOP],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, code: str, **given: Any) -> Any:
        """Run Python inside the product, with names given; return what it leaves in `answer`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(given | {"code": code}) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
            self.stop()
            self._process = self._start()
            raise AssertionError(f"The product did not answer within {PATIENCE} s.")
        reply = json.loads(self._process.stdout.readline())
        assert "trouble" not in reply, reply["trouble"]
        return reply["answer"]

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()
