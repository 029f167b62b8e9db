"""Visitors who register, at the product or at the bare flow: a page, its form, the form sent, the page that thanks."""

from __future__ import annotations

import http.client
import multiprocessing
import re
import threading
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.people import form

# Threads of one process share a core; a crowd comes from several.
_PROCESSES = 8
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Way:
    """Where a visitor goes. session: which one they tick; the bare flow has none."""

    port: int
    page: str
    form: str
    session: str = ""

    def typed(self, email: str) -> dict[str, str]:
        if self.session:
            return form(email) | {"sessions": self.session}
        return {"name": "Rosa Quispe", "email": email, "country": "PE", "organisation": "Cámara de Comercio"}


def rate(way: Way, clients: int, seconds: float) -> float:
    """Complete visits per second of so many clients. Raises RuntimeError at the first answer that is none."""
    with multiprocessing.Pool(clients) as pool:
        counts = pool.starmap(_visit_for, [(way, seconds)] * clients, chunksize=1)
        # They leave by themselves: a client that is ended while it takes its next work may hang for ever.
        pool.close()
        pool.join()
    return sum(counts) / seconds


def crowd(way: Way, people: int) -> float:
    """Seconds until so many, who all come at one moment, have seen the page that thanks them."""
    # The moment lies ahead of every process, and they share its clock.
    moment = time.monotonic() + 2.0
    share = people // _PROCESSES
    with multiprocessing.Pool(_PROCESSES) as pool:
        ends = pool.starmap(_come_at, [(way, share, moment)] * _PROCESSES, chunksize=1)
        pool.close()
        pool.join()
    return max(ends) - moment


def visit(way: Way) -> None:
    _ask(way, "GET", way.page, 200)
    shown, cookie = _ask(way, "GET", way.form, 200)
    token = _TOKEN.search(shown)
    if token is None:
        raise RuntimeError(f"{way.form} holds no form")
    body = urlencode(way.typed(f"{uuid.uuid4().hex}@example.org") | {"csrfmiddlewaretoken": token[1]})
    there, _ = _ask(way, "POST", way.form, 302, body, cookie)
    _ask(way, "GET", there, 200)


def _visit_for(way: Way, seconds: float) -> int:
    until, visits = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        visit(way)
        visits += 1
    return visits


def _come_at(way: Way, people: int, moment: float) -> float:
    failures: list[BaseException] = []

    def come() -> None:
        time.sleep(max(0.0, moment - time.monotonic()))
        try:
            visit(way)
        except (RuntimeError, OSError) as failure:
            failures.append(failure)

    visitors = [threading.Thread(target=come) for _ in range(people)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    if failures:
        raise failures[0]
    return time.monotonic()


def _ask(way: Way, method: str, path: str, status: int, body: str | None = None, cookie: str = "") -> tuple[str, str]:
    """The page, or where a redirect leads; and the cookie that came with it."""
    headers = {"Host": "localhost"} | ({"Cookie": cookie} if cookie else {})
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection("127.0.0.1", way.port, timeout=120)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != status:
            raise RuntimeError(f"{path} answered {answer.status}, not {status}")
        return answer.getheader("Location") or text, (answer.getheader("Set-Cookie") or "").split(";")[0]
    finally:
        connection.close()
