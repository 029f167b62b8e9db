"""Many people who press at the same moment, each in a process of their own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from tests.servers.forms import shown

PRESS = Path(__file__).with_name("press.py")
# How many Python processes start up at once before the next ones follow; all of them wait for the same signal.
WAVE = 20
Press = tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], str]


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    headers: tuple[str, ...]  # names: values hold moments, and django-csp orders its own by chance
    body: bytes


def press_at_once(requests: Iterable[Press]) -> list[Answer]:
    """Send every (url, fields) from a process of its own at one moment; return the answers in order.

    Each form is opened once beforehand, for its hidden fields and its cookie. A third value is a cookie to come with.
    """
    signal, hold = os.pipe()
    people: list[subprocess.Popen[bytes]] = []
    open_page = cache(_open)
    try:
        for url, fields, *mine in requests:
            people.append(_start(url, _request(url, fields, *open_page(url, *mine)), signal))
            if len(people) % WAVE == 0:
                _await_ready(people[-WAVE:])
        _await_ready(people[len(people) // WAVE * WAVE :])
        os.close(hold)
        return [_parsed(person.communicate(timeout=120)[0]) for person in people]
    finally:
        os.close(signal)
        for person in people:
            person.kill()
            person.wait()


def _open(url: str, mine: str = "") -> tuple[tuple[tuple[str, str], ...], str]:
    with urlopen(Request(url, headers={"Cookie": mine} if mine else {}), timeout=60) as page:
        fields = shown(page.read().decode())
        given = [cookie.split(";")[0] for cookie in page.headers.get_all("Set-Cookie") or []]
        cookies = "; ".join([mine, *given] if mine else given)
    token = fields.get("csrfmiddlewaretoken", [])
    return tuple(("csrfmiddlewaretoken", value) for value in token[:1]), cookies


def _request(url: str, fields: dict[str, Any], hidden: tuple[tuple[str, str], ...], cookies: str) -> bytes:
    parts = urlsplit(url)
    body = urlencode(dict(hidden) | fields, doseq=True)
    lines = [
        f"POST {parts.path}{'?' if parts.query else ''}{parts.query} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        *([f"Cookie: {cookies}"] if cookies else []),
    ]
    return "\r\n".join([*lines, "", body]).encode()


def _start(url: str, request: bytes, signal: int) -> subprocess.Popen[bytes]:
    parts = urlsplit(url)
    command = [sys.executable, "-I", "-S", str(PRESS), str(parts.hostname), str(parts.port), request.hex()]
    return subprocess.Popen(command, stdin=signal, stdout=subprocess.PIPE)


def _await_ready(people: list[subprocess.Popen[bytes]]) -> None:
    for person in people:
        assert person.stdout is not None
        assert person.stdout.readline() == b"ready\n"


def _parsed(received: bytes) -> Answer:
    class _Received:
        def makefile(self, mode: str) -> io.BytesIO:
            return io.BytesIO(received)

    answer = HTTPResponse(_Received())  # type: ignore[arg-type]
    answer.begin()
    return Answer(answer.status, answer.headers.get("Location", ""), tuple(sorted(answer.headers)), answer.read())
