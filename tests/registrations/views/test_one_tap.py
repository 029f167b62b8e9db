"""A person we know, one session, one button."""

from datetime import timedelta

import pytest
import time_machine

from iatp_events.lib import signing
from registrations import links
from registrations.models import Message, Registration
from registrations.services import places
from tests.factories import NOW, create_attendee, create_session, create_speaker, register, seat, states
from workshops.models import Session

pytestmark = pytest.mark.django_db


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def one_tap(session, name: str = "Ana", **fields) -> str:
    return path(links.one_tap(create_attendee(name, **{"language": "en", **fields}), session))


def test_looking_registers_nobody_and_the_button_does(client):
    session = create_session()
    address = one_tap(session)
    client.get(address)
    client.head(address)
    seen = states(session)

    answer = client.post(address)

    assert (seen, states(session)) == ({}, {"Ana": "confirmed"})
    assert (answer.status_code, answer["Location"]) == (302, path(links.manage(Registration.objects.get())))
    assert Message.objects.get().kind == "confirmation"


def test_the_page_shows_question_hour_and_size_of_the_panel(client):
    session = create_session()
    rosa = create_speaker("Rosa Vega")
    for speaker, role in ((rosa, "moderator"), (rosa, "closing"), (create_speaker("Inés Paz"), "panellist")):
        seat(speaker, session, role=role)

    page = client.get(one_tap(session)).content.decode()

    assert "What is question 1?" in page
    # 11:00 in Santiago is 09:00 in Bogotá.
    assert "09:00" in page
    assert "2 people on the panel" in page
    assert session.meeting_link not in page


def test_who_is_registered_reads_so_and_finds_the_link(client):
    session = create_session(capacity=1)
    address = one_tap(session)
    for _ in range(2):
        client.post(address)

    page = client.get(address).content.decode()

    assert "You are registered for session 1" in page
    assert path(links.manage(Registration.objects.get())) in page
    assert "<form" not in page
    assert (Registration.objects.count(), Message.objects.count()) == (1, 1)


def test_a_full_session_puts_one_on_the_waiting_list_and_says_so_before(client):
    session = create_session(capacity=1)
    register(session, "Luis")
    address = one_tap(session)

    page = client.get(address).content.decode()
    client.post(address)

    assert "Join the waiting list" in page
    assert states(session) == {"Luis": "confirmed", "Ana": "waitlisted"}
    assert "You are on the waiting list" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("closed", "Registration is closed."),
        ("cancelled", "This session does not take place."),
        ("announced", "Registration is not open yet."),
    ],
)
def test_a_session_that_takes_nobody_says_why(client, state, sentence):
    session = create_session()
    address = one_tap(session)
    Session.objects.update(state=state)

    page, answer = client.get(address).content.decode(), client.post(address)

    assert sentence in page
    assert "<form" not in page
    assert (answer.status_code, states(session)) == (409, {})


def test_after_the_session_the_button_is_gone_and_later_the_link(client):
    session = create_session()
    address = one_tap(session)
    answers = {}
    for days in (0, 31):
        with time_machine.travel(session.ends_at + timedelta(days=days), tick=False):
            answers[days] = (client.get(address).status_code, client.post(address).status_code)

    assert (answers, states(session)) == ({0: (200, 409), 31: (410, 410)}, {})


def test_whom_staff_removed_is_not_registered_by_a_button(client):
    session = create_session()
    register(session, "Ana")
    Registration.objects.update(state="removed")
    address = path(links.one_tap(Registration.objects.get().attendee, session))

    page, answer = client.get(address).content.decode(), client.post(address)

    assert ("<form" in page, answer.status_code, states(session)) == (False, 409, {"Ana": "removed"})


def test_who_cancelled_comes_back(client):
    session = create_session()
    ana = register(session)
    places.cancel(registration=ana, now=NOW)

    client.post(path(links.one_tap(ana.attendee, session)))

    assert states(session) == {"Ana": "confirmed"}


@pytest.mark.parametrize(
    ("typed", "mode"), [({}, "online"), ({"mode": "in_person"}, "in_person"), ({"mode": "x"}, "online")]
)
def test_a_hybrid_session_asks_how_one_takes_part(client, typed, mode):
    session = create_session(mode="hybrid")
    address = one_tap(session)

    asked = 'name="mode"' in client.get(address).content.decode()
    client.post(address, typed)

    assert (asked, Registration.objects.get().mode) == (True, mode)


def test_drafts_the_unpublished_and_the_unknown_answer_like_nonsense(client):
    session = create_session(number=1)
    draft = create_session(number=2, state="draft")
    attendee = create_attendee()
    tokens = [
        signing.token("one_tap", attendee.pk, draft.pk),
        signing.token("one_tap", attendee.pk + 1, session.pk),
        signing.token("registration", attendee.pk, session.pk),
        "nonsense",
    ]

    answers = [client.post(f"/n/{token}/") for token in tokens]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[-1].content)}
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("cancelled", [False, True])
def test_where_a_link_was_taken_out_of_use_an_old_button_leads_to_no_page_of_the_registration(client, cancelled):
    session = create_session()
    registration = register(session, language="en")
    address = path(links.one_tap(registration.attendee, session))
    old, new = path(links.manage(registration)), {"link_version": 2}
    if cancelled:
        places.cancel(registration=registration, now=NOW)
    Registration.objects.update(**new)
    registration.refresh_from_db()

    answers = [client.get(address), client.post(address), client.get(address)]

    assert [answer.status_code for answer in answers] == [200, 302, 200]
    assert answers[1]["Location"] == address
    seen = "".join(answer.content.decode() for answer in answers)
    assert links.token(registration) not in seen
    assert client.get(old).status_code == 404
    # Who presses is registered all the same, and the mail about it has the new link.
    assert states(session) == {"Ana": "confirmed"}
    assert "You are registered for session 1" in answers[2].content.decode()
    assert "<form" not in answers[2].content.decode()
