"""Files that nobody should send: a clear refusal naming the line, or a row told of, and never much memory."""

import contextlib
import io
import random

import pytest

from registrations.platforms import limits, reading
from registrations.platforms.rows import Flag, Report, Unreadable
from tests.registrations.platforms.truth import report, sample

HEAD = "Name,User Email,Join Time,Leave Time,Duration (Minutes)"
ROW = "Ana Ruiz,ana@apl.example,11/28/2024 11:00:00 AM,11/28/2024 12:00:00 PM,60"
ZOOM = sample("zoom_meeting_participants_en.csv").decode("utf-8-sig")


def refusal(raw: bytes) -> tuple[int | None, str]:
    with pytest.raises(Unreadable) as refused:
        reading.read(io.BytesIO(raw))
    return refused.value.line, str(refused.value)


@pytest.mark.parametrize("line", [2, 7, 13, 30])
def test_a_quote_that_never_closes_names_its_line(line):
    lines = ZOOM.splitlines()
    lines[line - 1] = '"' + lines[line - 1].lstrip('"')

    at, what = refusal("\n".join(lines).encode())

    assert at == line
    assert "never closes" in what


def test_a_quote_that_closes_in_another_persons_row_swallows_nobody():
    raw = f'{HEAD}\n"Ana,ana@apl.example,1,2,3\n{ROW}\nLuz",luz@apl.example,4,5,6\n'

    assert refusal(raw.encode())[0] == 2


def test_a_cell_that_runs_over_page_after_page_is_taken_for_a_quote_left_open():
    lines = "\n".join(["x"] * limits.MAX_RECORD_LINES)

    assert refusal(f'{HEAD}\n"{lines}\nAna",ana@apl.example,,,\n'.encode())[0] == 2
    assert len(report(f'{HEAD}\n"Ana\nRuiz",ana@apl.example,,,5\n'.encode()).rows) == 1


def test_what_nobody_sees_is_taken_out_of_names_and_addresses():
    raw = f"{HEAD}\n\u200eAna\u00a0Ruiz\u202e,ana\u200b@apl.example,\u200e11/28/2024 11:00:00\u202fAM,,\n"

    row = report(raw.encode()).rows[0]

    assert (row.name, row.email, row.joined.seconds) == ("Ana Ruiz", "ana@apl.example", 11 * 3600)


def test_an_address_is_given_in_the_form_in_which_it_is_compared():
    rows = ROW.replace("ana@apl.example", "ANA@Peña.example"), ROW.replace("ana@apl.example", "luz@a..example")

    assert [row.email for row in report("\n".join([HEAD, *rows]).encode()).rows] == [
        "ana@xn--pea-8ma.example",
        "luz@a..example",
    ]


def test_a_nickname_in_quotes_and_a_lone_inch_mark_are_no_harm():
    rows = ROW.replace("Ana Ruiz", '"Ana" Ruiz'), ROW.replace("Ana Ruiz", 'Luz 15" Paz').replace("ana@", "luz@")

    assert [row.name for row in report("\n".join([HEAD, *rows]).encode()).rows] == ["Ana Ruiz", 'Luz 15" Paz']


def test_a_nul_costs_one_row_and_is_told():
    raw = f"{HEAD}\n{ROW}\nL\0uz,luz@apl.example,,,\n{ROW.replace('ana@', 'eva@')}\n".encode()

    read = report(raw)

    assert [row.email for row in read.rows] == ["ana@apl.example", "eva@apl.example"]
    assert [problem.line for problem in read.problems] == [3]


def test_a_million_columns_are_refused():
    assert refusal((HEAD + "\n" + "," * 1_000_000).encode())[0] == 2
    assert refusal(("Name" + ",x" * 1_000_000).encode())[0] == 1
    assert refusal((HEAD + "," * limits.MAX_COLUMNS).encode())[0] == 1


def test_a_name_of_ten_thousand_letters_is_cut_and_flagged():
    row = report(f"{HEAD}\n{ROW.replace('Ana Ruiz', 'A' * 10_000)}\n".encode()).rows[0]

    assert (len(row.name), row.flags) == (limits.NAME_LIMIT, {Flag.CUT})


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "@SUM(A1)", "+1+1", "<script>alert(1)</script>", "{{ 7*7 }}"])
def test_formulas_and_scripts_are_names_like_others(name):
    assert report(f"{HEAD}\n{ROW.replace('Ana Ruiz', name)}\n".encode()).rows[0].name == name


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20,
        b"GIF89a" + bytes(5000),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        bytes(range(256)) * 40,
        b"\xff\xfe\x00\xd8\x41\x00" * 50,
        b"",
        b"\xef\xbb\xbf",
        b"  \r\n \n",
        b"\0" * 5000,
        b"Hello, dear all\nsee you tomorrow",
        b"<!doctype html><html><body><p>Sign in</p></body></html>",
        b"PK\x03\x04" + bytes(200),
        HEAD.encode(),
    ],
)
def test_what_is_no_report_is_refused(raw):
    line, what = refusal(raw)

    assert line in {None, 1}
    assert what


def test_a_text_cut_in_the_middle_of_a_letter_is_refused_where_it_ends():
    raw = f"{HEAD}\n{ROW}\n".encode("utf-16-le") + b"\x41"

    assert refusal(raw)[0] == 3


@pytest.mark.parametrize("seed", range(40))
def test_bytes_thrown_in_anywhere_never_end_in_anything_but_an_answer(seed):
    chance = random.Random(seed)
    raw = bytearray(
        sample(chance.choice(["zoom_webinar_attendee_report_en.csv", "teams_attendance_report_en_utf16le.csv"]))
    )
    for _ in range(chance.randrange(1, 30)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)

    with contextlib.suppress(Unreadable):
        read = reading.read(io.BytesIO(bytes(raw)))
        assert not isinstance(read, Report) or read.rows
