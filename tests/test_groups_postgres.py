"""Groups under pressure, on PostgreSQL: twenty coordinators paste at once, and each group comes whole or not at all."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.servers.crowd import press_at_once
from tests.servers.house import House
from tests.servers.postgres import query

pytestmark = pytest.mark.real_time

COORDINATORS = """
from datetime import timedelta
from django.http import HttpResponse
from django.utils import timezone
from registrations import sign_in_cookie
from tests import factories
now = timezone.now()
factories.create_session(capacity={places}, {caps} starts_at=now + timedelta(days=10), revised_at=now)
answer = []
for number in range({coordinators}):
    person = factories.create_attendee(f"Rosa {{number}}", "CL", initiative=f"Norte {{number % 2}}", created_at=now)
    kept = HttpResponse()
    sign_in_cookie.remember(kept, person)
    answer.append(f"me={{kept.cookies['me'].value}}")
"""
OFFERED = """
SELECT invited_by_id, count(*) FROM registrations_registration WHERE state = 'offered' GROUP BY invited_by_id
"""
ALL_OR_NOTHING = """
SELECT (SELECT count(*) FROM registrations_attendee WHERE must_agree),
       (SELECT count(*) FROM registrations_emailaddress WHERE source = 'invitation'),
       (SELECT count(*) FROM registrations_message WHERE kind = 'invited'),
       (SELECT taken FROM workshops_places)
"""

UNHURRIED_ADDRESSES = """
CREATE FUNCTION unhurried() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END' LANGUAGE plpgsql;
CREATE TRIGGER unhurried BEFORE INSERT ON registrations_emailaddress FOR EACH ROW EXECUTE FUNCTION unhurried()
"""


def furnished(house: House, *, places: int, caps: str = "", coordinators: int = 20) -> list[str]:
    """The cookies by which each coordinator is signed in."""
    cookies: list[str] = house.run(COORDINATORS.format(places=places, caps=caps, coordinators=coordinators))
    house.web(workers=4, application="tests.servers.unhurried:application")
    return cookies


def group(house: House, cookie: str, *people: str) -> tuple[str, dict[str, Any], str]:
    lines = "\n".join(f"{name} <{name}@example.org>" for name in people)
    return f"{house.url}/es/me/colleagues/?session=community-in-practice%2F1", {"lines": lines}, cookie


def test_twenty_groups_of_three_fill_thirty_places_each_whole_or_not_at_all(house: House) -> None:
    cookies = furnished(house, places=30)

    answers = press_at_once(
        group(house, cookie, *(f"persona{number}x{one}" for one in range(3))) for number, cookie in enumerate(cookies)
    )

    assert Counter(answer.status for answer in answers) == {302: 10, 422: 10}
    assert [people for _by, people in query(house.database_url, OFFERED)] == [3] * 10
    assert query(house.database_url, ALL_OR_NOTHING) == [(30, 30, 30, 30)]


@pytest.mark.at_length
def test_a_cap_holds_and_no_group_is_cut_by_it(house: House) -> None:
    cookies = furnished(house, places=100, caps="most_per_initiative=8,")

    answers = press_at_once(
        group(house, cookie, *(f"persona{number}x{one}" for one in range(3))) for number, cookie in enumerate(cookies)
    )

    # Of either initiative two groups of three fit below eight.
    assert Counter(answer.status for answer in answers) == {302: 4, 422: 16}
    assert query(house.database_url, ALL_OR_NOTHING) == [(12, 12, 12, 12)]


@pytest.mark.at_length
def test_groups_with_the_same_people_in_another_order_neither_wait_for_each_other_nor_write_twice(house: House) -> None:
    cookies = furnished(house, places=30)
    # Time between the rows of one statement, or two groups would hardly ever meet there.
    query(house.database_url, UNHURRIED_ADDRESSES)
    names = [f"persona{number}" for number in range(5)]

    answers = press_at_once(
        group(house, cookie, *(names if number % 2 else reversed(names))) for number, cookie in enumerate(cookies)
    )

    assert Counter(answer.status for answer in answers) == {302: 20}
    assert query(house.database_url, ALL_OR_NOTHING) == [(5, 5, 5, 5)]
