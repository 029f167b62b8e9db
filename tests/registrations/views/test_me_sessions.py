"""My sessions: the path as one person walked it, and the buttons that change it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registrations import links
from registrations.models import Appeal, Attendee, Enrolment, Message, Registration
from registrations.services import appeals, places
from tests.factories import (
    NOW,
    create_attendee,
    create_series,
    create_session,
    note,
    register,
    register_for,
    states,
)
from tests.registrations.views.mine import signed_in, text

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAGE = "/en/me/"


def journey() -> Attendee:
    """Ana attended session 1, missed 2, is registered for 3, waits for 4, and could join 5."""
    create_series()
    attended, missed = (create_session(number=n, starts_at=NOW + n * DAY) for n in (1, 2))
    create_session(number=3, starts_at=NOW + 30 * DAY)
    create_session(number=4, capacity=1, starts_at=NOW + 40 * DAY)
    create_session(number=5, starts_at=NOW + 50 * DAY)
    ana = register(attended, "Ana").attendee
    came = register(missed, "Luis")
    register(missed, "Ana")
    note(ana.registrations.get(session=attended), "staff", at=NOW + DAY)
    note(came, at=NOW + 2 * DAY)
    register_for([session_of(3)], "Ana")
    register(session_of(4), "Luis")
    register(session_of(4), "Eva")
    register(session_of(4), "Ana", now=NOW + timedelta(minutes=1))
    return ana


def session_of(number: int):
    from workshops.models import Session

    return Session.objects.select_related("series").get(number=number, series__slug="community-in-practice")


def held(attendee: Attendee, number: int) -> Registration:
    return Registration.objects.get(attendee=attendee, session__number=number)


def later(client: Client, path: str = PAGE):
    """The page ten days on: sessions 1 and 2 are over."""
    with time_machine.travel(NOW + 10 * DAY, tick=False):
        return client.get(path)


def test_the_path_says_of_each_session_what_one_has_of_it():
    ana = journey()

    page = text(later(signed_in(ana)))

    said = [f'stop-words">{words}<' for words in ("attended", "missed", "registered", "waiting list", "open to you")]
    assert [words in page for words in said] == [True] * 5
    assert page.count('<li class="stop ') == 10
    assert "Waiting list: place 2" in page
    assert "1 session attended · registered for 1" in page


def test_what_is_over_says_how_one_was_seen_and_leads_to_the_recording():
    ana = journey()
    first = session_of(1)
    first.recording = "https://videos.example.org/1"
    first.materials = {"en": "[Slides](https://example.org/slides.pdf)"}
    first.save()

    page = text(later(signed_in(ana)))

    assert "How we know: Marked by the organisers" in page
    assert "https://videos.example.org/1" in page
    assert "/en/series/community-in-practice/1/#materials" in page
    assert "You were not there" in page


def test_where_nobody_wrote_down_who_came_nobody_missed_anything():
    ana = register(create_session(starts_at=NOW + DAY), "Ana").attendee

    page = text(later(signed_in(ana)))

    assert "You were not there" not in page
    assert "Who came was not written down yet." in page


def test_a_session_ahead_leads_into_the_room_and_to_i_cannot_come():
    ana = journey()
    registration = held(ana, 3)

    page = text(signed_in(ana).get(PAGE))

    assert f"/r/{links.join_token(registration)}/join/" in page
    assert f"/r/{links.token(registration)}/cancel/" in page
    assert "calendar.google.com" in page


def test_one_button_registers_and_a_mail_says_so():
    ana = journey()

    answer = signed_in(ana).post(f"{PAGE}register/", {"session": session_of(5).pk})

    assert (answer.status_code, answer["Location"]) == (302, "/en/me/?said=registered")
    assert held(ana, 5).state == "confirmed"
    assert Message.objects.filter(registration=held(ana, 5), kind="confirmation").count() == 1


def test_a_hybrid_session_asks_how_one_comes():
    ana = register(create_session(number=1), "Ana").attendee
    session = create_session(number=2, mode="hybrid", starts_at=NOW + 30 * DAY)

    page = text(signed_in(ana).get(PAGE))
    signed_in(ana).post(f"{PAGE}register/", {"session": session.pk, "mode": "in_person"})

    assert ("Register: Online" in page, "Register: In person" in page) == (True, True)
    assert held(ana, 2).mode == "in_person"


def test_a_full_session_puts_one_on_the_waiting_list_and_one_button_leaves_it():
    session = create_session(number=2, capacity=1, starts_at=NOW + 30 * DAY)
    register(session, "Luis")
    ana = register(create_session(number=1), "Ana").attendee
    client = signed_in(ana)

    joined = client.post(f"{PAGE}register/", {"session": session.pk})
    client.post(f"{PAGE}cancel/", {"registration": held(ana, 2).pk})

    assert joined["Location"].endswith("said=waiting")
    assert states(session) == {"Luis": "confirmed", "Ana": "cancelled"}


def test_an_offered_place_shows_its_deadline_and_is_taken_by_one_button():
    session = create_session(number=2, capacity=1, starts_at=NOW + 30 * DAY)
    first, ana = register(session, "Luis"), register(session, "Ana", country="CL").attendee
    places.cancel(registration=first, now=NOW)
    client = signed_in(ana)

    page = text(client.get(PAGE))
    answer = client.post(f"{PAGE}take/", {"registration": held(ana, 2).pk})

    assert "Take it until Tuesday 6 October 2026, 11:00." in page
    assert answer["Location"].endswith("said=taken")
    assert states(session)["Ana"] == "confirmed"


def test_an_offered_place_is_declined_by_one_button_and_goes_on():
    session = create_session(number=2, capacity=1, starts_at=NOW + 30 * DAY)
    first, ana = register(session, "Luis"), register(session, "Ana").attendee
    register(session, "Eva", now=NOW + timedelta(minutes=1))
    places.cancel(registration=first, now=NOW + timedelta(minutes=2))

    signed_in(ana).post(f"{PAGE}cancel/", {"registration": held(ana, 2).pk})

    assert states(session) == {"Luis": "cancelled", "Ana": "cancelled", "Eva": "offered"}


def test_an_offer_that_is_over_is_said_so_and_nothing_is_taken():
    session = create_session(number=2, capacity=1, starts_at=NOW + 30 * DAY)
    first, ana = register(session, "Luis"), register(session, "Ana").attendee
    places.cancel(registration=first, now=NOW)

    with time_machine.travel(NOW + 3 * DAY, tick=False):
        answer = signed_in(ana).post(f"{PAGE}take/", {"registration": held(ana, 2).pk})

    assert (answer.status_code, "That is not possible any more" in text(answer)) == (409, True)
    assert states(session)["Ana"] == "offered"


def test_who_is_in_the_whole_series_skips_one_session_by_one_tap_and_comes_back_to_it():
    session = create_session(number=1)
    register_for([session], "Ana", whole_series=True)
    ana = Attendee.objects.get()
    client = signed_in(ana)

    assert "Skip this session" in text(client.get(PAGE))
    client.post(f"{PAGE}cancel/", {"registration": held(ana, 1).pk})

    assert (states(session), Enrolment.objects.get().left_at) == ({"Ana": "cancelled"}, None)
    client.post(f"{PAGE}register/", {"session": session.pk})
    assert states(session) == {"Ana": "confirmed"}


def test_leaving_the_whole_series_keeps_what_one_has_and_coming_back_skips_what_one_skipped():
    series = create_series()
    kept, skipped = create_session(number=1), create_session(number=2, starts_at=NOW + 20 * DAY)
    register_for([kept], "Ana", whole_series=True)
    ana = Attendee.objects.get()
    client = signed_in(ana)
    client.post(f"{PAGE}cancel/", {"registration": held(ana, 2).pk})

    client.post(f"{PAGE}leave/", {"series": series.pk})
    left = Enrolment.objects.get().left_at
    opened = create_session(number=3, starts_at=NOW + 30 * DAY)
    client.post(f"{PAGE}enrol/", {"series": series.pk})

    assert (left, Enrolment.objects.get().left_at) == (NOW, None)
    assert [states(session) for session in (kept, skipped, opened)] == [
        {"Ana": "confirmed"},
        {"Ana": "cancelled"},
        {"Ana": "confirmed"},
    ]


def test_coming_back_twice_registers_once_and_writes_once():
    series = create_series()
    ana = register(create_session(number=1), "Ana").attendee
    create_session(number=2, starts_at=NOW + 20 * DAY)
    before = Message.objects.count()

    for _ in range(2):
        signed_in(ana).post(f"{PAGE}enrol/", {"series": series.pk})

    assert Message.objects.count() == before + 1
    assert Registration.objects.filter(attendee=ana).count() == 2


def test_the_calendar_has_an_address_that_can_be_renewed_and_the_old_one_ends():
    ana = register(create_session(), "Ana").attendee
    old = links.calendar(ana).removeprefix("http://localhost:8000")
    client = signed_in(ana)
    assert (old in text(client.get(PAGE)), Client().get(old).status_code) == (True, 200)

    client.post(f"{PAGE}calendar/")

    ana.refresh_from_db()
    new = links.calendar(ana).removeprefix("http://localhost:8000")
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    assert new in text(client.get(PAGE))


def test_several_series_stand_apart_and_what_is_ahead_stands_first():
    older = create_session(create_series("older", name={"en": "Older series"}), starts_at=NOW + DAY)
    newer = create_session(create_series("newer", name={"en": "Newer series"}), starts_at=NOW + 30 * DAY)
    register(older, "Ana")
    ana = register(newer, "Ana").attendee

    page = text(later(signed_in(ana)))

    assert 0 < page.index("Newer series</h2>") < page.index("Older series</h2>")


def test_who_has_nothing_is_led_to_the_sessions():
    page = text(signed_in(create_attendee()).get(PAGE))

    assert "You are not registered for anything yet." in page


ACTS = {"register": "session", "cancel": "registration", "take": "registration", "enrol": "series", "leave": "series"}


@pytest.mark.parametrize(("act", "field"), ACTS.items())
def test_looking_at_an_act_does_nothing(act, field):
    ana = journey()
    before = list(Registration.objects.order_by("pk").values())

    answer = signed_in(ana).get(f"{PAGE}{act}/?{field}={held(ana, 3).pk}")

    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert list(Registration.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("act", ["cancel", "take"])
def test_somebody_elses_registration_is_answered_like_nonsense(act):
    ana = journey()
    eva = signed_in(Attendee.objects.get(full_name="Eva"))
    before = list(Registration.objects.order_by("pk").values())

    answers = [
        eva.post(f"{PAGE}{act}/", {"registration": key})
        for key in (held(ana, 3).pk, held(ana, 4).pk, 999_999, "nonsense", "", "-1", "9" * 40, "１")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert list(Registration.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(("act", "field"), [("register", "session"), ("enrol", "series"), ("leave", "series")])
def test_what_is_not_published_is_answered_like_nonsense(act, field):
    ana = register(create_session(), "Ana").attendee
    hidden = create_session(create_series("hidden", published=False), number=1)
    key = {"session": hidden.pk, "series": hidden.series_id}[field]

    answers = [signed_in(ana).post(f"{PAGE}{act}/", {field: value}) for value in (key, 999_999, "nonsense")]

    assert ([answer.status_code for answer in answers], len({answer.content for answer in answers})) == ([404] * 3, 1)


def test_a_press_without_the_pages_token_is_refused():
    ana = journey()
    client = signed_in(ana, enforce_csrf_checks=True)

    answer = client.post(f"{PAGE}cancel/", {"registration": held(ana, 3).pk})

    assert (answer.status_code, held(ana, 3).state) == (403, "confirmed")


@pytest.mark.parametrize("path", ["", "profile/"])
def test_nobody_else_may_keep_or_index_these_pages(path):
    answer = signed_in(journey()).get(f"{PAGE}{path}")

    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex"


# The attendee, their registrations, evidence, enrolments, series, sessions and places.
QUERIES = 8


@pytest.mark.parametrize("registrations", [1, 30, pytest.param(300, marks=pytest.mark.at_length)])
def test_the_page_costs_the_same_with_one_registration_and_with_many(registrations):
    many = create_series(planned_sessions=registrations)
    for number in range(1, registrations + 1):
        register(create_session(many, number=number, starts_at=NOW + number * DAY), "Ana")
    client = signed_in(Attendee.objects.get())

    with CaptureQueriesContext(connection) as asked:
        assert client.get(PAGE).status_code == 200

    assert len(asked) == QUERIES, [query["sql"] for query in asked.captured_queries]


@pytest.mark.parametrize("language", ["es", "pt", "en", "fr"])
def test_the_page_speaks_the_language_of_its_address(language):
    ana = journey()

    page = text(signed_in(ana).get(f"/{language}/me/"))

    assert f'<html lang="{language}">' in page
    assert f'href="/{language}/me/profile/"' in page


def test_a_place_that_waits_for_an_answer_stands_first_and_has_the_one_big_button():
    session = create_session(number=2, capacity=1, starts_at=NOW + 30 * DAY)
    first, ana = register(session, "Luis"), register(session, "Ana").attendee
    register(create_session(number=1), "Ana")
    places.cancel(registration=first, now=NOW)

    page = text(signed_in(ana).get(PAGE))

    assert page.index("What is question 2?") < page.index("What is question 1?")
    assert page.count("btn btn-primary") == page.count('btn btn-primary" name="registration"') == 1


def test_who_was_missed_says_that_they_were_there_and_reads_the_answer() -> None:
    ana = journey()
    client, missed = signed_in(ana), held(ana, 2)

    with time_machine.travel(NOW + 10 * DAY):
        asked = text(client.get(PAGE))
        client.post(f"{PAGE}was-there/", {"registration": missed.pk, "words": "I was <Sala 3>."})
        said = text(client.get(PAGE))
        appeals.answer(appeal=missed.appeal, granted=False, reason="No <device> of that name.", by=None, now=NOW)
        refused = text(client.get(PAGE))

    assert "Tell the organisers" in asked
    assert "The organisers look into it." in said
    assert "Tell the organisers" not in said
    assert "No &lt;device&gt; of that name." in refused


def test_nobody_is_asked_long_after() -> None:
    ana = journey()

    with time_machine.travel(NOW + 34 * DAY):
        page = text(signed_in(ana).get(PAGE))

    assert "Nobody saw you come in." in page
    assert "Tell the organisers" not in page


def test_nobody_says_it_for_somebody_else() -> None:
    ana = journey()
    stranger = create_attendee("Eva Soto")
    with time_machine.travel(NOW + 10 * DAY):
        answer = signed_in(stranger).post(f"{PAGE}was-there/", {"registration": held(ana, 2).pk})

    assert answer.status_code == 404
    assert not Appeal.objects.exists()
