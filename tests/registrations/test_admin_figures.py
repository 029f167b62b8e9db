"""“Figures for the note”: one click from the pages of a session and a series, to read, to copy and as files."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from registrations import exports
from registrations.disclosure import Said
from registrations.services.figures import Country, Figures
from tests.admin_pages import queries_of, staff_client
from tests.factories import create_session
from tests.registrations.audience import attend, men, seat_audience, women

pytestmark = pytest.mark.django_db
MAY = ("registrations.view_attendance", "workshops.view_session", "workshops.view_series")


def url(page: str, row: Any, *kind: str) -> str:
    return reverse(f"admin:workshops_{page}", args=[row.pk, *kind])


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def table(answer: Any) -> list[list[str]]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("page", ["session", "series"])
def test_the_page_is_one_click_away_for_who_may_see_attendance(page: str) -> None:
    session = create_session()
    row = session if page == "session" else session.series
    change, figures = url(f"{page}_change", row), url(f"{page}_figures", row)

    allowed, others = staff_client(*MAY), staff_client(*MAY[1:])

    assert figures in allowed.get(change).content.decode()
    assert figures not in others.get(change).content.decode()
    assert (allowed.get(figures).status_code, others.get(figures).status_code) == (200, 403)
    assert staff_client(MAY[0]).get(figures).status_code == 403


def test_the_page_of_a_session_shows_its_figures_and_says_them_in_four_languages() -> None:
    session = create_session()
    seat_audience(session, women(11) + men(10, "PE"), initiative="Valle")

    answer = staff_client().get(url("session_figures", session))

    assert "52 %" in words(answer).replace("\xa0", " ")
    assert [code for code, _language, _said in answer.context["sentences"]] == ["es", "pt", "en", "fr"]
    assert "Not final." in words(answer)
    spoken = {code: said for code, _language, said in answer.context["sentences"]}
    assert spoken["en"] == "21 people from 2 countries came; 52 % of those who said were women."


@pytest.mark.parametrize(
    ("present", "said", "countries", "sentence"),
    [
        (1, None, 1, "1 person from 1 country came."),
        (3, None, 0, "3 people came."),
        (1483, Said(30, 10), 2, "1,483 people from 2 countries came; 75 % of those who said were women."),
    ],
)
def test_the_sentence_counts_and_leaves_out_what_is_not_known(
    present: int, said: Said | None, countries: int, sentence: str
) -> None:
    known = tuple(Country(code, 1) for code in ("CO", "PE")[:countries])

    spoken = dict(exports.sentences(Figures(present, said, known, (), {}), series=False))

    assert spoken["en"] == sentence


def test_a_page_without_evidence_says_so() -> None:
    session = create_session()

    for name, row in (("session_figures", session), ("series_figures", session.series)):
        assert "No attendance was recorded" in words(staff_client().get(url(name, row)))


def test_files_hold_the_same_and_calculate_nothing() -> None:
    session = create_session()
    seat_audience(session, women(9) + men(8), initiative="=1+1")
    client = staff_client()

    rows = table(client.get(url("session_figures_file", session, "csv")))
    answer = client.get(url("session_figures_file", session, "xlsx"))

    assert ["Present, people", "17"] in rows
    assert ["Colombia", "17", "53"] in rows
    assert ["'=1+1", "17"] in rows
    assert answer["Content-Disposition"] == 'attachment; filename="figures-community-in-practice-1.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Figures", "Countries", "Initiatives"]
    assert [cell.data_type for cell in book["Initiatives"][2]] == ["s", "n"]
    assert client.get(url("session_figures_file", session, "exe")).status_code == 404


def test_the_series_says_each_session_and_each_person_once() -> None:
    session, later = create_session(), create_session(number=2)
    rows = seat_audience(session, women(6) + men(6))
    attend(later, [{"attendee": row.attendee, "country": "CO"} for row in rows])
    client = staff_client()

    page = words(client.get(url("series_figures", session.series)))
    sheets = load_workbook(
        io.BytesIO(client.get(url("series_figures_file", session.series, "xlsx")).content)
    ).sheetnames

    assert "people came at least once 12" in page
    assert "attendances in all sessions 24" in page
    assert "12 people from 1 country have come to the series so far; 50 % of those who said were women." in page
    assert sheets == ["Figures", "Sessions", "Countries", "Initiatives"]


def test_a_hidden_share_is_in_no_file_and_on_no_page() -> None:
    session = create_session()
    seat_audience(session, women(3) + men(40))
    client = staff_client()

    answer = client.get(url("session_figures", session))

    assert "could be found out" in words(answer)
    assert "of those who said were women" not in words(answer)
    assert ["Women, percent of those who said", "–"] in table(client.get(url("session_figures_file", session, "csv")))


@pytest.mark.parametrize("page", ["session_figures", "series_figures"])
def test_pages_cost_the_same_for_one_person_and_for_three_hundred(page: str) -> None:
    session = create_session()
    row = session if page == "session_figures" else session.series
    client = staff_client()
    seat_audience(session, women(1))
    client.get(url(page, row))
    before = queries_of(client, url(page, row))
    seat_audience(session, women(150) + men(149, "PE"), initiative="Valle")

    assert queries_of(client, url(page, row)) == before


def test_figures_say_whether_they_are_final_on_their_pages_and_in_their_files() -> None:
    session = create_session()
    seat_audience(session, women(6) + men(6))
    client = staff_client()
    pages = [url("session_figures", session), url("series_figures", session.series), url("session_attendance", session)]

    before = ["Not final." in words(client.get(page)) for page in pages]
    file = table(client.get(url("session_figures_file", session, "csv")))
    with time_machine.travel(session.ends_at + timedelta(minutes=1), tick=False):
        # A sign-in is kept for less than that.
        later = staff_client()
        after = ["Not final." in words(later.get(page)) for page in pages]
        final = table(later.get(url("session_figures_file", session, "csv")))

    assert (before, after) == ([True] * 3, [False] * 3)
    assert [any("Not final" in row[0] for row in rows if row) for rows in (file, final)] == [True, False]
