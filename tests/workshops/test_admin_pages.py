"""Lists of any length: where their count ends, and that they say so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin_pages import staff_client
from tests.factories import create_session, register
from workshops.admin.pages import Pages

pytestmark = pytest.mark.django_db
LIST = reverse("admin:registrations_registration_changelist")


@pytest.fixture
def _five_at_most(monkeypatch):
    monkeypatch.setattr(Pages, "furthest", 5)


def populate(people: int) -> None:
    session = create_session()
    for number in range(people):
        register(session, f"Ana {number}", email=f"ana{number}@example.org")


@pytest.mark.usefixtures("_five_at_most")
def test_a_list_says_where_its_count_ends() -> None:
    populate(7)

    with CaptureQueriesContext(connection) as queries:
        page = staff_client().get(LIST).content.decode()

    assert "more than 5: search or filter to see the others" in page
    assert any("COUNT" in query["sql"] and "LIMIT 6" in query["sql"] for query in queries)


@pytest.mark.usefixtures("_five_at_most")
def test_a_list_that_ends_there_says_how_many_there_are() -> None:
    populate(5)

    page = staff_client().get(LIST).content.decode()

    assert "5 registrations" in page
    assert "more than" not in page


def test_a_person_with_two_addresses_is_found_once_by_both() -> None:
    populate(1)
    person = register(create_session(number=2), "Eva Soto", email="eva@example.org").attendee
    person.addresses.create(address="eva@other.example", normalised="eva@other.example")

    page = staff_client().get(reverse("admin:registrations_attendee_changelist"), {"q": "eva example"})

    assert [row.full_name for row in page.context["cl"].result_list] == ["Eva Soto"]
