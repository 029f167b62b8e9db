"""A cap that is reached: every way in says so in words, and to a known address as to an unknown one."""

import pytest

from registrations import links
from registrations.models import Enrolment, Registration
from registrations.services import places
from tests.factories import NOW, create_attendee, create_session, register, states
from tests.registrations.views.mine import signed_in, text
from tests.servers.forms import filled
from workshops.models import Session

pytestmark = pytest.mark.django_db
FORM = "/en/series/community-in-practice/register/"
ONE = "Session 1 takes 1 person from each country, and the place of this one is taken."


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def full_session() -> Session:
    session = create_session(most_per_country=1)
    register(session, "Ana", country="CO")
    return session


def test_the_form_names_session_and_cap_and_keeps_what_was_typed(client):
    session = full_session()

    answer = client.post(FORM, filled("Luis Díaz", "luis@example.org", 1))

    assert (answer.status_code, states(session)) == (422, {"Ana": "confirmed"})
    assert ONE in text(answer)
    assert 'value="Luis Díaz"' in answer.content.decode()


def test_several_people_of_one_initiative_are_counted_in_words(client):
    session = create_session(most_per_initiative=2)
    for name in ("Ana", "Luis"):
        client.post(FORM, filled(name, f"{name}@example.org", 1, initiative="Norte"))

    answer = client.post(FORM, filled("Eva", "eva@example.org", 1, initiative="NORTE"))

    assert (answer.status_code, len(states(session))) == (422, 2)
    assert "Session 1 takes at most 2 people of each initiative, and this one has reached that number." in text(answer)


def test_a_known_address_reads_what_an_unknown_one_reads(client):
    full_session()
    create_attendee("Eva", country="CL")

    pages = [
        client.post(FORM, filled("Same Name", email, 1))
        for email in ("ana@example.org", "eva@example.org", "nobody@example.org")
    ]

    assert [page.status_code for page in pages] == [422] * 3
    shown = {
        text(page).replace(email, "").replace(page.context["csrf_token"].__str__(), "")
        for page, email in zip(pages, ("ana@example.org", "eva@example.org", "nobody@example.org"), strict=True)
    }
    assert len(shown) == 1


def test_one_tap_is_refused_in_words(client):
    session = full_session()
    luis = create_attendee("Luis", language="en")

    answer = client.post(path(links.one_tap(luis, session)))

    assert (answer.status_code, states(session)) == (409, {"Ana": "confirmed"})
    assert ONE in text(answer)


def test_the_buttons_of_my_sessions_are_refused_in_words():
    session = full_session()
    browser = signed_in(create_attendee("Luis", language="en"))

    answers = [
        browser.post("/en/me/register/", {"session": session.pk}),
        browser.post("/en/me/enrol/", {"series": session.series_id}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert all(ONE in text(answer) for answer in answers)
    assert (states(session), Enrolment.objects.count()) == ({"Ana": "confirmed"}, 0)


@pytest.mark.parametrize("act", ["undo", "again"])
def test_the_way_back_is_refused_in_words_in_the_readers_language(client, act):
    session = create_session(most_per_country=1)
    luis = register(session, "Luis", language="en")
    places.cancel(registration=luis, now=NOW)
    register(session, "Ana")

    answer = client.post(f"{path(links.manage(luis))}{act}/")

    assert (answer.status_code, ONE in text(answer)) == (409, True)
    assert Registration.objects.get(pk=luis.pk).state == "cancelled"
