"""The registration page as a link opens it: what is ticked, and what is said."""

import pytest

from tests.factories import create_session, register
from workshops.models import Places

pytestmark = pytest.mark.django_db
FORM = "/en/series/community-in-practice/register/"


def ticked(html: str) -> list[str]:
    """The values of the boxes that are ticked."""
    boxes = [
        tag for tag in html.split("<input")[1:] if "checkbox" in tag.split(">")[0] and "checked" in tag.split(">")[0]
    ]
    return [tag.split('name="')[1].split('"')[0] for tag in boxes]


def page(client, query: str = "") -> str:
    return str(client.get(FORM + query).content.decode())


def test_the_session_whose_link_was_followed_is_ticked(client):
    for number in (1, 2):
        create_session(number=number)

    assert 'value="2" id="id_sessions_1" checked' in " ".join(page(client, "?session=2").split())
    assert ticked(page(client, "?session=2")) == ["sessions"]


def test_a_link_to_a_session_that_cannot_be_chosen_ticks_no_other(client):
    create_session(number=1, state="closed")
    create_session(number=2)

    html = page(client, "?session=1")

    assert ticked(html) == []
    assert "Session 1 takes no registrations." in html


def test_a_link_to_the_whole_series_ticks_it_and_nothing_else(client):
    create_session()

    assert ticked(page(client, "?whole_series=1")) == ["whole_series"]


def test_what_is_full_says_so_per_session_and_per_way_of_taking_part(client):
    create_session(number=1, capacity=0)
    hybrid = create_session(number=2, mode="hybrid")
    Places.objects.get(session=hybrid, mode="in_person").set_capacity(1)
    register(hybrid, "Ana", mode="in_person")

    html = page(client)

    assert html.count("full: waiting list") == 2
    assert "In person · full: waiting list" in html
