"""A lease is read at once; right before each mail one narrow row says whether all is still so."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations import cases
from registrations.models import Attendee, EmailAddress, Message, Registration, ReminderRule
from registrations.services import outbox, reminders
from tests.factories import NOW, create_session, register
from workshops.models import Session

pytestmark = pytest.mark.django_db
LEASE = timedelta(minutes=5)
DUE = NOW + timedelta(days=3650)


@pytest.fixture
def token():
    """A lease on all reminders of one registration."""
    register(create_session(), "Ana")
    Message.objects.all().delete()
    reminders.queue_due(now=NOW)
    return outbox.claim(now=DUE, lease=LEASE)


CHANGES = {
    "cancelled": lambda: Registration.objects.update(state="cancelled"),
    "another round": lambda: Registration.objects.update(round=2),
    "told something else": lambda: Registration.objects.update(told_facts="x"),
    "moved by SQL": lambda: Session.objects.update(start_time="05:00"),
    "another day": lambda: Session.objects.update(day="2027-01-01"),
    "longer": lambda: Session.objects.update(minutes=5),
    "a new revision": lambda: Session.objects.update(revision=9),
    "the session is cancelled": lambda: Session.objects.update(state="cancelled"),
    "another place": lambda: Session.objects.update(venue="Elsewhere"),
    "another street": lambda: Session.objects.update(address="Elsewhere 1"),
    "reminders stopped": lambda: Attendee.objects.update(reminders_stopped_at=NOW),
    "another language": lambda: Attendee.objects.update(language="fr"),
    "another zone": lambda: Attendee.objects.update(timezone="America/Lima"),
    "another name": lambda: Attendee.objects.update(full_name="Ana María"),
    "another address": lambda: EmailAddress.objects.update(address="new@example.org", normalised="new@example.org"),
    "no address": lambda: EmailAddress.objects.all().delete(),
    "the rule is off": lambda: ReminderRule.objects.update(active=False),
    "rules of its own": lambda: ReminderRule.objects.create(
        session=Session.objects.get(), offset=timedelta(hours=3), active_from=NOW
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_between_reading_and_sending_is_seen(token, change):
    case = cases.held(token)[0]
    change()

    again = cases.again(case, token)

    assert again is not None
    assert again.message is not case.message
    assert again.stamp != case.stamp


def test_where_nothing_changed_one_query_says_so(token):
    case = cases.held(token)[0]

    with CaptureQueriesContext(connection) as queries:
        again = cases.again(case, token)

    assert again is case
    assert len(queries) == 1


def test_a_lease_that_is_over_holds_nothing(token):
    case = cases.held(token)[0]
    Message.objects.update(state="queued", lease_token=None, lease_until=None)

    assert cases.again(case, token) is None
    assert cases.held(token) == []


@pytest.mark.parametrize("people", [1, 30])
def test_a_lease_is_read_by_as_many_queries_whatever_it_holds(people, django_assert_num_queries):
    session = create_session()
    for number in range(people):
        register(session, f"Ana {number}")
    token = outbox.claim(now=NOW, lease=LEASE)

    with django_assert_num_queries(8):
        held = cases.held(token)
        read = [(case.message.registration.session.series, case.message.attendee.addresses.all()) for case in held]

    assert len(read) == people


def test_what_a_message_and_its_registration_speak_of_is_one_thing(token):
    (message, *_others) = (case.message for case in cases.held(token))

    assert message.registration.session is message.session
    assert message.registration.attendee is message.attendee
