"""Lines as people paste them, from mails, spreadsheets and lists, and everything that may be wrong with one."""

import time

import pytest

from registrations import pasted
from registrations.pasted import Problem


@pytest.mark.parametrize(
    "line",
    [
        "Eva Soto <eva@example.org>",
        "  Eva Soto   < eva@example.org > ",
        '"Eva Soto" <eva@example.org>',
        "“Eva Soto” <eva@example.org>,",
        "'Eva Soto' <eva@example.org>;",
        "Eva Soto, eva@example.org",
        "Eva Soto;eva@example.org",
        "Eva Soto\teva@example.org",
        "eva@example.org\tEva Soto",
        '"Eva Soto","eva@example.org"',
        "Eva Soto eva@example.org",
        "Eva Soto (eva@example.org)",
        "Eva Soto <mailto:eva@example.org>",
        "\ufeffEva Soto <eva@example.org>",
        "Eva\u00a0Soto\u00a0<eva@example.org>\u200b",
        "Eva Soto <eva@example.org> <eva@example.org>",
    ],
)
def test_a_line_is_read_however_it_was_pasted(line: str) -> None:
    (read,) = pasted.read(line)

    assert (read.name, read.address, read.problem) == ("Eva Soto", "eva@example.org", None)


@pytest.mark.parametrize(
    ("line", "name", "address"),
    [
        ('"Soto, Eva" <eva@example.org>', "Soto, Eva", "eva@example.org"),
        ("Sinéad O’Brien <sinead.o'brien@example.org>", "Sinéad O’Brien", "sinead.o'brien@example.org"),
        ("José Ñuñez-Peña <jose+taller@peña.example>", "José Ñuñez-Peña", "jose+taller@peña.example"),
        ("王小明 <wang@example.org>", "王小明", "wang@example.org"),
    ],
)
def test_names_stay_as_people_write_them(line: str, name: str, address: str) -> None:
    (read,) = pasted.read(line)

    assert (read.name, read.address, read.problem) == (name, address, None)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("eva@example.org", Problem.NO_NAME),
        ("<eva@example.org>", Problem.NO_NAME),
        ("eva@example.org <eva@example.org>", Problem.NO_NAME),
        ("Eva Soto", Problem.NO_ADDRESS),
        ("Eva Soto <eva(at)example.org>", Problem.NO_ADDRESS),
        ("Eva Soto <eva@>", Problem.NO_ADDRESS),
        ("Eva <eva@example.org>, Luis <luis@example.org>", Problem.SEVERAL),
        ("Eva Soto <eva@exa..mple.org>", Problem.NOT_AN_ADDRESS),
        ("Eva Soto <eva@exa mple.org>", Problem.NOT_AN_ADDRESS),
        ("Eva Soto <eva@example.org", None),
        ("https://win.example/ <eva@example.org>", Problem.NOT_A_NAME),
        ("12345 <eva@example.org>", Problem.NOT_A_NAME),
        (f"{'Eva ' * 60}<eva@example.org>", Problem.TOO_LONG),
        ("x" * 501, Problem.TOO_LONG),
    ],
)
def test_a_broken_line_says_what_is_wrong_with_it(line: str, problem: Problem) -> None:
    assert [read.problem for read in pasted.read(line)] == [problem]


def test_a_double_is_the_second_one_however_it_is_written_and_lines_count_as_an_editor_counts() -> None:
    text = "Eva <eva@example.org>\r\n\r\n   \r\nEva Soto <EVA@Example.ORG>\r\nLuis <luis@example.org>"

    read = [(line.number, line.problem) for line in pasted.read(text)]

    assert read == [(1, None), (4, Problem.DOUBLE), (5, None)]
    assert pasted.count(text) == 3


def test_no_line_takes_long_to_read() -> None:
    lines = ["@" * 499, "a" * 499, "a@" * 249, "<" * 499, " " * 499 + "@", "é" * 250 + "@" + "é" * 249]
    before = time.perf_counter()

    pasted.read("\n".join(lines))

    assert time.perf_counter() - before < 0.5
