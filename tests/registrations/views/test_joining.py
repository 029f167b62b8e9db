"""The door of the room: open to those who hold a place, and their joins are written down."""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError

from registrations import links
from registrations.models import Evidence
from registrations.services import attendance
from tests.factories import (
    NOW,
    create_session,
    register,
)

pytestmark = pytest.mark.django_db


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def text(response) -> str:
    return str(response.content.decode())


def test_the_room_opens_half_an_hour_before_and_closes_at_the_end(client):
    session = create_session()
    address = path(links.join(register(session)))
    answers = {}
    for minutes in (-31, -30, 89, 90):
        with time_machine.travel(session.starts_at + timedelta(minutes=minutes), tick=False):
            assert session.meeting_link not in text(client.get(address))
            answer = client.post(address)
            answers[minutes] = (answer.status_code, answer.get("Location"))

    assert answers == {
        -31: (409, None),
        -30: (302, session.meeting_link),
        89: (302, session.meeting_link),
        90: (409, None),
    }


def test_how_long_before_the_room_opens_is_a_setting(client, settings):
    settings.JOIN_OPENS_BEFORE = timedelta(minutes=5)
    session = create_session()
    address = path(links.join(register(session)))
    answers = []
    for minutes in (-6, -5):
        with time_machine.travel(session.starts_at + timedelta(minutes=minutes), tick=False):
            answers.append(client.post(address).status_code)

    assert answers == [409, 302]


def test_who_waits_or_cancelled_or_comes_in_person_does_not_enter_the_room(client):
    session = create_session(mode="hybrid", starts_at=NOW, capacity=1)
    people = [register(session, "Ana", mode="in_person"), register(session, "Eva"), register(session, "Luis")]

    codes = [client.post(path(links.join(person))).status_code for person in people]

    assert codes == [409, 302, 409]


def test_the_room_of_a_cancelled_session_and_one_without_a_link_stay_shut(client):
    session = create_session(starts_at=NOW)
    address = path(links.join(register(session)))
    codes = [client.post(address).status_code]
    for change in ({"state": "cancelled"}, {"state": "open", "meeting_link": ""}):
        type(session).objects.update(**change)
        codes.append(client.post(address).status_code)

    assert codes == [302, 409, 409]


def test_who_registered_in_person_enters_the_room_once_the_session_moved_online(client):
    session = create_session(starts_at=NOW, mode="in_person", meeting_link="https://zoom.us/j/1")
    address = path(links.join(register(session)))
    codes = [client.post(address).status_code]
    type(session).objects.update(mode="online")
    codes.append(client.post(address).status_code)

    assert codes == [409, 302]


def test_each_join_is_written_down_before_the_room_opens(client):
    session = create_session(starts_at=NOW)
    registration = register(session)
    address = path(links.join(registration))
    client.get(address)
    client.head(address)
    seen = Evidence.objects.count()

    for minutes in (0, 0, 5):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            client.post(address)

    joins = Evidence.objects.order_by("at").values_list("registration", "kind", "at")
    assert (seen, list(joins)) == (
        0,
        [(registration.pk, "join", NOW), (registration.pk, "join", NOW + timedelta(minutes=5))],
    )


def test_a_shut_door_is_no_join(client):
    client.post(path(links.join(register(create_session()))))

    assert Evidence.objects.count() == 0


def test_a_record_that_fails_keeps_nobody_out(client, monkeypatch, caplog):
    session = create_session(starts_at=NOW)
    registration = register(session, "Ana Ruiz")

    def fail(**_):
        raise OperationalError("disk full")

    monkeypatch.setattr(attendance, "note_join", fail)
    answer = client.post(path(links.join(registration)))

    assert (answer.status_code, answer["Location"]) == (302, session.meeting_link)
    assert f"The join of registration {registration.pk} was not recorded." in caplog.text
    assert "Ana" not in caplog.text


@pytest.mark.parametrize("language", ["es", "pt", "en", "fr"])
def test_the_page_needs_no_more_than_fourteen_kilobytes_of_html(client, language):
    """As long as it can be, and before it is compressed: no telephone waits for a second round of packets."""
    question = {language: "¿Cómo se sostiene en el tiempo la gobernanza de un clúster " + "de la región? " * 6}
    sizes = []
    for mode, minutes in (("online", -60), ("online", 0), ("online", 100), ("in_person", -60)):
        session = create_session(number=len(sizes) + 1, mode="hybrid", starts_at=NOW, question=question)
        held = register(session, "Guadalupe Xicoténcatl Tzompantzi", language=language, mode=mode)
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            sizes.append(len(client.get(path(links.join(held))).content))

    assert max(sizes) <= 14_000, sizes


def test_an_open_door_without_a_link_says_so(client):
    session = create_session(starts_at=NOW, meeting_link="")

    page = text(client.get(path(links.join(register(session, language="en")))))

    assert "The link to the room is not set yet" in page
