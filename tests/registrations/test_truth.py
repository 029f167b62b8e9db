"""What holds a mail back at the moment it would leave, reason by reason."""

from datetime import timedelta

import pytest

from registrations import cases, truth
from registrations.models import Message, Registration, ReminderRule
from registrations.services import outbox, places, reminders, upkeep
from tests.factories import NOW, create_series, create_session, register, register_for
from workshops.models import Session

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def reason(message: Message, now=NOW) -> str | None:
    """As delivery asks: of the row as it stands."""
    (case,) = cases.read(Message.objects.filter(pk=message.pk))
    return truth.reason_to_skip(case, now)


def about(registration, kind, **fields):
    message = outbox.about(registration, kind, now=NOW, occasion="1", **fields)
    outbox.queue([message])
    return message


def reminder(session: Session, offset=HOUR) -> Message:
    reminders.queue_due(now=NOW)
    return Message.objects.get(kind="reminder", rule__offset=offset, registration__session=session, round=1)


@pytest.mark.parametrize("kind", ["confirmation", "changed", "session_cancelled"])
def test_a_mail_to_who_is_gone_stays_here(kind):
    session = create_session()
    ana = register(session)
    if kind == "session_cancelled":
        session.state = "cancelled"
        session.revise(now=NOW)
    message = about(ana, kind)
    Registration.objects.update(state="cancelled")

    assert reason(message) == "cancelled"


def test_no_confirmation_of_a_session_that_was_cancelled():
    ana = register(create_session())
    Session.objects.update(state="cancelled")

    assert reason(Message.objects.get(registration=ana)) == "session_cancelled"


def test_no_bundle_of_sessions_that_were_all_cancelled():
    register_for([create_session(number=1), create_session(number=2)], "Ana")
    Session.objects.filter(number=1).update(state="cancelled")
    of_one_that_takes_place = reason(Message.objects.get())
    Session.objects.update(state="cancelled")

    assert (of_one_that_takes_place, reason(Message.objects.get())) == (None, "session_cancelled")


def test_a_mail_is_of_no_use_from_its_last_moment_on():
    message = about(register(create_session()), "confirmation", expires_at=NOW + HOUR)

    assert reason(message, NOW + HOUR - MINUTE) is None
    assert reason(message, NOW + HOUR) == "expired"


def test_who_was_enrolled_onto_the_waiting_list_hears_so_and_who_was_confirmed_hears_that():
    series = create_series()
    for name in ("Ana", "Luis"):
        register_for([], name, series=series, whole_series=True)
    create_session(series, capacity=1)
    upkeep.register_enrolled(now=NOW)
    confirmed, waiting = Message.objects.filter(kind="enrolled").order_by("-round")

    assert (reason(confirmed), reason(waiting)) == (None, None)
    Registration.objects.filter(pk=waiting.registration_id).update(state="confirmed", round=1)
    assert reason(waiting) == "superseded"
    Registration.objects.filter(pk=confirmed.registration_id).update(state="waitlisted", joined_waitlist_at=NOW)
    assert reason(confirmed) == "superseded"


def test_a_reminder_of_an_earlier_round_stays_here():
    session = create_session()
    register(session)
    message = reminder(session)
    Registration.objects.update(round=2)

    assert reason(message, message.due_at) == "cancelled"


def test_a_reminder_whose_rule_was_deleted_stays_here():
    session = create_session()
    register(session)
    message = reminder(session)
    ReminderRule.objects.all().delete()

    assert reason(message, message.due_at) == "rule_off"


@pytest.mark.parametrize("starts_at", [None, NOW])
def test_a_reminder_of_a_session_that_has_no_hour_or_has_begun_stays_here(starts_at):
    session = create_session()
    register(session)
    message = reminder(session)
    Session.objects.update(starts_at=starts_at)

    assert reason(message) == "expired"


@pytest.mark.parametrize(
    "nearer",
    [
        {"round": 2},
        {"revision": 9},
        {"state": "skipped", "skip_reason": "rule_off"},
        {"state": "skipped", "skip_reason": "stopped"},
    ],
)
def test_only_a_nearer_reminder_that_speaks_of_the_same_silences_the_further_one(nearer):
    session = create_session()
    register(session)
    further = reminder(session, DAY)
    Message.objects.filter(pk=reminder(session, HOUR).pk).update(**nearer)

    assert reason(further, session.starts_at - MINUTE) is None


@pytest.mark.parametrize(
    ("change", "why"), [({"state": "cancelled"}, "superseded"), ({"revision": 9}, "superseded"), ({}, None)]
)
def test_a_notice_of_a_change_leaves_while_it_is_the_newest_word(change, why):
    message = about(register(create_session()), "changed")
    Session.objects.update(**({"minutes": 90} | change))

    assert reason(message) == why


def test_a_notice_that_a_session_was_cancelled_stays_here_when_it_takes_place_after_all():
    assert reason(about(register(create_session()), "session_cancelled")) == "superseded"


def test_a_copy_that_staff_asked_for_is_held_back_only_when_the_registration_is_gone():
    session = create_session()
    ana = register(session)
    message = reminder(session, DAY)
    copy = outbox.send_again(message=message, now=NOW)
    Session.objects.update(revision=9)

    assert (reason(message, session.starts_at - HOUR), reason(copy, session.starts_at - HOUR)) == ("superseded", None)
    places.cancel(registration=ana, now=NOW)
    assert reason(copy) == "cancelled"


def test_a_copy_of_a_cancellation_leaves_while_the_registration_is_gone_and_not_when_it_is_back():
    session = create_session()
    places.cancel(registration=register(session), now=NOW)
    copy = outbox.send_again(message=Message.objects.get(kind="cancellation"), now=NOW)

    assert reason(copy) is None
    register(session, "Ana", NOW + MINUTE)
    assert reason(copy) == "superseded"
