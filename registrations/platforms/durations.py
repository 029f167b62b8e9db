"""Lengths of time as reports write them. What cannot be read is unknown, never nought."""

from __future__ import annotations

import re
from functools import lru_cache

from iatp_events.lib.folding import fold

_AND = r"[\s,]*(?:(?:y|e|et|and)\s)?\s*"
_WORDS = re.compile(
    rf"(?:(?P<hours>\d{{1,3}})\s*h(?:rs?|oras?|ours?|eures?)?\b\.?)?{_AND}"
    rf"(?:(?P<minutes>\d{{1,5}})\s*m(?:n|ins?|inutos?|inutes?)?\b\.?)?{_AND}"
    r"(?:(?P<seconds>\d{1,6})\s*s(?:egs?|ecs?|egundos?|econde?s?)?\b\.?)?"
)
_CLOCK = re.compile(r"(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d)")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?")
# "1h27m51s": a letter and the digit after it are one word to a regular expression.
_GLUED = re.compile(r"(?<=[a-z])(?=\d)")
_LONGEST_TEXT = 60
_LONGEST = 7 * 24 * 3600


def read(text: str, unit: int = 60) -> tuple[int, bool] | None:
    """Read one cell as seconds, and whether they are rounded to a coarser unit; None when it says nothing we know.

    unit: seconds in a bare number, by the column's header ("Duration (Minutes)").
    "1:27" may be hours or minutes, so it is unknown; "0:57:10" is not.
    """
    return _read(text, unit) if len(text) <= _LONGEST_TEXT else None


@lru_cache(maxsize=5_000)
def _read(text: str, unit: int) -> tuple[int, bool] | None:
    plain = _GLUED.sub(" ", fold(text))
    if _NUMBER.fullmatch(plain):
        seconds, rounded = round(float(plain.replace(",", ".")) * unit), unit > 1
    elif (match := _CLOCK.fullmatch(plain) or _WORDS.fullmatch(plain)) and any(match.groups()):
        hours, minutes, rest = (int(match[part] or 0) for part in ("hours", "minutes", "seconds"))
        seconds, rounded = hours * 3600 + minutes * 60 + rest, match["seconds"] is None
    else:
        return None
    return (seconds, rounded) if seconds <= _LONGEST else None


def unit(header: str) -> int:
    """How many seconds a bare number stands for below this header; minutes where it does not say."""
    words = fold(header)
    if re.search(r"\b(?:second|segund)", words):
        return 1
    return 3600 if re.search(r"\((?:hours|horas|heures)\)", words) else 60
