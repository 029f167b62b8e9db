"""Colleagues as somebody pastes them: a line each, from a mail, a spreadsheet or a list. No database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from registrations.models.attendees import normalise

LONGEST_LINE = 500
LONGEST_NAME = 200
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]+@[^\s<>,;:\"()\[\]]+")
# What spreadsheets, mail programs and people put around names and addresses.
_AROUND = " ,;:<>()[]\"“”„«»'’‘´`"


class Problem(StrEnum):
    """Why a line cannot be read as one colleague."""

    NO_ADDRESS = "no_address"
    NO_NAME = "no_name"
    SEVERAL = "several"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_A_NAME = "not_a_name"
    TOO_LONG = "too_long"
    DOUBLE = "double"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Line:
    """number: as an editor counts, from 1; text: as it was pasted, without what nobody sees."""

    number: int
    text: str
    name: str = ""
    address: str = ""
    problem: Problem | None = None


def count(text: str) -> int:
    """How many lines say something."""
    return sum(1 for line in text.splitlines() if line.strip())


def read(text: str) -> list[Line]:
    """Every line that says something, with a name and an address or the problem; a double names its own address."""
    return list(_doubles_marked(_lines(text)))


def _lines(text: str) -> Iterator[Line]:
    for number, raw in enumerate(text.splitlines(), start=1):
        if line := _visible(raw):
            yield _read(number, line)


def _visible(raw: str) -> str:
    """Without byte order marks and other signs that nobody sees; every kind of blank is a blank."""
    seen = (sign for sign in raw if unicodedata.category(sign) != "Cf")
    return " ".join("".join(" " if unicodedata.category(sign) in ("Cc", "Zs") else sign for sign in seen).split())


def _read(number: int, text: str) -> Line:
    if len(text) > LONGEST_LINE:
        return Line(number, text, problem=Problem.TOO_LONG)
    found = [address.strip("'’‘.") for address in _ADDRESS.findall(text.replace("mailto:", ""))]
    # “ana@example.org <ana@example.org>” is one address without a name.
    addresses = list(dict.fromkeys(found))
    name = _ADDRESS.sub(" ", text.replace("mailto:", "")).strip(_AROUND)
    name = " ".join(name.split())
    line = Line(number, text, name, addresses[0] if addresses else "")
    return replace(line, problem=_problem(line, len(addresses)))


def _problem(line: Line, addresses: int) -> Problem | None:
    if not addresses:
        return Problem.NO_ADDRESS
    if addresses > 1:
        return Problem.SEVERAL
    if not line.name:
        return Problem.NO_NAME
    if len(line.name) > LONGEST_NAME:
        return Problem.TOO_LONG
    # A name that leads somewhere would be a link in somebody's mail.
    if not line.name.isprintable() or any(sign in line.name for sign in "@/\\"):
        return Problem.NOT_A_NAME
    # Left over where more than an address stands between them.
    if "<" in line.name or ">" in line.name:
        return Problem.NOT_AN_ADDRESS
    if not any(sign.isalpha() for sign in line.name):
        return Problem.NOT_A_NAME
    return None


def _doubles_marked(lines: Iterator[Line]) -> Iterator[Line]:
    seen: set[str] = set()
    for line in lines:
        if not line.address or line.problem == Problem.SEVERAL:
            yield line
            continue
        try:
            compared = normalise(line.address)
        except ValueError:
            yield replace(line, problem=line.problem or Problem.NOT_AN_ADDRESS)
            continue
        yield replace(line, problem=Problem.DOUBLE) if compared in seen else line
        seen.add(compared)
