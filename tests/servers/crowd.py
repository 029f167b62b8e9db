"""Many people who press at the same moment, each in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PRESS = Path(__file__).with_name("press.py")
# How many Python processes start up at once before the next ones follow; all of them wait for the same signal.
WAVE = 20


def press_at_once(requests: Iterable[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Open every (url, fields) in a process of its own, let all press together; return their answers in order."""
    signal, hold = os.pipe()
    people: list[subprocess.Popen[str]] = []
    try:
        for url, fields in requests:
            people.append(_start(url, fields, signal))
            if len(people) % WAVE == 0:
                _await_ready(people[-WAVE:])
        _await_ready(people[len(people) // WAVE * WAVE :])
        os.close(hold)
        return [json.loads(person.communicate(timeout=120)[0].strip().rsplit("\n", 1)[-1]) for person in people]
    finally:
        os.close(signal)
        for person in people:
            person.kill()
            person.wait()


def _start(url: str, fields: dict[str, Any], signal: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-I", "-S", str(PRESS), url, json.dumps(fields)]
    return subprocess.Popen(command, stdin=signal, stdout=subprocess.PIPE, text=True)


def _await_ready(people: list[subprocess.Popen[str]]) -> None:
    for person in people:
        assert person.stdout is not None
        assert person.stdout.readline() == "ready\n"
