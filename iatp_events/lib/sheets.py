"""Rows as spreadsheets read them: no cell is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What XML cannot hold, and the names of sheets and cells cannot either.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_TITLE = re.compile(r"[\[\]:*?/\\]")
_LONGEST_TITLE, _LONGEST_CELL = 31, 32_767
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


def workbook(sheets: Iterable[tuple[str, Iterable[Iterable[object]]]]) -> bytes:
    """An XLSX file of sheets by title; the first row of each is its header. Numbers stay numbers, all else is text."""
    book = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(_NO_TITLE.sub(" ", title)[:_LONGEST_TITLE])
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["A"].width = 44
        for place, row in enumerate(rows):
            sheet.append([_cell(sheet, value, bold=place == 0) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(sheet: object, value: object, *, bold: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    if isinstance(value, int | float):
        cell.value = value
    else:
        cell.value = _UNWRITABLE.sub("", str(value))[:_LONGEST_CELL]
        # Else a text that begins like a formula would be one.
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
