"""From lines to cells, strict where leniency would put one person's row into another's name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from registrations.platforms.limits import MAX_COLUMNS, MAX_PROBLEMS, MAX_RECORD_LINES
from registrations.platforms.rows import Problem, Unreadable

DELIMITERS = ("\t", ";", ",")
# A cell with so many delimiters is a row; a name or a title has fewer.
_WRAPPED = 3
_NEVER_CLOSES = _("The quotation mark that opens in this line never closes: the rows after it would be lost in it.")


class Record(NamedTuple):
    """The cells of one row and the line it begins in."""

    line: int
    cells: list[str]

    @property
    def filled(self) -> list[str]:
        return [cell for cell in self.cells if cell]


class Problems:
    """What was found on the way; after MAX_PROBLEMS only counted."""

    def __init__(self) -> None:
        self._told: list[Problem] = []
        self._more = 0

    def add(self, line: int | None, what: object) -> None:
        if len(self._told) < MAX_PROBLEMS:
            self._told.append(Problem(line, what))  # type: ignore[arg-type]
        else:
            self._more += 1

    def told(self) -> tuple[Problem, ...]:
        more = [Problem(None, format_lazy(_("{count} more problems"), count=self._more))] if self._more else []
        return (*self._told, *more)


def split(lines: Iterable[tuple[int, str]], delimiter: str, problems: Problems) -> Iterator[Record]:
    """Cut lines into records by RFC 4180.

    A line with a NUL is left out and told. Raises Unreadable where a quotation mark never closes, naming its line.
    """
    taken: list[tuple[int, str]] = []
    reader = csv.reader(_fed(lines, taken, problems), delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable(taken[0][0] if taken else None, _NEVER_CLOSES) from None
        _check(taken, cells, delimiter)
        yield Record(taken[0][0], [cell.strip() for cell in unwrapped(cells, (delimiter,))])
        taken.clear()


def unwrapped(cells: list[str], delimiters: Iterable[str] = DELIMITERS) -> list[str]:
    """Cut a row that lies in one cell whole: a spreadsheet whose delimiter is another opened the file and saved it."""
    if len(cells) != 1:
        return cells
    delimiter = max(delimiters, key=cells[0].count)
    if cells[0].count(delimiter) < _WRAPPED or "\n" in cells[0]:
        return cells
    return next(csv.reader([cells[0]], delimiter=delimiter), cells)


def _fed(lines: Iterable[tuple[int, str]], taken: list[tuple[int, str]], problems: Problems) -> Iterator[str]:
    for number, line in lines:
        if "\0" in line:
            problems.add(number, _("This line holds characters that are no text, and was left out."))
            continue
        taken.append((number, line))
        if len(taken) > MAX_RECORD_LINES:
            raise Unreadable(taken[0][0], _NEVER_CLOSES)
        yield f"{line}\n"


def _check(taken: list[tuple[int, str]], cells: list[str], delimiter: str) -> None:
    """Refuse a record that has swallowed others: its quotes do not hold when read strictly, or a row lies in a cell."""
    first = taken[0][0]
    if len(cells) > MAX_COLUMNS:
        raise Unreadable(first, _("This line has more columns than any report."))
    if len(taken) == 1 and taken[0][1].count('"') % 2 == 0:
        return
    try:
        list(csv.reader([f"{line}\n" for _number, line in taken], delimiter=delimiter, strict=True))
    except csv.Error:
        raise Unreadable(first, _NEVER_CLOSES) from None
    row = max(len(cells) - 1, 2)
    if any(line.count(delimiter) >= row for cell in cells if "\n" in cell for line in cell.split("\n")):
        raise Unreadable(first, _NEVER_CLOSES)
