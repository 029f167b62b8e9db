"""Eight clients that ask again and again, each a process of its own; the same for the product and for the bare view."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import random
import re
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.people import form

CLIENTS = 8
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


def _ask_for(target: Target, seconds: float) -> list[float]:
    headers, token = sit_down(target) if target.as_person else (target.headers, "")
    until, needed = time.monotonic() + seconds, []
    while (began := time.monotonic()) < until:
        body = None
        if target.as_person:
            body = urlencode(form(f"{uuid.uuid4().hex}@example.org") | {"csrfmiddlewaretoken": token})
        elif target.guests:
            body = scan(*target.guests)
        path = f"{target.path}?session={random.randrange(10**8)}" if target.anew else target.path
        status, _, _ = ask(target.port, target.method, path, body, headers)
        if status != target.status:
            raise RuntimeError(f"{target.path} answered {status}, not {target.status}")
        needed.append((time.monotonic() - began) * 1000)
    return needed


def latencies(target: Target, times: int) -> list[float]:
    """Milliseconds of each of so many requests, one after the other."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        status, _, _ = ask(target.port, target.method, target.path, scan(*target.guests), target.headers)
        taken.append((time.perf_counter() - began) * 1000)
        if status != target.status:
            raise RuntimeError(f"{target.path} answered {status}, not {target.status}")
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
