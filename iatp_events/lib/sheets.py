"""Rows as spreadsheets read them: no cell is taken for a formula."""

import csv
from collections.abc import Iterable, Iterator

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


def neutral(value: object) -> str:
    """The text of a cell; what a spreadsheet would calculate gets an apostrophe before it."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """CSV line by line (RFC 4180), after a mark by which spreadsheets know that it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in row])
