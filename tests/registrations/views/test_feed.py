"""The calendar that a person subscribes to."""

import pytest

from registrations import links
from registrations.services import places
from tests.factories import NOW, create_session, register

pytestmark = pytest.mark.django_db


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def text(response) -> str:
    return str(response.content.decode())


def test_the_personal_calendar_holds_what_one_holds_a_place_for(client):
    first, second = create_session(number=1), create_session(number=2, capacity=0)
    ana = register(first, "Ana")
    register(second, "Ana")

    answer = client.get(path(links.calendar(ana.attendee)))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert text(answer).count("BEGIN:VEVENT") == 1
    assert "METHOD:PUBLISH" in text(answer)


def test_the_personal_calendar_hides_drafts_leads_to_the_join_page_and_renews_itself(client):
    session, draft = create_session(number=1), create_session(number=2)
    ana = register(session, "Ana", language="es")
    register(draft, "Ana")
    type(draft).objects.filter(pk=draft.pk).update(state="draft")

    content = text(client.get(path(links.calendar(ana.attendee)))).replace("\r\n ", "")

    assert content.count("BEGIN:VEVENT") == 1
    assert "¿Cuál es la pregunta 1?" in content
    assert f"URL:{links.join(ana)}" in content
    assert session.meeting_link not in content
    assert f"SEQUENCE:{ana.calendar_sequence}" in content
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in content


def test_a_cancelled_session_stays_in_the_calendar_as_cancelled(client):
    session = create_session()
    ana = register(session, "Ana")
    session.state = "cancelled"
    session.revise(now=NOW)

    content = text(client.get(path(links.calendar(ana.attendee))))

    assert (content.count("BEGIN:VEVENT"), content.count("STATUS:CANCELLED")) == (1, 1)


def test_a_registration_that_was_cancelled_leaves_the_calendar(client):
    ana = register(create_session(), "Ana")
    places.cancel(registration=ana, now=NOW)

    assert "VEVENT" not in text(client.get(path(links.calendar(ana.attendee))))


def test_a_calendar_that_polls_gets_a_body_only_when_something_changed(client):
    session = create_session()
    ana = register(session, "Ana")
    address = path(links.calendar(ana.attendee))
    known = client.get(address)["ETag"]

    same = client.get(address, headers={"if-none-match": known})
    session.start_time = "16:00"
    session.revise(now=NOW)
    moved = client.get(address, headers={"if-none-match": known})

    assert (same.status_code, same.content, moved.status_code) == (304, b"", 200)
    assert moved["ETag"] != known
