"""Parts of pages, rendered once and kept in the process for as long as nothing they show has changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from typing import Any

from django.conf import settings
from django.db.models import Model


class Kept:
    """The parts last asked for, each under everything it was made of; what changed has another key.

    A key that leaves out something the part shows would serve it stale: name the rows, not their identifiers.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._parts: OrderedDict[bytes, str] = OrderedDict()
        self._lock = Lock()

    def get(self, made_of: list[Any], render: Callable[[], str]) -> str:
        if settings.DEBUG:
            # Whoever edits a template wants to see it.
            return render()
        key = _digest([settings.SITE_URL, *made_of])
        with self._lock:
            part = self._parts.pop(key, None)
        part = render() if part is None else part
        with self._lock:
            self._parts[key] = part
            while len(self._parts) > self.size:
                self._parts.popitem(last=False)
        return part

    def clear(self) -> None:
        self._parts.clear()


def _digest(parts: list[Any]) -> bytes:
    return blake2b(repr(_values(parts)).encode(), digest_size=20).digest()


def _values(part: Any) -> Any:
    if isinstance(part, Model):
        return _row(part)
    return [_values(one) for one in part] if isinstance(part, (list, tuple)) else part


def _row(row: Model) -> bytes:
    """The row's values in short; a page names the same row for several of its parts."""
    found: bytes | None = vars(row).get("_told")
    if found is None:
        values = [value for name, value in vars(row).items() if not name.startswith("_")]
        found = vars(row)["_told"] = blake2b(repr(values).encode(), digest_size=20).digest()
    return found
