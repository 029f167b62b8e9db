"""The page of a registration while a place is kept, or free to all: it says until when, and one button takes it."""

from datetime import timedelta

import pytest
import time_machine

from registrations import emails, links
from registrations.models import Registration
from registrations.services import offers, places
from tests.factories import NOW, create_session, register, states

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def path(link: str) -> str:
    return link.removeprefix("http://localhost:8000")


@pytest.fixture
def luis():
    """Waits for the one place that Ana has."""
    session = create_session(starts_at=NOW + 10 * DAY, capacity=1)
    register(session, "Ana", NOW)
    return register(session, "Luis", NOW + HOUR)


def ana_cancels(at) -> None:
    places.cancel(registration=Registration.objects.get(attendee__full_name="Ana"), now=at)


def test_who_is_offered_a_place_sees_until_when_in_their_own_hour_and_takes_it(client, luis):
    ana_cancels(NOW + HOUR)
    page, button = path(links.manage(luis)), path(links.manage(luis)) + "take/"

    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        shown = client.get(page, {"lang": "en"}).content.decode()
        client.get(button)
        client.head(button)
        assert states(luis.session)["Luis"] == "offered"
        answer = client.post(button)

    # 15:00 UTC the next day is ten in Bogotá.
    assert "A place is kept for you" in shown
    assert "Tuesday 6 October 2026 at 10:00" in shown
    assert f'action="{button}"' in shown
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert states(luis.session)["Luis"] == "confirmed"


def test_a_button_pressed_too_late_says_so_and_takes_nothing(client, luis):
    ana_cancels(NOW + HOUR)

    with time_machine.travel(NOW + 3 * DAY, tick=False):
        page = client.get(path(links.manage(luis)), {"lang": "en"}).content.decode()
        answer = client.post(path(links.manage(luis)) + "take/?lang=en")

    assert "The time to take the place is over" in page
    assert "take/" not in page
    assert (answer.status_code, "The place is gone" in answer.content.decode()) == (409, True)
    assert states(luis.session)["Luis"] == "offered"


def test_an_offer_opens_no_room(client, luis):
    ana_cancels(NOW + HOUR)

    with time_machine.travel(luis.session.starts_at, tick=False):
        shown = client.get(path(links.join(luis)), {"lang": "en"}).content.decode()

    assert "There is no confirmed place behind this link" in shown


def test_near_the_start_who_waits_sees_the_button(client, luis):
    page = path(links.manage(luis))
    late = luis.session.starts_at - HOUR
    with time_machine.travel(late, tick=False):
        before = client.get(page, {"lang": "en"}).content.decode()
    ana_cancels(late)

    with time_machine.travel(late, tick=False):
        shown = client.get(page, {"lang": "en"}).content.decode()
        client.post(page + "take/")

    assert "take/" not in before
    assert "whoever takes it first has it" in before
    assert "we keep it for whoever has waited longest" not in before
    assert "A place is free now" in shown
    assert states(luis.session)["Luis"] == "confirmed"


def test_who_waits_leaves_the_list_by_words_that_speak_of_it(client, luis):
    page = path(links.manage(luis))

    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        shown = [client.get(address, {"lang": "en"}).content.decode() for address in (page, page + "cancel/")]
        client.post(page + "cancel/")

    assert all("Leave the waiting list" in one and "I can’t come" not in one for one in shown)
    assert states(luis.session)["Luis"] == "cancelled"


def test_nobody_is_said_to_wait_where_nobody_does(client, luis):
    """Luis is the only one on the list."""
    ana_cancels(NOW + HOUR)
    offer = emails.compose(luis.messages.get(kind="offer")).mail.body
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        pages = [
            client.get(path(links.manage(luis)) + tail, {"lang": "en"}).content.decode() for tail in ("", "cancel/")
        ]
    offers.pass_on_lapsed(now=NOW + 3 * DAY)
    lapsed = emails.compose(luis.messages.get(kind="lapsed")).mail

    said = " ".join([offer, *pages, lapsed.subject, lapsed.body])
    for untrue in ("waiting.", "esperando", "next person", "siguiente persona", "otra persona:", "Both of you"):
        assert untrue not in said
