"""Mails that were true when they were queued and are no longer when they would leave."""

from datetime import timedelta

import pytest
import time_machine

from iatp_events.lib import clock
from registrations import emails
from registrations.models import Attendee, EmailAddress, Message, Registration, ReminderRule
from registrations.services import clockwork, delivery, notices, outbox, places, reminders, upkeep
from tests.factories import NOW, create_rule, create_session, register, register_for, states
from workshops.models import Places, Session

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def tick(at) -> dict[str, int]:
    with time_machine.travel(at, tick=False):
        return dict(clockwork.tick(clock=clock.now))


def deliver(at) -> dict[str, int]:
    with time_machine.travel(at, tick=False):
        return dict(delivery.deliver_due(clock=clock.now))


def sent() -> list[str]:
    return sorted(Message.objects.filter(state="sent").values_list("kind", flat=True))


def test_a_poisoned_row_fails_alone_and_stops_nobody(monkeypatch):
    session = create_session()
    register(session, "Ana")
    register(session, "Luis")
    EmailAddress.objects.filter(normalised="ana@example.org").update(address='"\x0bX: y\x0b"@example.org')

    assert deliver(NOW) == {"failed": 1, "sent": 1}


def test_a_zone_that_does_not_exist_stops_no_tick():
    broken, sound = create_session(number=1), create_session(number=2)
    register(sound)
    Session.objects.filter(pk=broken.pk).update(timezone="Mars/Base", venue="elsewhere")

    assert tick(NOW) == {"sent": 1}


def test_an_international_domain_gets_its_mail():
    registration = register(create_session(), email="ana@españa.example")

    assert deliver(NOW) == {"sent": 1}
    mail = emails.compose(Message.objects.get()).mail
    assert mail.to == ["Ana <ana@xn--espaa-rta.example>"]
    assert registration.attendee.addresses.get().address == "ana@españa.example"


def test_who_sends_the_form_again_after_a_cancellation_still_gets_the_notice():
    session, other = create_session(number=1), create_session(number=2)
    register_for([session, other], "Ana")
    deliver(NOW)
    session.state = "cancelled"
    session.revise(now=NOW + HOUR)
    register(other, "Ana", NOW + HOUR)
    deliver(NOW + HOUR)

    tick(NOW + HOUR + 6 * MINUTE)

    assert sent() == ["already_registered", "confirmation", "session_cancelled"]


def test_a_bundle_leaves_out_what_was_cancelled_meanwhile_and_its_notice_follows():
    sessions = [create_session(number=1), create_session(number=2)]
    register_for(sessions, "Ana", language="en")
    sessions[0].state = "cancelled"
    sessions[0].revise(now=NOW)

    mail = emails.compose(Message.objects.get()).mail
    tick(NOW + 6 * MINUTE)

    assert mail.subject.startswith("You are registered for session 2")
    assert sent() == ["confirmation", "session_cancelled"]


def test_two_rounds_before_the_first_mail_left_make_one_confirmation():
    session = create_session()
    ana = register(session, "Ana")
    places.cancel(registration=ana, now=NOW + MINUTE)
    register(session, "Ana", NOW + 2 * MINUTE)

    deliver(NOW + 3 * MINUTE)

    assert sent() == ["confirmation"]


def test_who_came_back_to_the_end_of_the_line_is_not_told_of_a_place():
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    register(session, "Luis", NOW + MINUTE)
    places.cancel(registration=ana, now=NOW + 2 * MINUTE)
    register(session, "Ana", NOW + 3 * MINUTE)

    deliver(NOW + 4 * MINUTE)

    to_ana = Message.objects.filter(attendee=ana.attendee, state="sent").values_list("kind", flat=True)
    assert sorted(to_ana) == ["waiting_list"]


def test_waiting_twice_for_two_sessions_is_answered_twice():
    sessions = [create_session(number=1, capacity=0), create_session(number=2, capacity=0)]
    for minutes in (0, 5):
        now = NOW + minutes * MINUTE
        register_for(sessions, "Ana", now)
        for registration in Registration.objects.all():
            places.cancel(registration=registration, now=now + MINUTE)

    assert Message.objects.filter(kind="confirmation").count() == 2


def test_a_late_reminder_says_today():
    session = create_session(starts_at=NOW + 2 * DAY)
    register(session, language="en")
    deliver(NOW)
    ReminderRule.objects.exclude(offset=DAY).delete()
    reminders.queue_due(now=NOW)

    message = Message.objects.get(kind="reminder")

    assert emails.compose(message).mail.subject.startswith("Tomorrow 09:00")
    assert emails.compose(message, now=session.starts_at - 3 * HOUR).mail.subject.startswith("Today 09:00")


def test_a_reminder_that_tells_the_new_hour_does_not_swallow_the_notice():
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session)
    tick(NOW)
    session.minutes = 60
    session.revise(now=session.starts_at - 7 * DAY - 2 * MINUTE)

    tick(session.starts_at - 7 * DAY + 10 * MINUTE)

    assert sent() == ["changed", "confirmation", "reminder"]


def test_reminders_taken_again_before_the_start_still_come():
    session = create_session(starts_at=NOW + 10 * DAY)
    ana = register(session)
    tick(NOW)
    ana.attendee.stop_reminders(at=NOW)
    tick(session.starts_at - 7 * DAY + MINUTE)
    Attendee.objects.get().take_reminders()

    tick(session.starts_at - 7 * DAY + 2 * MINUTE)

    assert sent() == ["confirmation", "reminder"]


def test_rules_a_session_got_later_replace_what_was_queued_from_its_series():
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session)
    tick(NOW)
    create_rule(session=session, offset=2 * HOUR, active_from=NOW)

    for at in (7 * DAY, DAY, 2 * HOUR, HOUR):
        tick(session.starts_at - at + MINUTE)

    assert sent() == ["confirmation", "reminder"]


def test_a_rule_moved_out_and_back_keeps_its_reminder():
    session = create_session(starts_at=NOW + 3 * DAY)
    register(session, now=NOW - DAY)
    day = ReminderRule.objects.get(offset=DAY)
    reminders.queue_due(now=NOW)
    for offset in (6 * DAY, DAY):
        ReminderRule.objects.filter(pk=day.pk).update(offset=offset, active_from=NOW)
        reminders.queue_due(now=NOW)

    assert Message.objects.filter(rule=day, state="queued").count() == 1


def test_more_people_than_one_batch_are_reminded_and_told(monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    monkeypatch.setattr(notices, "BATCH", 2)
    session = create_session(starts_at=NOW + 10 * DAY)
    for number in range(5):
        register(session, f"Person {number}", email=f"p{number}@example.org")
    Registration.objects.update(told_facts="old")

    assert (reminders.queue_due(now=NOW), notices.queue_due(now=NOW)) == (15, 5)


def test_nobody_overtakes_a_line_longer_than_one_batch(monkeypatch):
    monkeypatch.setattr("registrations.services.seating.BATCH", 2)
    session = create_session(capacity=0)
    for number in range(3):
        register(session, f"P{number}", NOW + number * MINUTE, email=f"p{number}@example.org")
    Places.objects.get(session=session).set_capacity(10)

    register(session, "Late", NOW + 9 * MINUTE)

    assert states(session) == {"P0": "offered", "P1": "offered", "P2": "waitlisted", "Late": "waitlisted"}
    upkeep.fill_freed(now=NOW + 10 * MINUTE)
    assert set(states(session).values()) == {"offered"}


def test_people_go_along_when_a_session_moves_online():
    session = create_session(mode="in_person", capacity=1, meeting_link="https://zoom.us/j/1")
    register(session, "Ana")
    register(session, "Luis", NOW + MINUTE)
    session.mode = "online"
    session.revise(now=NOW)

    moved = upkeep.follow_mode(now=NOW)
    upkeep.fill_freed(now=NOW)

    assert moved == 2
    assert set(Registration.objects.values_list("mode", "state")) == {("online", "confirmed")}
    assert list(Places.objects.order_by("mode").values_list("mode", "taken")) == [("in_person", 0), ("online", 2)]


def test_a_postponed_session_leaves_no_event_behind():
    session = create_session()
    ana = register(session)
    deliver(NOW)
    session.state, session.start_time = "announced", None
    session.revise(now=NOW)
    notices.queue_due(now=NOW + 10 * MINUTE)

    mail = emails.compose(Message.objects.get(kind="changed")).mail
    calendar = next(part for part in mail.alternatives if part.mimetype.startswith("text/calendar"))

    assert calendar.mimetype == "text/calendar; method=CANCEL"
    assert f"UID:{session.calendar_uid}" in calendar.content.replace("\r\n ", "")
    assert ana.session_id == session.pk


def test_an_answer_without_a_date_is_given_up_after_three_days():
    session = create_session()
    register(session)
    message = outbox.to_person(Attendee.objects.get(), session.series, "enrolment", now=NOW, occasion="1")

    assert message.expires_at == NOW + 3 * DAY


def test_a_copy_of_a_far_reminder_does_not_silence_the_near_one():
    session = create_session(starts_at=NOW + 10 * DAY)
    register(session)
    tick(NOW)
    tick(session.starts_at - 7 * DAY)
    far = Message.objects.get(kind="reminder", state="sent")
    outbox.send_again(message=far, now=session.starts_at - HOUR / 2)

    assert deliver(session.starts_at - HOUR / 2)["sent"] == 2


def test_leaving_the_series_ends_the_standing_wish_and_keeps_what_was_made():
    session = create_session()
    register_for([], "Ana", series=session.series, whole_series=True)
    attendee = Attendee.objects.get()

    assert places.leave_series(attendee=attendee, series=session.series, now=NOW) is True
    assert places.leave_series(attendee=attendee, series=session.series, now=NOW) is False
    create_session(number=2)
    assert upkeep.register_enrolled(now=NOW) == 0
    assert states(session) == {"Ana": "confirmed"}
