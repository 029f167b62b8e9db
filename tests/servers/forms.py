"""The registration form as people fill it in, and as a page shows it to them."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser
from typing import Any


def filled(name: str, email: str, *sessions: int, **changes: Any) -> dict[str, Any]:
    """What a person types at least; a change to None leaves the field away."""
    typed: dict[str, Any] = {
        "full_name": name,
        "email": email,
        "country": "CO",
        "timezone": "America/Bogota",
        "language": "es",
        "sessions": [str(number) for number in sessions],
        "code_of_conduct": "on",
    }
    return {field: value for field, value in (typed | changes).items() if value is not None}


def shown(page: str) -> dict[str, list[str]]:
    """What the forms of a page would send as they stand: the values that a person finds filled in."""
    reader = _Reader()
    reader.feed(page)
    return dict(reader.values)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = defaultdict(list)
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.values[name].append(value or ("on" if given.get("type") == "checkbox" else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.values[self._select].append(value)
        elif tag == "textarea":
            self._textarea = name
            self.values[name].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # The browser drops the line break that stands right after the opening tag.
            self.values[self._textarea][-1] = self.values[self._textarea][-1].removeprefix("\n")
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea][-1] += data
