"""Read a JSON object field by field; every complaint is one line that says where it stands."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, time
from typing import Any

from iatp_events.lib import languages, zones

Texts = dict[str, str]
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class BadFile(Exception):
    """The file cannot be loaded; the message is one line that names the place in it."""


class Fields:
    """One JSON object. null and a missing field mean the same: not known."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise BadFile(f"{where}: must be an object, not {_kind(value)}.")
        self.where = where
        self._values: dict[str, Any] = value
        self._read: set[str] = set()

    def wrong(self, name: str, why: str) -> BadFile:
        return BadFile(f"{self.where}.{name}: {why}")

    def unread(self) -> list[str]:
        """Fields that nobody asked for, except notes: they are for those who read the file."""
        return [
            f"{self.where}.{name}" for name in self._values if name not in self._read and not name.endswith("_note")
        ]

    def text(self, name: str, *, longest: int, required: bool = False) -> str:
        value = self._get(name, str, "a text", required=required)
        return "" if value is None else self._checked_text(name, value, longest)

    def slug(self, name: str) -> str:
        value = self.text(name, longest=80, required=True)
        if not _SLUG.fullmatch(value):
            raise self.wrong(name, f"“{value}” may hold only small letters, digits and hyphens.")
        return value

    def texts(self, name: str, *, required: bool = False) -> Texts:
        """A text per language, such as {"es": "…", "en": "…"}."""
        value = self._get(name, dict, 'an object such as {"en": "…"}', required=required)
        found = {}
        for code, text in (value or {}).items():
            self._check_language(name, code)
            if not isinstance(text, str):
                raise self.wrong(f"{name}.{code}", f"must be a text, not {_kind(text)}.")
            found[code] = self._checked_text(name, text, 20_000)
        found = {code: text for code, text in found.items() if text}
        if required and not found:
            raise self.wrong(name, "is missing.")
        return found

    def lists_of_texts(self, name: str) -> dict[str, list[str]]:
        """A list of texts per language, such as {"en": ["…", "…"]}."""
        value = self._get(name, dict, 'an object such as {"en": ["…"]}') or {}
        for code, items in value.items():
            self._check_language(name, code)
            if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
                raise self.wrong(f"{name}.{code}", "must be a list of texts.")
        return {
            code: [self._checked_text(name, item, 2_000) for item in items] for code, items in value.items() if items
        }

    def number(self, name: str, *, lowest: int, highest: int, required: bool = False) -> int | None:
        value: int | None = self._get(name, int, "a whole number", required=required)
        if value is not None and not lowest <= value <= highest:
            raise self.wrong(name, f"{value} is not between {lowest} and {highest}.")
        return value

    def choice(self, name: str, choices: Collection[str]) -> str:
        value = self.text(name, longest=200)
        if value and value not in choices:
            raise self.wrong(name, f"“{value}” is not one of {', '.join(choices)}.")
        return value

    def zone(self, name: str) -> str:
        value = self.text(name, longest=64)
        if value and not zones.exists(value):
            raise self.wrong(name, f"“{value}” is not a time zone such as America/Santiago.")
        return value

    def day(self, name: str) -> date | None:
        value = self.text(name, longest=200)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise self.wrong(name, f"“{value}” is not a date such as 2024-11-28.") from None

    def hour(self, name: str) -> time | None:
        value = self.text(name, longest=200)
        try:
            found = time.fromisoformat(value) if value else None
        except ValueError:
            found = time.max
        if found and (found.tzinfo or found.second or found.microsecond):
            raise self.wrong(name, f"“{value}” is not an hour such as 11:00.")
        return found

    def object(self, name: str) -> Fields | None:
        value = self._get(name, dict, "an object")
        return None if value is None else Fields(value, f"{self.where}.{name}")

    def objects(self, name: str) -> list[Fields]:
        values = self._get(name, list, "a list") or []
        return [Fields(value, f"{self.where}.{name}[{position}]") for position, value in enumerate(values)]

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def _get(self, name: str, kind: type, called: str, *, required: bool = False) -> Any:
        self._read.add(name)
        value = self._values.get(name)
        if value is None:
            if required:
                raise self.wrong(name, "is missing.")
            return None
        # In Python True is a number; in the file it is a mistake.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.wrong(name, f"must be {called}, not {_kind(value)}.")
        return value

    def _checked_text(self, name: str, value: str, longest: int) -> str:
        if "\x00" in value:
            raise self.wrong(name, "holds a NUL character.")
        if len(value) > longest:
            raise self.wrong(name, f"is longer than {longest} characters.")
        return value.strip()

    def _check_language(self, name: str, code: str) -> None:
        if code not in languages.CODES:
            raise self.wrong(name, f"“{code}” is not one of the languages {', '.join(languages.CODES)}.")


def _kind(value: object) -> str:
    kinds = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return kinds.get(type(value), "null")
