"""Files for spreadsheets: nothing in them is calculated, and whatever people typed can be written."""

import io

import pytest
from openpyxl import load_workbook

from iatp_events.lib import sheets

HOSTILE = ["=1+1", "@SUM(A1)", "+1", "-1", '=HYPERLINK("https://example.org")', "\t=1"]


def read(content: bytes) -> dict[str, list[list[object]]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    content = sheets.workbook([("Figures", [["Name"], [text]])])

    cell = load_workbook(io.BytesIO(content))["Figures"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    assert "".join(sheets.lines([[text]])).removeprefix("\ufeff").strip('"\r\n')[:1] == "'"


def test_numbers_stay_numbers_and_each_sheet_has_its_rows() -> None:
    content = sheets.workbook([("Figures", [["Figure", "Number"], ["Present", 183]]), ("Countries", [["Country"]])])

    assert read(content) == {"Figures": [["Figure", "Number"], ["Present", 183]], "Countries": [["Country"]]}


def test_what_a_file_cannot_hold_is_left_out() -> None:
    content = sheets.workbook([("A/B: [c]?" + "x" * 40, [["\x00a\x0b\ud800b"], ["y" * 40_000]])])

    ((title, rows),) = read(content).items()
    assert (len(title), rows[0], len(str(rows[1][0]))) == (31, ["ab"], 32_767)
