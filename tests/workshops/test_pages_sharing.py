"""What leaves our pages for calendars, messengers and search engines."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import translation

from tests.factories import create_series, create_session, create_speaker, seat
from workshops import sharing

pytestmark = pytest.mark.django_db
PAGE = "http://localhost:8000/en/series/community-in-practice/1/"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def event_on(client, path="/en/series/community-in-practice/1/"):
    html = client.get(path).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])


def asked(link):
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_google_and_outlook_get_the_same_facts_and_our_page():
    session = create_session()

    assert asked(sharing.google_calendar(session)) == {
        "action": "TEMPLATE",
        "text": "What is question 1? · Community in Practice",
        "dates": "20261015T140000Z/20261015T153000Z",
        "details": PAGE,
        "location": PAGE,
    }
    assert asked(sharing.outlook_calendar(session)) == {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": "What is question 1? · Community in Practice",
        "startdt": "2026-10-15T14:00:00Z",
        "enddt": "2026-10-15T15:30:00Z",
        "body": PAGE,
        "location": PAGE,
    }


def test_without_an_hour_there_is_nothing_for_a_calendar(client):
    session = create_session(start_time=None, minutes=None, state="announced")

    assert sharing.google_calendar(session) == sharing.outlook_calendar(session) == ""
    assert b"Add to calendar" not in client.get("/en/series/community-in-practice/1/").content


def test_whatsapp_gets_the_question_the_day_as_far_as_known_and_the_page():
    series = create_series()
    known = create_session(series, number=1)
    undated = create_session(series, number=2, day=None, start_time=None, minutes=None, state="announced")

    assert asked(sharing.whatsapp(known))["text"].split("\n") == [
        "What is question 1?",
        "Thursday 15 October 2026, 11:00 Santiago (UTC−3)",
        PAGE,
    ]
    assert asked(sharing.whatsapp(undated))["text"].split("\n") == [
        "What is question 2?",
        "http://localhost:8000/en/series/community-in-practice/2/",
    ]


def test_search_engines_read_an_event(client):
    session = create_session(mode="hybrid", languages=["es", "pt"], summary={"en": "A summary."})
    seat(create_speaker("Rosa Vega"), session)

    assert event_on(client) == {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "What is question 1?",
        "url": PAGE,
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "isAccessibleForFree": True,
        "inLanguage": ["es", "pt"],
        "location": [
            {"@type": "VirtualLocation", "url": PAGE},
            {"@type": "Place", "name": "Casa Central", "address": "Alameda 1058, Santiago"},
        ],
        "description": "A summary.",
        "startDate": "2026-10-15T11:00:00-03:00",
        "endDate": "2026-10-15T12:30:00-03:00",
        "organizer": {"@type": "Organization", "name": "The platform"},
        "performer": [{"@type": "Person", "name": "Rosa Vega"}],
    }


def test_what_search_engines_read_cannot_leave_its_element(client):
    hostile = "</script><script>alert(1)</script> & <!--"
    create_session(question={"en": hostile})

    assert event_on(client)["name"] == hostile


def test_the_page_names_itself_and_its_other_languages(client):
    create_session()

    html = client.get("/pt/series/community-in-practice/1/?tz=America/Bogota").content.decode()

    assert '<link rel="canonical" href="http://localhost:8000/pt/series/community-in-practice/1/">' in html
    assert re.findall(r'rel="alternate" hreflang="(..)" href="([^"]+)"', html) == [
        (code, f"http://localhost:8000/{code}/series/community-in-practice/1/") for code in ("es", "pt", "en", "fr")
    ]


def test_links_for_the_world_are_built_from_our_address_never_from_the_request(client, settings):
    settings.ALLOWED_HOSTS = ["evil.example"]
    create_session()

    html = unescape(
        client.get("/en/series/community-in-practice/1/", headers={"host": "evil.example"}).content.decode()
    )

    assert "evil.example" not in html
