"""An .xlsx file as records: values only, no formula is calculated, and nothing is unpacked beyond its limits."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from registrations.platforms.decoding import plain
from registrations.platforms.limits import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED,
)
from registrations.platforms.records import Problems, Record
from registrations.platforms.rows import Unreadable

_NO_WORKBOOK = _("This file is no Excel file that can be read.")
_BOMB = _("This Excel file unpacks to more than any report holds.")
_FAULTS = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    OSError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
)


class Workbook:
    """The visible sheets of an .xlsx file."""

    def __init__(self, file: BinaryIO) -> None:
        _check(file)
        self._file = file
        try:
            book = self._book()
            self.ways = tuple(sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible")
            book.close()
        except _FAULTS:
            raise Unreadable(None, _NO_WORKBOOK) from None

    def _book(self) -> openpyxl.Workbook:
        self._file.seek(0)
        return openpyxl.load_workbook(self._file, read_only=True, data_only=True, keep_links=False)

    def records(self, way: str, problems: Problems) -> Iterator[Record]:
        line = 0
        try:
            book = self._book()
            sheet = book[way]
            # The size that a sheet states of itself need not be true.
            sheet.reset_dimensions()
            for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                if len(cells) > MAX_COLUMNS:
                    raise Unreadable(line, _("This line has more columns than any report."))
                yield Record(line, [_text(cell) for cell in cells])
            book.close()
        except _FAULTS:
            raise Unreadable(line + 1, _NO_WORKBOOK) from None


def _check(file: BinaryIO) -> None:
    """Refuse a bomb by what the archive says of itself, before anything is unpacked; zipfile holds it to its word."""
    file.seek(0, 2)
    size = file.tell()
    if size > MAX_BYTES:
        raise Unreadable(
            None, format_lazy(_("The file is longer than {megabytes} MB."), megabytes=MAX_BYTES // 1024**2)
        )
    try:
        parts = zipfile.ZipFile(file).infolist()
    except _FAULTS:
        raise Unreadable(None, _NO_WORKBOOK) from None
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > max(size * MAX_RATIO, 1024**2):
        raise Unreadable(None, _BOMB)
    if not any(part.filename.startswith("xl/") for part in parts):
        raise Unreadable(None, _NO_WORKBOOK)


def _text(value: object) -> str:
    """A cell as a report would write it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat(" ")
    if isinstance(value, time):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return plain(str(value)).strip()
