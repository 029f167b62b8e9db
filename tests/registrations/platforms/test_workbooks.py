"""Excel files: what a report in one says, and what nobody should dress as one."""

import contextlib
import io
import random
import zipfile
from datetime import datetime, time, timedelta

import openpyxl
import pytest

from registrations.platforms import limits, reading
from registrations.platforms.rows import Report, Unreadable
from tests.registrations.platforms.test_hostile import refusal
from tests.registrations.platforms.truth import minutes, people, report

SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
HEAD = ("Name", "User Email", "Join Time", "Leave Time", "Duration")
JOINED, LEFT = datetime(2024, 11, 28, 11, 0), datetime(2024, 11, 28, 12, 0)  # noqa: DTZ001


def saved(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A sound workbook but for one part; its ballast keeps the ratio from telling."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(HEAD))) as sound,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in sound.namelist():
            archive.writestr(part, content if part == name else sound.read(part))
        archive.writestr("xl/media/ballast.bin", random.Random(1).randbytes(100_000))
    return file.getvalue()


def sheet(rows: bytes) -> bytes:
    return with_part("xl/worksheets/sheet1.xml", SHEET % rows)


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file.getvalue()


@pytest.mark.parametrize("length", [45, 45.0, "45 min", time(0, 45), timedelta(minutes=45)])
def test_hours_and_lengths_are_cells_of_any_kind(length):
    raw = saved(["Sesión 2"], [], HEAD, ("Ana", "ana@apl.example", JOINED, LEFT, length))

    assert minutes(raw) == [("ana", "ana@apl.example", 45 * 60)]


def test_formulas_are_not_calculated():
    raw = saved(HEAD, ("=1+1", "ana@apl.example", JOINED, LEFT, 60))

    assert [(person.names, person.email) for person in people(raw)] == [((), "ana@apl.example")]


def test_a_hidden_sheet_is_not_read():
    book = openpyxl.Workbook()
    book.active.append(("Nombre", "Correo"))
    book.active.append(("Luz", "luz@apl.example"))
    hidden = book.create_sheet("Todos")
    for row in (HEAD, ("Ana", "ana@apl.example", JOINED, LEFT, 60)):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)

    assert [row.email for row in report(file.getvalue()).rows] == ["luz@apl.example"]


def test_a_zip_bomb_dressed_as_a_workbook_is_refused_before_it_is_unpacked():
    assert "unpacks" in refusal(zipped(xl__workbook_dot_xml=b"0" * 20_000_000))[1]


def test_a_workbook_that_lies_about_its_size_is_refused():
    raw = saved(*[(f"Ana {number}", "2024-11-28 11:00:00") for number in range(50)])
    directory = raw.index(b"PK\x01\x02")
    at = raw.index(b"xl/worksheets/sheet1.xml", directory) - 46 + 24
    lying = raw[:at] + (100).to_bytes(4, "little") + raw[at + 4 :]

    assert refusal(lying)[1]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (b"<row>" + b"<c/>" * 300_000 + b"</row>", 1),
        (b"<row/><row>" + (b"<c/>" * 100_000 + b"<row/>") * 3 + b"</row>", 4),
        (b"<row>" * 1000 + b"</row>" * 1000, 2),
        (b"<row/><!--<row/>-->" + b"<c/>" * 100, 2),
        (b"<x/>" * 2_200_000, None),
        (b"<row " + b"a" * 2_000_000, None),
        (b"<row>" + b"<c/>" * 600 + b"</row>", 1),
    ],
)
def test_a_row_without_end_is_refused(rows, line):
    assert refusal(sheet(rows))[0] == line


def test_a_sheet_of_rows_that_are_not_there_ends():
    rows = b'<row r="1"><c t="inlineStr"><is><t>Name</t></is></c><c t="inlineStr"><is><t>Email</t></is></c></row>'

    assert refusal(sheet(rows + b'<row r="9000000000"/>'))[0] == limits.MAX_LINES + 1


def test_a_zip_of_something_else_is_refused():
    assert refusal(zipped(readme_dot_txt=b"hello"))[0] is None
    assert refusal(zipped(xl__workbook_dot_xml=b"<workbook/>"))[0] is None


def test_entities_are_not_unfolded():
    laughs = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>'

    assert refusal(with_part("xl/workbook.xml", laughs))[1]


@pytest.mark.parametrize("seed", range(60))
def test_bytes_thrown_in_anywhere_never_end_in_anything_but_an_answer(seed):
    chance = random.Random(seed)
    raw = bytearray(saved(HEAD, *[(f"Ana {number}", "", JOINED, LEFT, 60) for number in range(9)]))
    for _ in range(chance.randrange(1, 12)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)

    with contextlib.suppress(Unreadable):
        read = reading.read(io.BytesIO(bytes(raw)))
        assert not isinstance(read, Report) or read.rows
