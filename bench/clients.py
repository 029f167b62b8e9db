"""Eight clients that ask again and again, each a process of its own; the same for the product and for the bare view."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import random
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.people import form

CLIENTS = 8
# As a device counts it: before the pass ends.
PASS_SECONDS = 50
_PASS = re.compile(r'"pass": "([^"]+)"')
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked, and the status of a good answer. Sync workers close each connection, so clients open new ones."""

    port: int
    path: str
    status: int = 200
    method: str = "GET"
    as_person: bool = False
    guests: tuple[int, ...] = ()  # who may be checked in: the first and the last key of their registrations
    anew: bool = False  # ask for another address each time, so that no page kept by the server answers
    headers: dict[str, str] = field(default_factory=dict)


def rate(target: Target, seconds: float) -> float:
    """Good answers per second of all clients together. Raises RuntimeError at the first answer of another status."""
    return len(taken(target, seconds)) / seconds


def taken(target: Target, seconds: float) -> list[float]:
    """The milliseconds that each good answer took, of all clients. Raises RuntimeError as `rate` does."""
    with multiprocessing.Pool(CLIENTS) as pool:
        found = pool.starmap(_ask_for, [(target, seconds)] * CLIENTS, chunksize=1)
        # They leave by themselves: a client that is ended while it takes its next work may hang for ever.
        pool.close()
        pool.join()
    return [milliseconds for one in found for milliseconds in one]


class _Device:
    """A telephone at a door: it shows the pass it was given last, and goes the long way for another in time."""

    def __init__(self, target: Target) -> None:
        self.target, self.shown, self.until = target, "", 0.0

    def check_in(self) -> int:
        """Check somebody in; the status of the answer."""
        shown = {"X-Pass": self.shown} if time.monotonic() < self.until else {}
        target, said = self.target, scan(*self.target.guests)
        status, text, _ = ask(target.port, target.method, target.path, said, target.headers | shown)
        if given := _PASS.search(text):
            self.shown, self.until = given[1], time.monotonic() + PASS_SECONDS
        return status


def _ask_for(target: Target, seconds: float) -> list[float]:
    asked = _Device(target).check_in if target.guests else _visitor(target)
    until, needed = time.monotonic() + seconds, []
    while (began := time.monotonic()) < until:
        _expect(target, asked())
        needed.append((time.monotonic() - began) * 1000)
    return needed


def _visitor(target: Target) -> Callable[[], int]:
    """What asks once, and returns the status of the answer."""
    headers, token = sit_down(target) if target.as_person else (target.headers, "")

    def asked() -> int:
        body = None
        if target.as_person:
            body = urlencode(form(f"{uuid.uuid4().hex}@example.org") | {"csrfmiddlewaretoken": token})
        path = f"{target.path}?session={random.randrange(10**8)}" if target.anew else target.path
        return ask(target.port, target.method, path, body, headers)[0]

    return asked


def _expect(target: Target, status: int) -> None:
    if status != target.status:
        raise RuntimeError(f"{target.path} answered {status}, not {target.status}")


def latencies(target: Target, times: int) -> list[float]:
    """Milliseconds of each of so many check-ins, one after the other."""
    device, taken = _Device(target), []
    for _ in range(times):
        began = time.perf_counter()
        status = device.check_in()
        taken.append((time.perf_counter() - began) * 1000)
        _expect(target, status)
    return taken


def scan(first: int, last: int) -> str:
    """What a telephone at a door sends when somebody comes."""
    now = round(time.time() * 1000)
    event = {"id": str(uuid.uuid4()), "kind": "check_in", "at": now, "registration": random.randint(first, last)}
    return json.dumps({"sent": now, "events": [event]})


def sit_down(target: Target) -> tuple[dict[str, str], str]:
    """Open the form once, as a browser does: its cookie and its token serve every POST."""
    _, page, cookie = ask(target.port, "GET", target.path, None, {})
    found = _TOKEN.search(page)
    if found is None:
        raise RuntimeError(f"{target.path} holds no form")
    return {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}, found[1]


def ask(port: int, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers | {"Host": "localhost"})
        answer = connection.getresponse()
        sent = answer.read()
        text = "" if answer.getheader("Content-Encoding") else sent.decode()
        return answer.status, text, (answer.getheader("Set-Cookie") or "").split(";")[0]
    finally:
        connection.close()
