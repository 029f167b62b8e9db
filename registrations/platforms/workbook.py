"""An .xlsx file as records: values only, no formula is calculated, and nothing is unpacked beyond its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

import openpyxl
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from registrations.platforms import unpacking
from registrations.platforms.decoding import plain
from registrations.platforms.limits import MAX_COLUMNS, MAX_LINES
from registrations.platforms.records import Problems, Record, unwrapped
from registrations.platforms.rows import Unreadable
from registrations.platforms.unpacking import FAULTS, NO_WORKBOOK


class Workbook:
    """The visible sheets of an .xlsx file."""

    def __init__(self, file: BinaryIO) -> None:
        unpacking.check(file)
        file.seek(0)
        try:
            self._book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            self.ways = tuple(sheet.title for sheet in self._book.worksheets if sheet.sheet_state == "visible")
        except FAULTS:
            raise Unreadable(None, NO_WORKBOOK) from None
        if not self.ways:
            raise Unreadable(None, NO_WORKBOOK)

    def records(self, way: str, problems: Problems) -> Iterator[Record]:
        line = 0
        try:
            sheet = self._book[way]
            # The size that a sheet states of itself need not be true.
            sheet.reset_dimensions()
            for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                if line > MAX_LINES:
                    raise Unreadable(line, format_lazy(_("The file has more than {rows} rows."), rows=MAX_LINES))
                if len(cells) > MAX_COLUMNS:
                    raise Unreadable(line, _("This line has more columns than any report."))
                yield Record(line, _cells(cells))
        except FAULTS:
            raise Unreadable(line + 1, NO_WORKBOOK) from None


def _cells(values: Sequence[object]) -> list[str]:
    texts = [_text(value) for value in values]
    return unwrapped(texts[:1]) if texts and not any(texts[1:]) else texts


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
