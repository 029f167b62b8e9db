"""Whole answers, kept by this process for a moment: what is the same for everyone is made once for all of them."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

View = TypeVar("View", bound=Callable[..., Any])
Key = tuple[object, ...]

# What a header and its place in memory cost beside their letters, roughly.
_OVERHEAD = 100
_TURNS = 16
# Whoever waits for a page that somebody else is making gives up, and makes it too.
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A status 200 as it left the house, compressed or not; made_at: on the process's own steady clock."""

    body: bytes
    headers: dict[str, str]
    made_at: float

    @property
    def size(self) -> int:
        return len(self.body) + sum(len(name) + len(value) + _OVERHEAD for name, value in self.headers.items())


class Answers:
    """The answers last asked for, within so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._lock = Lock()
        self._turns = [Lock() for _ in range(_TURNS)]

    def get(self, key: Key, seconds: float) -> Answer | None:
        """The answer under this key, unless it was made longer than so many seconds ago."""
        with self._lock:
            found = self._answers.get(key)
            if found is None or now() - found.made_at >= seconds:
                return None
            self._answers.move_to_end(key)
            return found

    def knows(self, key: Key) -> bool:
        """Whether it was answered before, however long ago."""
        return key in self._answers

    def put(self, key: Key, answer: Answer) -> None:
        with self._lock:
            self._forget(key)
            self._answers[key] = answer
            self.bytes += answer.size
            while self.bytes > self.most_bytes:
                self._forget(next(iter(self._answers)))

    def clear(self) -> None:
        with self._lock:
            self._answers.clear()
            self.bytes = 0

    @contextmanager
    def turn(self, key: Key) -> Iterator[None]:
        """One at a time makes an answer; who waited finds it made."""
        lock = self._turns[hash(key) % _TURNS]
        mine = lock.acquire(timeout=_PATIENCE)
        try:
            yield
        finally:
            if mine:
                lock.release()

    def _forget(self, key: Key) -> None:
        gone = self._answers.pop(key, None)
        if gone is not None:
            self.bytes -= gone.size


def now() -> float:
    return time.monotonic()


def kept(view: View) -> View:
    """The view answers everyone alike: by the path and the city of ?tz=, by no cookie and no other parameter."""
    view.is_kept = True  # type: ignore[attr-defined]
    return view


def may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    """What the view promised is looked at once more: one header that makes an answer somebody's own is enough."""
    view = getattr(request.resolver_match, "func", None)
    control = response.get("Cache-Control", "")
    return (
        getattr(view, "is_kept", False)
        and getattr(view, "door", "") == "public"
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "public" in control
        and "private" not in control
        and "no-" not in control
        and response.get("Vary", "").lower() in ("", "accept-encoding")
    )
