"""Who came, without hours: a sign-in sheet typed into a table, a list of addresses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from registrations.platforms import cells, dates, names
from registrations.platforms.cells import Left, Reader
from registrations.platforms.columns import Columns
from registrations.platforms.limits import MAX_ROWS
from registrations.platforms.records import Problems, Record
from registrations.platforms.rows import Meaning, Role, Row, Unreadable

_BETWEEN = re.compile(r"[<>,;:\"()\[\]|\s]+")
_APART = re.compile(r"[<>,;:\"()\[\]|\t]+")
_LONGEST = 400  # characters of a line with one person
# How many of the lines without a header must hold an address for the file to be a list of them.
_SHARE = 0.8


def sheet(records: Iterable[Record], head: Columns, problems: Problems) -> tuple[list[Row], Counter[Left]]:
    """Read the rows below the header of a list.

    Where some have signed, who has not did not come; where nobody has, the sheet was typed without its signatures.
    """
    reader = Reader(head, Role.AUDIENCE, problems)
    rows: list[Row] = []
    unsigned: list[Row] = []
    left_out: Counter[Left] = Counter()
    for record in records:
        if not record.filled:
            continue
        row = reader.read(record)
        if isinstance(row, Left):
            left_out[row] += 1
        elif reader.cell(record, Meaning.SIGNATURE):
            rows.append(row)
        else:
            unsigned.append(row)
        _refuse_endless(record, len(rows) + len(unsigned))
    if Meaning.SIGNATURE not in head.place or not rows:
        return unsigned, left_out
    for row in unsigned:
        problems.add(row.line, _("Others have signed and this person has not: not counted."))
    left_out[Left.NO_SHOW] += len(unsigned)
    return rows, left_out


def _refuse_endless(record: Record, rows: int) -> None:
    if rows > MAX_ROWS:
        raise Unreadable(record.line, format_lazy(_("The file has more than {rows} rows."), rows=MAX_ROWS))


def is_addresses(head: Sequence[Record]) -> bool:
    """Whether nearly every line is an address, alone, with others, or with a name, and nothing more."""
    lines = [record for record in head if record.filled]
    fit = sum(_is_person(" ".join(record.filled)) for record in lines)
    return bool(lines) and fit >= len(lines) * _SHARE


def _is_person(text: str) -> bool:
    found = _addresses(text)
    rest = [piece.strip() for piece in _APART.split(text[:_LONGEST]) if piece.strip() and not _addresses(piece)]
    return bool(found) and (len(rest) <= 2 or len(found) > 1) and not any(dates.read(piece) for piece in rest)


def _addresses(text: str) -> list[str]:
    return [cells.plain_address(word) for word in _BETWEEN.split(text) if cells.is_address(word.casefold())]


def addresses(records: Iterable[Record], problems: Problems) -> list[Row]:
    """Read a list of addresses without a header; the name is what stands beside an address alone in its line."""
    rows: list[Row] = []
    for record in records:
        text = " ".join(record.filled)
        found = _addresses(text)
        if text and not found:
            problems.add(record.line, _("There is no address in this line."))
        words = [word for word in _BETWEEN.split(text) if not cells.is_address(word.casefold())]
        name, flags = names.clean(" ".join(words).strip()) if len(found) == 1 else ("", frozenset())
        rows += [
            Row(
                record.line,
                name,
                "",
                address,
                "",
                Role.AUDIENCE,
                None,
                None,
                None,
                False,
                flags if name else frozenset(),
            )
            for address in found
        ]
        _refuse_endless(record, len(rows))
    return rows


def is_header(head: Columns, record: Record) -> bool:
    return head.is_list and not cells.has_values(record)
