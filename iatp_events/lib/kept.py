"""Pages rendered once and kept in the process, for as long as nothing they show has changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.db.models import Model


class Kept:
    """The pages last asked for, each under everything it was made of; what changed has another key.

    A key that leaves out something the page shows would serve it stale: name the rows, not their identifiers.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._pages: OrderedDict[bytes, str] = OrderedDict()

    def get(self, made_of: list[Any], render: Callable[[], str]) -> str:
        if settings.DEBUG:
            # Whoever edits a template wants to see it.
            return render()
        key = _digest([settings.SITE_URL, *made_of])
        page = self._pages.pop(key, None)
        self._pages[key] = page = render() if page is None else page
        while len(self._pages) > self.size:
            self._pages.pop(next(iter(self._pages)), None)
        return page


def _digest(parts: list[Any]) -> bytes:
    told = repr([_values(part) if isinstance(part, Model) else part for part in parts])
    return blake2b(told.encode(), digest_size=20).digest()


def _values(row: Model) -> list[Any]:
    return [value for name, value in vars(row).items() if not name.startswith("_")]
