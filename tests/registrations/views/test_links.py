"""Pages behind the links of mails: they show, and one button acts."""

from datetime import timedelta

import pytest
import time_machine

from iatp_events.lib import signing
from registrations import links
from registrations.models import Attendee, Enrolment, Registration
from tests.factories import NOW, create_session, register, register_for, states

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

    own, asked = (text(client.get(path(links.manage(registration)) + query)) for query in ("", "?lang=pt"))

    assert [page.split('<html lang="')[1][:2] for page in (own, asked)] == ["en", "pt"]


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

    client.post(address, {"save": "1", "reminders": "send"})
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


@pytest.mark.parametrize(("typed", "standing"), [({}, 1), ({"leave": "1"}, 0)])
def test_leaving_the_whole_series_is_a_choice_of_its_own(client, typed, standing):
    session = create_session()
    register_for([], "Ana", series=session.series, whole_series=True)

    client.post(path(links.cancel(Registration.objects.get())), typed)

    assert (states(session), Enrolment.objects.standing().count()) == ({"Ana": "cancelled"}, standing)


def test_the_page_offers_to_leave_the_series_only_while_one_is_enrolled_in_it(client):
    session = create_session()
    register_for([], "Ana", series=session.series, whole_series=True, language="en")
    address = path(links.cancel(Registration.objects.get()))
    offered = [b'name="leave"' in client.get(address).content]
    Enrolment.objects.update(left_at=NOW)
    offered.append(b'name="leave"' in client.get(address).content)

    assert offered == [True, False]


def test_looking_at_the_stop_page_takes_reminders_neither_away_nor_up_again(client):
    attendee = register(create_session()).attendee
    attendee.stop_reminders(at=NOW)

    client.get(path(links.stop(attendee)) + "?again=1")

    assert Attendee.objects.get().reminders_stopped_at == NOW


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


def test_a_language_that_is_none_is_passed_over(client):
    registration = register(create_session(), language="fr")
    address = path(links.manage(registration))

    pages = [text(client.get(address + query)) for query in ("", "?lang=xx", "?lang=pt")]

    assert [page.split('<html lang="')[1][:2] for page in pages] == ["fr", "fr", "pt"]


def test_a_link_still_opens_thirty_days_after_the_session(client):
    session = create_session()
    address = path(links.manage(register(session)))

    with time_machine.travel(session.ends_at + timedelta(days=30), tick=False):
        assert client.get(address).status_code == 200
