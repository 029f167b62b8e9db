"""The same session in the shapes in which its files really arrive: re-saved, shuffled, re-encoded, opened in Excel."""

import csv
import io
import random
from unicodedata import normalize

import openpyxl
import pytest

from registrations.platforms import dates, reading
from registrations.platforms.rows import Flag, Meaning, Unmapped
from tests.registrations.platforms import exports
from tests.registrations.platforms.truth import minutes, people, report, sample, true_minutes

ZOOM = sample("zoom_meeting_participants_en.csv").decode("utf-8-sig")
TEAMS = sample("teams_attendance_report_en_utf16le.csv").decode("utf-16")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


def cells(text: str, delimiter=",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def shuffled(rows: list[list[str]], seed: int) -> list[list[str]]:
    order = list(range(len(rows[0])))
    random.Random(seed).shuffle(order)
    return [[row[place] for place in order] for row in rows]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", [ZOOM, TEAMS], ids=["zoom", "teams"])
def test_every_encoding_reads_the_same(text, encoding):
    assert minutes(text.encode(encoding)) == true_minutes()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_line_end_reads_the_same(ends):
    assert minutes(ends.join(ZOOM.splitlines()).encode()) == true_minutes()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_spreadsheet_may_have_saved_it_again(delimiter, encoding):
    text = normalize("NFC", exports.table(*cells(ZOOM), delimiter=delimiter))

    assert minutes(text.encode(encoding)) == true_minutes()


def wrapped(line: str) -> str:
    return '"' + line.replace('"', '""') + '"' if '"' in line else line


def test_a_spreadsheet_with_another_delimiter_may_have_put_whole_lines_into_one_cell():
    lines = exports.table(*cells(ZOOM)).splitlines()
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append([line])
    saved = io.BytesIO()
    book.save(saved)

    assert minutes("\n".join(map(wrapped, lines)).encode("utf-8-sig")) == true_minutes()
    assert minutes(saved.getvalue()) == true_minutes()


@pytest.mark.parametrize("seed", range(8))
def test_columns_may_stand_in_any_order(seed):
    assert minutes(exports.table(*shuffled(cells(ZOOM), seed)).encode()) == true_minutes()


@pytest.mark.parametrize("seed", range(8))
def test_two_columns_of_one_name_are_told_apart_in_any_order(seed):
    flat = cells(exports.zoom_flat())

    assert minutes(exports.table(*shuffled(flat, seed)).encode()) == minutes(exports.table(*flat).encode())


@pytest.mark.parametrize("seed", range(3))
def test_lines_may_stand_in_any_order(seed):
    head, *rows = cells(ZOOM)
    random.Random(seed).shuffle(rows)

    assert minutes(exports.table(head, *rows).encode()) == true_minutes()


@pytest.mark.parametrize(
    "written",
    [exports.US, exports.US_24, exports.DAY_FIRST, exports.DAY_FIRST_12, "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S"],
)
def test_dates_are_read_however_they_are_written(written):
    assert minutes(exports.zoom(written=written).encode()) == true_minutes()


def test_without_any_address_people_are_told_apart_by_their_names():
    found = people(exports.zoom(addresses=False).encode())

    assert minutes(exports.zoom(addresses=False).encode()) == true_minutes(addresses=False)
    assert [person.name for person in found if Flag.NAMESAKES in person.flags] == ["José Luis Rodríguez"] * 2


def test_sections_may_come_in_another_order_and_without_the_summary():
    first, second, third = (f"{number}. " for number in (1, 2, 3))
    parts = [TEAMS[TEAMS.index(title) :] for title in (first, second, third)]
    summary, participants, activities = parts[0][: -len(parts[1])], parts[1][: -len(parts[2])], parts[2]

    for text in (activities + "\n" + participants + "\n" + summary, activities):
        assert minutes(text.encode("utf-16")) == true_minutes()


def test_the_first_of_numbered_sections_is_the_summary_whatever_its_columns_are_called():
    alike = TEAMS.replace("First Join", "Join Time").replace("Last Leave", "Leave Time")

    assert minutes(alike.encode("utf-16")) == true_minutes()


def test_a_row_is_not_taken_for_a_header_by_its_words():
    asked = reading.read(io.BytesIO(exports.live_event().replace("FullName", "Wer").encode()))

    assert isinstance(asked, Unmapped)
    assert asked.line == 1


def test_a_fourth_section_adds_nobody():
    engagement = "\r\n4. Meeting Engagement\r\nName\tEmail\tRaised hand\r\nAna Ruiz\tana@apl.example\t3\r\n"

    assert minutes((TEAMS + engagement).encode("utf-16")) == true_minutes()


def test_a_second_device_of_one_address_counts_once():
    device = "João Araújo (iPhone),JOAO.ARAUJO@apl.example,11/28/2024 11:20:00 AM,11/28/2024 12:00:00 PM,40,Yes,,No\n"

    found = {person.email: person for person in people((ZOOM + device).encode())}

    assert found["joao.araujo@apl.example"].seconds == 4978 + 300
    assert found["joao.araujo@apl.example"].names == ("João Araújo", "João Araújo (iPhone)")


def test_a_stated_length_shorter_than_the_hours_counts():
    shorter = ZOOM.replace("12:30:44 PM,93,", "12:30:44 PM,45,")

    found = {person.email: person.seconds for person in people(shorter.encode())}

    assert found["mjnunez@cluster-agro.example"] == 45 * 60


def test_a_length_that_is_only_rounded_down_changes_nothing():
    rounded = ZOOM.replace("11:30:00 AM,29,", "11:30:00 AM,28,")

    assert minutes(rounded.encode()) == true_minutes()


def test_an_unreadable_length_is_unknown_and_never_nought():
    broken = ZOOM.replace("12:30:44 PM,93,", "12:30:44 PM,##,")

    read = report(broken.encode())

    row = next(row for row in read.rows if row.email == "mjnunez@cluster-agro.example")
    assert (row.seconds, row.flags) == (None, {Flag.UNREADABLE_DURATION})
    assert [(problem.line, str(problem.what)) for problem in read.problems] == [
        (7, "“##” is no length that can be read.")
    ]
    assert minutes(broken.encode()) == true_minutes()


def test_an_unreadable_hour_leaves_the_minutes_unknown():
    broken = ZOOM.replace("11/28/2024 10:58:31 AM,11/28/2024 12:30:44 PM,93", "a las diez,11/28/2024 12:30:44 PM,")

    found = {person.email: person.seconds for person in people(broken.encode())}

    assert found["mjnunez@cluster-agro.example"] is None


def test_whoever_left_before_joining_has_unknown_minutes():
    turned = ZOOM.replace("11/28/2024 10:58:31 AM", "11/28/2024 12:58:31 PM")

    found = {person.email: person.seconds for person in people(turned.encode())}

    assert found["mjnunez@cluster-agro.example"] is None


def test_a_workbook_reads_like_the_file_it_came_from():
    book = openpyxl.Workbook()
    head, *rows = cells(ZOOM)
    book.active.append(["Sesión 2"])
    book.active.append([])
    book.active.append(head)
    for row in rows:
        times = [dates.read(cell).at(dates.DateOrder.MONTH_FIRST) for cell in row[2:4]]
        book.active.append([*row[:2], *times, int(row[4]), *row[5:]])
    book.create_sheet("Otra").append(["Nombre", "Correo"])
    saved = io.BytesIO()
    book.save(saved)

    assert minutes(saved.getvalue()) == true_minutes()


def test_hours_in_a_column_nobody_knows_are_asked_about_and_remembered():
    unknown = ZOOM.replace("Join Time", "Kommt").replace("Leave Time", "Geht")
    asked = reading.read(io.BytesIO(unknown.encode()))

    assert isinstance(asked, Unmapped)
    assert asked.header[:4] == ("Name (Original Name)", "User Email", "Kommt", "Geht")
    assert (asked.line, len(asked.preview), asked.suggested[1]) == (1, 5, Meaning.EMAIL)

    told = {
        0: Meaning.NAME,
        1: Meaning.EMAIL,
        2: Meaning.JOINED,
        3: Meaning.LEFT,
        4: Meaning.DURATION,
        7: Meaning.WAITING,
    }
    read = reading.read(io.BytesIO(unknown.encode()), remembered={asked.fingerprint: told})
    assert [(row.line, row.email) for row in read.rows] == [(row.line, row.email) for row in report(ZOOM.encode()).rows]


def test_a_table_without_a_header_loses_nobody():
    rows = ("Ana,ana@apl.example,Chile,60", "Luz,luz@apl.example,Peru,30")
    raw = "\n".join(rows).encode()

    asked = reading.read(io.BytesIO(raw))
    told = {asked.fingerprint: {0: Meaning.NAME, 1: Meaning.EMAIL, 3: Meaning.DURATION}}
    read = reading.read(io.BytesIO(raw), remembered=told)
    other = reading.read(io.BytesIO(raw.replace(b"Ana", b"Eva")), remembered=told)

    assert (asked.line, asked.header, len(asked.preview)) == (0, ("", "", "", ""), 2)
    assert [(row.line, row.name, row.seconds) for row in read.rows] == [(1, "Ana", 3600), (2, "Luz", 1800)]
    assert isinstance(other, Unmapped)


def test_a_header_that_says_nothing_at_all_is_asked_about():
    strange = exports.table(
        ["Wer", "Wo", "Wann"], ["Ana", "Bogotá", "gestern"], ["Luz", "Lima", "heute"], delimiter=";"
    )

    asked = reading.read(io.BytesIO(strange.encode()))

    assert isinstance(asked, Unmapped)
    assert (asked.header, asked.preview) == (
        ("Wer", "Wo", "Wann"),
        (("Ana", "Bogotá", "gestern"), ("Luz", "Lima", "heute")),
    )


def test_the_next_layout_is_read_by_what_its_columns_are_like():
    header = (
        "Nombre de la persona asistente,Correo de contacto,Momento de entrada,Momento de salida,Duración aproximada,"
        "Externa,Consentimiento,Estuvo en sala de espera"
    )

    assert minutes((header + ZOOM[ZOOM.index("\n") :]).encode()) == true_minutes()
