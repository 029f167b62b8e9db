"""Cancelled by mistake, or with a change of heart: the page of the registration offers the way back."""

from datetime import timedelta

import pytest
import time_machine

from registrations import links
from registrations.models import Message, Registration
from registrations.services import places
from tests.factories import NOW, create_session, register, states

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def give_up(session, name: str = "Ana") -> str:
    """Register and cancel; return the path of the registration's page."""
    registration = register(session, name, language="en")
    places.cancel(registration=registration, now=NOW)
    return path(links.manage(registration))


def test_the_page_offers_to_undo_and_one_button_does(client):
    session = create_session(capacity=1)
    address = give_up(session)

    page = client.get(address).content.decode()
    for method in (client.get, client.head):
        method(f"{address}undo/")
    seen = states(session)
    answer = client.post(f"{address}undo/")

    # 14:10 UTC is 09:10 in Bogotá.
    assert "until 09:10 you can take it back" in page
    assert f'action="{address}undo/"' in page
    assert (seen, states(session)) == ({"Ana": "cancelled"}, {"Ana": "confirmed"})
    assert (answer.status_code, answer["Location"]) == (302, address)


def test_once_the_place_is_gone_the_page_says_so_and_offers_the_waiting_list(client):
    session = create_session(capacity=1)
    address = give_up(session)
    register(session, "Luis", NOW + MINUTE)

    refused = client.post(f"{address}undo/")
    seen = states(session)
    answer = client.post(f"{address}again/")

    assert (refused.status_code, seen) == (409, {"Ana": "cancelled", "Luis": "confirmed"})
    assert "Your place is gone" in refused.content.decode()
    assert f'action="{address}again/"' in refused.content.decode()
    assert (answer.status_code, states(session)) == (302, {"Ana": "waitlisted", "Luis": "confirmed"})


def test_after_ten_minutes_one_registers_again_by_one_button(client):
    session = create_session()
    address = give_up(session)

    with time_machine.travel(NOW + 10 * MINUTE, tick=False):
        page, refused = client.get(address).content.decode(), client.post(f"{address}undo/").status_code
        for method in (client.get, client.head):
            method(f"{address}again/")
        seen = states(session)
        client.post(f"{address}again/")

    assert f'action="{address}again/"' in page
    assert "undo/" not in page
    assert (refused, seen, states(session)) == (409, {"Ana": "cancelled"}, {"Ana": "confirmed"})


def test_pressed_twice_it_confirms_once(client):
    session = create_session()
    address = give_up(session)

    answers = [client.post(f"{address}{act}/").status_code for act in ("undo", "undo", "again")]

    assert answers == [302, 302, 302]
    assert Message.objects.filter(kind="confirmation").count() == 2
    assert Registration.objects.get().round == 2


@pytest.mark.parametrize("change", [{"state": "closed"}, {"state": "cancelled"}])
def test_a_session_that_takes_nobody_offers_no_way_back(client, change):
    session = create_session()
    address = give_up(session)
    type(session).objects.update(**change)

    page = client.get(address).content.decode()
    codes = [client.post(f"{address}{act}/").status_code for act in ("undo", "again")]

    assert "<form" not in page
    assert (codes, states(session)) == ([409, 409], {"Ana": "cancelled"})


def test_whom_staff_removed_finds_no_button(client):
    session = create_session()
    address = give_up(session)
    Registration.objects.update(state="removed")

    page = client.get(address).content.decode()
    codes = [client.post(f"{address}{act}/").status_code for act in ("undo", "again")]

    assert ("<form" in page, codes, states(session)) == (False, [409, 409], {"Ana": "removed"})


def test_the_link_of_the_room_undoes_nothing(client):
    session = create_session()
    give_up(session)
    token = links.join_token(Registration.objects.get())

    codes = [client.post(f"/r/{token}/{act}/").status_code for act in ("undo", "again")]

    assert (codes, states(session)) == ([404, 404], {"Ana": "cancelled"})
