"""My data: what we hold, in plain words and as files; and the button that erases it."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from iatp_events.lib import sheets
from registrations.models import Alias, Attendee, EmailAddress, Evidence, Message, Registration
from registrations.services import attendance, delivery
from tests.factories import NOW, create_attendee, create_session, note, register, register_for, states
from tests.registrations.views.mine import signed_in
from tests.test_queries import queries

pytestmark = pytest.mark.django_db
PAGE, JSON, CSV, ERASE = "/en/me/data/", "/en/me/data/json/", "/en/me/data/csv/", "/en/me/data/erase/"


def ana(rows: int = 2) -> Attendee:
    sessions = [create_session(number=number) for number in range(1, rows + 1)]
    register_for(sessions, "Ana Ruiz", whole_series=True, support_needed="a ramp", question="=1+1?", announcements=True)
    register(sessions[0], "Luis Mora", support_needed="quiet")
    attendee = Attendee.objects.get(full_name="Ana Ruiz")
    EmailAddress.objects.create(attendee=attendee, address="ana@b.example", normalised="ana@b.example")
    for registration in attendee.registrations.all():
        note(registration, at=NOW)
    delivery.deliver_due(clock=lambda: NOW)
    return attendee


def body(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def test_the_page_says_in_plain_words_what_we_hold_of_this_person_only() -> None:
    page = signed_in(ana()).get(PAGE).content.decode()

    said = ["Ana Ruiz", "ana.ruiz@example.org", "ana@b.example", "2 registrations", "Code of conduct", "Oct. 5, 2026"]
    assert [word for word in said if word not in page] == []
    assert "Luis" not in page


@pytest.mark.parametrize("page", ["", "erase/"])
def test_each_page_stands_under_the_name_of_the_series_like_its_neighbours(page: str) -> None:
    ana = register(create_session(), "Ana").attendee

    for path in ("/en/me/", "/en/me/profile/", f"/en/me/data/{page}"):
        assert "Community in Practice</" in signed_in(ana).get(path).content.decode().split("<main")[0], path


def test_json_holds_everything_about_the_person_and_nothing_of_anybody_else() -> None:
    attendee = ana()

    answer = signed_in(attendee).get(JSON)
    held = json.loads(body(answer))

    assert (answer["Content-Type"], answer.streaming) == ("application/json", True)
    assert 'filename="my-data.json"' in answer["Content-Disposition"]
    assert held["profile"][0]["full_name"] == "Ana Ruiz"
    assert [row["address"] for row in held["addresses"]] == ["ana.ruiz@example.org", "ana@b.example"]
    assert [(row["session"][:1], row["question"]) for row in held["registrations"]] == [("1", "=1+1?"), ("2", "=1+1?")]
    assert [row["kind"] for row in held["consents"]] == ["code_of_conduct", "announcements"]
    assert len(held["enrolments"]) == 1
    assert [row["session"][:1] for row in held["evidence"]] == ["1", "2"]
    assert [(row["kind"], row["text"][:7] != "") for row in held["messages"] if row["state"] == "sent"] == [
        ("confirmation", True)
    ]
    assert "Luis" not in json.dumps(held)
    told = {name for rows in held.values() for row in rows for name in row}
    assert not {"lease_token", "sign_in_version", "key"} & told


def test_evidence_that_was_taken_back_says_so_and_not_what_staff_wrote_about_it() -> None:
    attendee = ana()
    first = Evidence.objects.order_by("pk").first()
    attendance.retract(evidence=first, by=None, why="It was Luis", now=NOW + timedelta(hours=1))
    client = signed_in(attendee)

    held = json.loads(body(client.get(JSON)))

    assert [row["taken_back_at"] for row in held["evidence"]] == ["2026-10-05T15:00:00+00:00", None]
    assert "Luis" not in json.dumps(held)
    assert "evidence,1,taken_back_at,2026-10-05T15:00:00+00:00" in body(client.get(CSV))


def test_what_they_do_and_under_which_names_reports_know_them_is_told() -> None:
    attendee = ana()
    Attendee.objects.filter(pk=attendee.pk).update(position="Directora")
    Alias.objects.create(attendee=attendee, name_key="anita", confirmed_at=NOW)

    held = json.loads(body(signed_in(attendee).get(JSON)))

    assert (held["profile"][0]["position"], held["aliases"][0]["name_key"]) == ("Directora", "anita")


def test_the_table_says_the_same_and_no_cell_is_a_formula() -> None:
    attendee = ana()
    client = signed_in(attendee)
    held = json.loads(body(client.get(JSON)))

    text = body(client.get(CSV))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))

    assert rows[0] == ["about", "number", "field", "value"]
    assert ["registrations", "1", "question", "'=1+1?"] in rows
    assert len(rows) - 1 == sum(len(row) for part in held.values() for row in part)
    assert {row[0] for row in rows[1:]} == {name for name, part in held.items() if part}
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_calculate_is_kept_as_text(start: str) -> None:
    assert (sheets.neutral(f"{start}1"), sheets.neutral("1=1")) == (f"'{start}1", "1=1")


@pytest.mark.parametrize("address", [PAGE, JSON, CSV, ERASE])
def test_a_page_costs_the_same_with_one_row_and_with_three(address: str) -> None:
    client = signed_in(ana(1))
    costs = []

    def read() -> None:
        answer = client.get(address)
        if answer.streaming:
            body(answer)

    for numbers in ((), (2, 3)):
        for number in numbers:
            note(register(create_session(number=number), "Ana Ruiz"), at=NOW)
        costs.append(len(queries(read)))

    assert costs[0] == costs[1]
    assert costs[0] <= 16


def test_nobody_reads_or_erases_without_having_signed_in() -> None:
    attendee = ana()

    answers = [Client().get(address).status_code for address in (PAGE, JSON, CSV, ERASE)]

    assert (answers, Client().post(ERASE).status_code) == ([302] * 4, 302)
    attendee.refresh_from_db()
    assert not attendee.is_erased


def test_the_page_that_asks_once_more_changes_nothing_and_its_button_erases_and_signs_out() -> None:
    attendee = ana()
    client = signed_in(attendee)
    asked = client.get(ERASE)
    attendee.refresh_from_db()
    before = attendee.is_erased

    answer = client.post(ERASE, follow=True)

    attendee.refresh_from_db()
    assert (asked.status_code, before, attendee.is_erased) == (200, False, True)
    assert answer.redirect_chain == [(reverse("registrations:erased"), 302)]
    assert "Your data is erased" in answer.content.decode()
    assert client.get(PAGE).status_code == 302
    assert states(Registration.objects.first().session) == {"": "cancelled", "Luis Mora": "confirmed"}


def test_a_forged_form_erases_nobody() -> None:
    attendee = create_attendee("Ana")

    answer = signed_in(attendee, enforce_csrf_checks=True).post(ERASE)

    attendee.refresh_from_db()
    assert (answer.status_code, attendee.is_erased) == (403, False)


def test_a_browser_that_is_still_signed_in_elsewhere_is_not_any_more() -> None:
    attendee = create_attendee("Ana")
    here, there = signed_in(attendee), signed_in(attendee)

    here.post(ERASE)

    assert there.get(PAGE).status_code == 302
    assert not Message.objects.filter(created_at__gt=NOW - timedelta(days=1), state="queued").exists()
