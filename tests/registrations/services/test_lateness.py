"""Mail that the server puts off again and again is late since it was due."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from registrations.models import Message
from registrations.services import outlook
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, register

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def put_off(**fields: Any) -> None:
    """The server said “later” for an hour; the next attempt is ahead."""
    said = {"due_at": NOW - HOUR, "next_attempt_at": NOW + timedelta(minutes=30), "attempts": 5}
    Message.objects.update(**(said | fields))


def test_what_was_tried_in_vain_is_late_though_its_next_attempt_is_ahead() -> None:
    session = create_session()
    for name in ("Ana", "Luis"):
        register(session, name)
    put_off()

    assert outlook.lateness(NOW) == outlook.Late(people=2, since=NOW - HOUR)


def test_the_banner_says_so_on_every_page() -> None:
    register(create_session())
    put_off()

    page = staff_client().get("/admin/").content.decode()

    assert "1 message is due and has not left." in page
    assert "The oldest has waited for 1\u00a0hour." in page


@pytest.mark.parametrize(
    "fields",
    [
        {"due_at": NOW - timedelta(seconds=120)},
        {"state": "sent", "sent_at": NOW},
        {"state": "failed"},
        {"state": "skipped"},
        # A reminder whose attempts were another day's, and whose moment is ahead.
        {"due_at": NOW + HOUR, "next_attempt_at": NOW + HOUR},
        # Never tried: it waits for the moment that somebody gave it.
        {"attempts": 0},
    ],
)
def test_what_was_put_off_a_moment_ago_or_waits_for_nothing_is_not_late(fields: dict[str, Any]) -> None:
    register(create_session())
    put_off(**fields)

    assert outlook.lateness(NOW) is None


def test_the_older_of_the_two_is_named_and_nobody_is_counted_twice() -> None:
    session = create_session()
    for name in ("Ana", "Luis", "Eva"):
        register(session, name)
    put_off()
    due, both = Message.objects.filter(attendee__full_name="Luis"), Message.objects.filter(attendee__full_name="Eva")
    due.update(attempts=0, due_at=NOW - 2 * HOUR, next_attempt_at=NOW - 2 * HOUR)
    both.update(next_attempt_at=NOW)

    assert outlook.lateness(NOW) == outlook.Late(people=3, since=NOW - 2 * HOUR)


def test_while_all_is_well_it_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    register(create_session())

    with django_assert_num_queries(1):
        assert outlook.lateness(NOW) is None
