"""Public calendars and photos."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from tests.factories import NOW, create_series, create_session

pytestmark = pytest.mark.django_db
FEED = "/series/community-in-practice/calendar.ics"


def events(response):
    return Calendar.from_ical(response.content).walk("VEVENT")


def test_the_feed_holds_every_published_session_whose_hour_is_known(client):
    series = create_series()
    create_session(series, number=1)
    create_session(series, number=2, start_time=None, state="announced")
    create_session(series, number=3, state="draft")
    create_session(series, number=4, state="cancelled")

    response = client.get(FEED)

    assert response["Content-Type"].startswith("text/calendar")
    found = {str(event["URL"]).rstrip("/").rsplit("/", 1)[1]: str(event["STATUS"]) for event in events(response)}
    assert found == {"1": "CONFIRMED", "4": "CANCELLED"}
    assert b"METHOD:PUBLISH" in response.content
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in response.content


def test_one_session_as_a_file_points_to_its_page_and_carries_its_revision(client):
    session = create_session()
    session.start_time = "12:00"
    session.revise(now=NOW)

    response = client.get("/series/community-in-practice/1.ics?lang=pt")

    (event,) = events(response)
    assert event["URL"] == "http://localhost:8000/pt/series/community-in-practice/1/"
    assert event["SEQUENCE"] == session.revision == 2
    assert response["Content-Disposition"] == 'attachment; filename="community-in-practice-1.ics"'
    assert session.meeting_link not in response.content.decode()


def test_without_an_hour_or_unpublished_there_is_no_file(client):
    series = create_series()
    create_session(series, number=1, start_time=None, state="announced")
    create_session(series, number=2, state="draft")

    assert [client.get(f"/series/community-in-practice/{number}.ics").status_code for number in (1, 2, 3)] == [404] * 3


def test_a_feed_that_did_not_change_is_not_sent_again(client):
    create_session()
    tag = client.get(FEED)["ETag"]

    assert client.get(FEED, headers={"if-none-match": tag}).status_code == 304

    session = create_session(number=2, starts_at=NOW + timedelta(days=20))
    assert session.revision == 1
    assert client.get(FEED, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_feed_costs_two_queries(client, rows, django_assert_num_queries):
    series = create_series()
    for number in range(rows):
        create_session(series, number=number + 1)

    with django_assert_num_queries(2):
        client.get(FEED)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "speakers").mkdir()
    (tmp_path / "speakers" / "rosa.webp").write_bytes(b"RIFF")
    (tmp_path / "speakers" / "notes.html").write_text("<script>")
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    return tmp_path


def test_a_photo_is_served_as_what_it_is_and_kept_long(client, media):
    response = client.get("/media/speakers/rosa.webp")

    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "speakers/missing.webp",
        "speakers/notes.html",
        "secret.jpg",
        "speakers/../secret.jpg",
        "speakers/%2e%2e/secret.jpg",
        "speakers//etc/passwd.jpg",
        "speakers/",
        "other/rosa.webp",
    ],
)
def test_nothing_else_is_served(client, media, path):
    assert client.get(f"/media/{path}").status_code == 404
