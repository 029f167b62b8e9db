"""Pages behind the links of mails: they show, and one button acts."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from iatp_events.lib import signing
from registrations import links
from registrations.models import Enrolment, Registration
from tests.factories import NOW, create_session, create_speaker, register, register_for, seat, states

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
    assert states(session) == {"Ana": "cancelled", "Luis": "offered"}
    assert client.post(address).status_code == 302


def test_a_session_that_is_over_cannot_be_cancelled(client):
    session = create_session()
    address = path(links.cancel(register(session)))

    with time_machine.travel(session.ends_at + timedelta(hours=1), tick=False):
        assert client.post(address).status_code == 409

    assert states(session) == {"Ana": "confirmed"}


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
    registration, speaker = register(create_session()), create_speaker()
    seat(speaker, registration.session)

    for address in (
        links.manage(registration),
        links.join(registration),
        links.stop(registration.attendee),
        links.stop_announcements(registration.attendee, registration.session.series),
        links.one_tap(registration.attendee, registration.session),
        links.panel(speaker, registration.session),
        links.calendar(registration.attendee),
        *(f"{SITE}/{letter}/x/" for letter in "npru"),
    ):
        answer = client.get(path(address))
        assert (answer["Referrer-Policy"], answer["Cache-Control"], answer["X-Robots-Tag"]) == (
            "no-referrer",
            "private, no-store",
            "noindex",
        )
        assert not answer.cookies


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


def test_no_button_of_these_pages_needs_a_token_that_might_expire():
    session = create_session(starts_at=NOW)
    registration, speaker = register(session), create_speaker()
    seat(speaker, session)
    manage = links.manage(registration)
    addresses = [
        links.join(registration),
        links.cancel(registration),
        f"{manage}undo/",
        f"{manage}again/",
        links.one_tap(registration.attendee, session),
        links.panel(speaker, session),
        links.stop(registration.attendee),
    ]

    answers = [Client(enforce_csrf_checks=True).post(path(address)) for address in addresses]

    assert [answer.status_code for answer in answers] == [302] * 6 + [200]
    assert not any(answer.cookies for answer in answers)
