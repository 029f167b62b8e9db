"""Pages behind the links of mails: they show, and one button acts."""

from datetime import timedelta

import pytest
import time_machine

from iatp_events.lib import signing
from registrations import links
from registrations.models import Attendee, Registration
from tests.factories import NOW, create_session, register, states

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


def path(address: str) -> str:
    return address.removeprefix(SITE)


def text(response) -> str:
    return str(response.content.decode())


def test_the_page_says_where_one_stands_in_the_persons_language(client):
    session = create_session(capacity=1)
    ana = register(session, "Ana", language="en")
    luis = register(session, "Luis", language="en")

    assert "You are registered for session 1" in text(client.get(path(links.manage(ana))))
    waiting = client.get(path(links.manage(luis)))
    assert "You are on the waiting list (place 1)" in text(waiting)
    assert "09:00" in text(waiting)


def test_lang_overrides_the_language(client):
    registration = register(create_session(), language="en")

    page = client.get(path(links.manage(registration)) + "?lang=pt")

    assert 'lang="pt"' in text(page)


def test_looking_changes_nothing_and_the_button_cancels(client):
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    register(session, "Luis", NOW + timedelta(minutes=1))
    address = path(links.cancel(ana))

    client.get(address)
    client.head(address)
    assert states(session) == {"Ana": "confirmed", "Luis": "waitlisted"}

    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (302, path(links.manage(ana)))
    assert states(session) == {"Ana": "cancelled", "Luis": "confirmed"}
    assert client.post(address).status_code == 302


def test_a_session_that_is_over_cannot_be_cancelled(client):
    session = create_session()
    address = path(links.cancel(register(session)))

    with time_machine.travel(session.ends_at + timedelta(hours=1), tick=False):
        assert client.post(address).status_code == 409

    assert states(session) == {"Ana": "confirmed"}


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


def test_who_waits_or_cancelled_or_comes_in_person_does_not_enter_the_room(client):
    session = create_session(mode="hybrid", starts_at=NOW, capacity=1)
    people = [register(session, "Ana", mode="in_person"), register(session, "Eva"), register(session, "Luis")]

    codes = [client.post(path(links.join(person))).status_code for person in people]

    assert codes == [409, 302, 409]


def test_reminders_stop_by_one_click_without_cookie_or_token_and_begin_again(client):
    attendee = register(create_session()).attendee
    address = path(links.stop(attendee))
    client.get(address)
    assert Attendee.objects.get().reminders_stopped_at is None

    answer = client.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, Attendee.objects.get().reminders_stopped_at) == (200, NOW)

    client.post(address, {"again": "1"})
    assert Attendee.objects.get().reminders_stopped_at is None


def test_a_revoked_a_forged_and_a_foreign_link_answer_like_nonsense(client):
    registration = register(create_session())
    revoked = path(links.manage(registration))
    Registration.objects.update(link_version=2)
    answers = [
        client.get(address)
        for address in (
            revoked,
            "/r/nonsense/",
            f"/r/{signing.token('stop', 1, 1)}/",
            f"/r/{signing.token('registration', 99, 1)}/",
        )
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


def test_a_link_ends_thirty_days_after_the_session(client):
    session = create_session()
    registration = register(session)

    with time_machine.travel(session.ends_at + timedelta(days=31), tick=False):
        assert client.get(path(links.manage(registration))).status_code == 410
        assert client.post(path(links.cancel(registration))).status_code == 410


def test_pages_with_a_token_are_named_stored_and_indexed_nowhere(client):
    registration = register(create_session())

    for address in (
        links.manage(registration),
        links.join(registration),
        links.stop(registration.attendee),
        f"{SITE}/r/x/",
    ):
        answer = client.get(path(address))
        assert (answer["Referrer-Policy"], answer["Cache-Control"], answer["X-Robots-Tag"]) == (
            "no-referrer",
            "private, no-store",
            "noindex",
        )
        assert not answer.cookies


def test_the_personal_calendar_holds_what_one_holds_a_place_for(client):
    first, second = create_session(number=1), create_session(number=2, capacity=0)
    ana = register(first, "Ana")
    register(second, "Ana")

    answer = client.get(path(links.calendar(ana.attendee)))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert text(answer).count("BEGIN:VEVENT") == 1
    assert "METHOD:PUBLISH" in text(answer)
