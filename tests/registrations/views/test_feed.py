"""The calendar that a person subscribes to."""

from collections.abc import Callable

import pytest

from registrations import links
from registrations.models import Attendee, Registration
from registrations.services import places
from tests.factories import NOW, create_session, register
from workshops import ical
from workshops.models import Series, Session

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


def changes() -> dict[str, Callable[[], object]]:
    """Everything that a calendar may have to learn of."""
    return {
        "moved": lambda: Session.objects.get().revise(now=NOW),
        "text": lambda: Session.objects.update(summary={"es": "Otro resumen."}),
        "series": lambda: Series.objects.update(contact="otra@example.org"),
        "name": lambda: Attendee.objects.update(full_name="Ana María"),
        "language": lambda: Attendee.objects.update(language="en"),
        "link": lambda: Registration.objects.update(link_version=2),
        "given up": lambda: Registration.objects.update(state="cancelled"),
        "draft": lambda: Session.objects.update(state="draft"),
    }


@pytest.mark.parametrize("change", changes())
def test_a_calendar_that_polls_gets_a_body_only_when_something_changed(client, change, monkeypatch):
    session = create_session()
    address = path(links.calendar(register(session, "Ana").attendee))
    first = client.get(address)
    known = {"if-none-match": first["ETag"]}

    with monkeypatch.context() as patch:
        patch.setattr(ical, "calendar", lambda *_, **__: pytest.fail("nothing changed, so nothing is written"))
        same = client.get(address, headers=known)
    if change == "moved":
        Session.objects.update(start_time="16:00")
    changes()[change]()
    other = client.get(address, headers=known)

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert (other.status_code, other.content != first.content, other["ETag"] != first["ETag"]) == (200, True, True)
