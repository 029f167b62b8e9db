"""Public pages: what they show, what they never show, and what they cost."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from tests.factories import NOW, create_attendee, create_series, create_session, create_speaker, register, seat
from workshops.models import Panellist, Places, Series, Session, Speaker

pytestmark = pytest.mark.django_db


def page(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def session_path(session, language="en"):
    return f"/{language}/series/{session.series.slug}/{session.number}/"


def test_the_home_page_is_the_series_published_last(client):
    create_series("older", name={"en": "Older series"})
    create_series("newer", name={"en": "Newer series"})

    assert "<h1>Newer series</h1>" in page(client, "/en/")


def test_without_a_series_the_home_page_says_so(client):
    assert "Nothing announced yet" in page(client, "/en/", status=404)


def test_what_is_not_published_is_not_found(client):
    series = create_series()
    draft = create_session(series, number=1, state="draft")
    hidden = create_session(create_series("hidden", published=False), number=1)
    speaker = create_speaker("Rosa Vega")
    seat(speaker, draft)

    for path in (session_path(draft), session_path(hidden), "/en/series/hidden/", "/en/speakers/rosa-vega/"):
        page(client, path, status=404)


def test_the_when_block_shows_the_city_asked_for_and_the_organisers_hour(client):
    session = create_session()

    html = page(client, session_path(session) + "?tz=America/Bogota")

    assert "<span data-place>Bogotá (UTC−5)</span>" in html
    assert ">09:00</time>" in html
    assert "11:00 in Santiago, the organiser’s time" in html


def test_a_city_that_does_not_exist_is_as_good_as_none(client):
    session = create_session()

    for asked in ("Mars/Olympus", "../../etc/passwd", "'\"><script>"):
        response = client.get(session_path(session), {"tz": asked})
        assert "<span data-place>Santiago (UTC−3)</span>" in response.content.decode()
        assert "Olympus" not in response.content.decode()


def test_links_keep_the_city_and_other_languages_keep_the_page(client):
    session = create_session()

    html = page(client, session_path(session) + "?tz=America/Bogota")

    assert f'href="/es{session_path(session)[3:]}?tz=America%2FBogota"' in html
    assert "/register/?session=1&amp;tz=America%2FBogota" in html


def test_unknown_facts_stay_unknown(client):
    series = create_series()
    undated = create_session(series, number=1, day=None, start_time=None, minutes=None, state="announced")
    without_hour = create_session(series, number=2, start_time=None, minutes=None, state="announced")

    assert "Date to be announced" in page(client, session_path(undated))
    html = page(client, session_path(without_hour))
    assert "Hour to be confirmed" in html
    assert "<time" not in html
    assert '"startDate": "2026-10-15"' in html
    assert "startDate" not in page(client, session_path(undated))


def test_sessions_of_which_nothing_is_known_are_one_block(client):
    create_session(number=2)
    create_session(number=3, question={}, day=None, start_time=None, minutes=None, state="announced")

    html = page(client, "/en/")

    assert "Sessions 1, 3, 4, 5, 6, 7, 8, 9, 10" in html
    assert html.count("is-unknown") == 1


@pytest.mark.parametrize(
    ("capacity", "taken", "words", "button"),
    [
        (None, 0, "Registration open", "Register"),
        (50, 0, "Registration open", "Register"),
        (50, 46, "Few places left", "Register"),
        (50, 50, "Full: waiting list", "Join the waiting list"),
    ],
)
def test_the_chip_and_the_button_say_how_full_a_session_is(client, capacity, taken, words, button):
    session = create_session(capacity=capacity)
    Places.objects.filter(session=session).update(taken=taken)

    html = page(client, session_path(session))

    assert words in html
    assert f">{button}</a>" in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "announced"}, "Registration is not open yet."),
        ({"state": "closed"}, "Registration is closed."),
        ({"starts_at": NOW - timedelta(days=3)}, "This session has ended."),
        ({"state": "cancelled", "cancellation_reason": {"en": "The panel is ill."}}, "The panel is ill."),
    ],
)
def test_who_cannot_register_reads_why(client, fields, words):
    html = page(client, session_path(create_session(**fields)))

    assert words in html
    assert "?session=1" not in html


def test_a_cancelled_session_strikes_its_date(client):
    html = page(client, session_path(create_session(state="cancelled")))

    assert "<s><span data-date>Thursday 15 October 2026</span></s>" in html
    assert "https://schema.org/EventCancelled" in html


def test_after_a_session_the_points_that_were_made_are_shown(client):
    past = create_session(
        number=1,
        starts_at=NOW - timedelta(days=3),
        attendance_published="more than 180",
        recording="https://example.org/recording",
        takeaways={"en": "Trust comes **first**."},
        materials={"en": "[Slides](https://example.org/slides.pdf)"},
    )
    ahead = create_session(number=2)
    rosa = create_speaker("Rosa Vega")
    for session in (past, ahead):
        seat(rosa, session, point={"en": "Trust takes years."})

    html = page(client, session_path(past))

    assert "More than 180 people took part" in html
    assert "Trust comes <strong>first</strong>." in html
    assert "Trust takes years." in html
    assert "https://example.org/recording" in html
    assert 'id="materials"' in html
    assert 'href="https://example.org/slides.pdf"' in html
    assert 'id="materials"' not in page(client, session_path(ahead))
    assert "Trust takes years." not in page(client, session_path(ahead))


def test_a_text_in_another_language_says_which(client):
    session = create_session(question={"pt": "Como começar?"})

    html = page(client, session_path(session, "fr"))

    assert '<span lang="pt">Como começar?</span>' in html


def test_the_meeting_link_is_nowhere(client):
    session = create_session(meeting_link="https://zoom.us/j/99887766")
    seat(create_speaker("Rosa Vega"), session)

    paths = [
        "/en/",
        session_path(session),
        "/en/speakers/rosa-vega/",
        reverse("feeds:series", args=[session.series.slug]),
    ]

    assert [path for path in paths if "99887766" in page(client, path)] == []


def test_what_staff_write_cannot_leave_its_place(client):
    hostile = "</script><script>alert(1)</script>\"'><img src=x>"
    session = create_session(question={"en": hostile}, summary={"en": hostile})

    for path in ("/en/", session_path(session)):
        html = page(client, path)
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert escape(hostile) in html


def test_public_pages_are_the_same_for_everyone_and_set_no_cookie(client, admin_client):
    session = create_session()
    seat(create_speaker("Rosa Vega"), session)

    for path in ("/en/", session_path(session), "/en/speakers/rosa-vega/"):
        ours, theirs = client.get(path), admin_client.get(path)
        assert ours.content == theirs.content
        assert not ours.cookies
        assert "Cookie" not in ours.get("Vary", "")
        assert ours["Cache-Control"] == "public, max-age=1, stale-while-revalidate=1, stale-if-error=300"


def test_a_page_that_did_not_change_is_not_sent_again(client):
    path = session_path(create_session())
    tag = client.get(path)["ETag"]

    assert client.get(path, headers={"if-none-match": tag}).status_code == 304


def test_the_session_before_and_after_are_linked_unless_they_are_drafts(client):
    series = create_series()
    for number, state in ((1, "draft"), (2, "open"), (3, "announced")):
        create_session(series, number=number, state=state)

    html = page(client, "/en/series/community-in-practice/2/")

    assert 'rel="prev"' not in html
    assert 'rel="next" href="/en/series/community-in-practice/3/"' in html


def test_a_page_that_is_kept_is_made_anew_when_anything_it_shows_changes(client, time_machine):
    session = create_session(capacity=10)
    rosa = create_speaker("Rosa Vega")
    chair = seat(rosa, session)

    def seen():
        return page(client, session_path(session))

    pages = [seen()]
    for change in (
        lambda: Session.objects.update(summary={"en": "A new summary."}),
        lambda: Series.objects.update(name={"en": "Another name"}),
        lambda: Places.objects.update(taken=8),
        lambda: Panellist.objects.filter(pk=chair.pk).update(topic={"en": "Trust"}),
        lambda: Speaker.objects.update(organisation="The cluster"),
        lambda: create_session(number=2),
        lambda: time_machine.move_to(session.starts_at),
        lambda: time_machine.move_to(session.ends_at),
    ):
        change()
        assert seen() not in pages
        pages.append(seen())
    assert seen() == pages[-1]


def test_a_page_that_does_not_exist_answers_in_the_readers_language_with_a_way_on(client):
    html = page(client, "/pt/nothing/", status=404)

    assert '<html lang="pt">' in html
    assert 'href="/pt/"' in html


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_with_one_and_with_three(client, rows, django_assert_num_queries):
    series = create_series()
    sessions = [create_session(series, number=number + 1) for number in range(rows)]
    for number in range(rows):
        speaker = create_speaker(f"Speaker {number}")
        for session in sessions:
            seat(speaker, session)

    for path, queries in (("/en/", 5), (session_path(sessions[0]), 3), ("/en/speakers/speaker-0/", 4)):
        with django_assert_num_queries(queries):
            client.get(path)


def test_the_constellation_is_drawn_from_who_is_registered(client):
    session = create_session()
    assert "constellation" not in page(client, "/en/")

    register(session, "Ana", country="CO")
    register(session, "Luis", country="CO")
    register(session, "Rosa", country="MX")
    create_attendee("Nobody", country="PE")

    html = page(client, "/en/")
    assert "3 people" in html
    assert "2 countries" in html
    assert html.count("<circle cx") == 2
    assert "<title>Colombia: 2</title>" in html


def test_decimals_in_a_drawing_are_written_with_a_point_in_every_language(client):
    register(create_session(), "Ana")

    drawing = page(client, "/es/").split("<svg viewBox")[1].split("</svg>")[0]
    assert re.search(r'cx="\d+\.\d+"', drawing)
    assert not re.search(r'"\d+,\d+"', drawing)


def test_the_home_page_shows_first_what_is_on_now(client):
    series = create_series()
    create_session(series, number=1, starts_at=NOW - timedelta(minutes=10))
    create_session(series, number=2)

    html = page(client, "/en/")

    assert "On now" in html
    assert Session.objects.get(number=1).question.data["en"] in html.split("next-card")[1].split("</h2>")[0]
