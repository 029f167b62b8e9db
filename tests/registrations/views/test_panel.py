"""What a speaker needs on the day, by link and without an account."""

from datetime import timedelta

import pytest
import time_machine

from iatp_events.lib import signing
from registrations import links
from registrations.models import Evidence, PanelEvidence
from tests.factories import NOW, create_series, create_session, create_speaker, seat
from workshops.models import Session

pytestmark = pytest.mark.django_db


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def seated(session, role: str = "moderator", **fields) -> str:
    """Seat Rosa on the panel; return the path of her page."""
    speaker = create_speaker("Rosa Vega", **{"language": "en", **fields})
    seat(speaker, session, role=role)
    return path(links.panel(speaker, session))


def test_the_page_says_the_part_the_hour_and_when_the_room_opens(client):
    session = create_session()
    address = seated(session, country="CO", email="rosa@example.org")
    seat(session.panellists.get().speaker, session, role="closing", topic={"en": "What we take home"})

    page = client.get(address).content.decode()

    assert "Rosa Vega" in page
    assert "Moderator<br>Closing: What we take home" in page
    assert "09:00" in page
    assert "The room opens for the panel on Thursday 15 October 2026 at 08:00" in page
    assert "rosa@example.org" not in page


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ({"timezone": "America/Lima", "country": "MX"}, "09:00"),
        ({"country": "MX"}, "08:00"),
        ({}, "11:00"),
    ],
)
def test_the_hour_is_that_of_the_speaker_of_the_country_or_of_the_session(client, said, hour):
    page = client.get(seated(create_session(), **said)).content.decode()

    assert f"data-hour>{hour}</time>" in page


def test_the_language_is_the_speakers_or_the_first_of_the_series(client):
    session = create_session(create_series(languages=["pt", "es"]))
    addresses = [
        seated(session, language=""),
        path(links.panel(session.panellists.get().speaker, session)) + "?lang=fr",
    ]

    pages = [client.get(address).content.decode() for address in addresses]

    assert [page.split('<html lang="')[1][:2] for page in pages] == ["pt", "fr"]


def test_the_room_opens_an_hour_before_and_closes_at_the_end(client):
    session = create_session()
    address = seated(session)
    answers = {}
    for minutes in (-61, -60, 89, 90):
        with time_machine.travel(session.starts_at + timedelta(minutes=minutes), tick=False):
            page, answer = client.get(address), client.post(address)
            assert session.meeting_link not in page.content.decode()
            answers[minutes] = (b"<form" in page.content, answer.status_code, answer.get("Location"))

    link = session.meeting_link
    assert answers == {
        -61: (False, 409, None),
        -60: (True, 302, link),
        89: (True, 302, link),
        90: (False, 409, None),
    }
    assert (Evidence.objects.count(), PanelEvidence.objects.count()) == (0, 1)


def test_the_form_may_lead_to_the_meeting(client):
    policy = client.get(seated(create_session()))["Content-Security-Policy"]

    assert "https://zoom.us" in policy.split("form-action")[1].split(";")[0]


@pytest.mark.parametrize(
    "change", [{"state": "cancelled"}, {"meeting_link": ""}, {"mode": "in_person", "venue": "Casa Central"}]
)
def test_a_room_that_is_none_stays_shut(client, change):
    session = create_session(starts_at=NOW)
    address = seated(session)
    Session.objects.update(**change)

    assert (b"<form" in client.get(address).content, client.post(address).status_code) == (False, 409)


def test_a_cancelled_session_says_so_and_why(client):
    session = create_session()
    address = seated(session)
    Session.objects.update(state="cancelled", cancellation_reason={"en": "A storm warning."})

    page = client.get(address).content.decode()

    assert "This session does not take place." in page
    assert "A storm warning." in page


def test_who_sits_there_no_more_and_a_draft_answer_like_nonsense(client):
    session, other = create_session(number=1), create_session(number=2)
    gone, draft = seated(session), create_session(number=3, state="draft")
    speaker = session.panellists.get().speaker
    seat(speaker, draft)
    session.panellists.all().delete()
    addresses = [
        gone,
        path(links.panel(speaker, other)),
        path(links.panel(speaker, draft)),
        f"/p/{signing.token('one_tap', speaker.pk, draft.pk)}/",
        "/p/nonsense/",
    ]

    answers = [client.request(PATH_INFO=a, REQUEST_METHOD=m) for a in addresses for m in ("GET", "POST")]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[-1].content)}


def test_the_page_ends_thirty_days_after_the_session(client):
    session = create_session()
    address = seated(session)
    answers = {}
    for days in (30, 31):
        with time_machine.travel(session.ends_at + timedelta(days=days), tick=False):
            answers[days] = (client.get(address).status_code, client.post(address).status_code)

    assert answers == {30: (200, 409), 31: (410, 410)}
