"""What changes between claim and send, and reminders that an outage made late: nothing wrong leaves."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.faults.conftest import Gather
from tests.faults.town import DAY, Crowd, Town, nearest
from tests.servers.postgres import query
from tests.servers.processes import wait_for
from tests.servers.scripted import Talk, call

pytestmark = pytest.mark.real_time

HOUR = 3600
CANCEL = """
from iatp_events.lib import clock
from registrations.models import Registration
from registrations.services import places
for registration in Registration.objects.filter(session=session):
    places.cancel(registration=registration, now=clock.now())
"""
REMIND = """
from iatp_events.lib import clock
from registrations.services import reminders
reminders.queue_due(now=clock.now())
"""


def move(crowd: Crowd) -> None:
    query(crowd.town.house.database_url, "UPDATE workshops_session SET day = day + 1 WHERE id = %s", crowd.session)


def call_off(crowd: Crowd) -> None:
    query(
        crowd.town.house.database_url, "UPDATE workshops_session SET state = 'cancelled' WHERE id = %s", crowd.session
    )


def withdraw(crowd: Crowd) -> None:
    crowd.town.desk.ask(CANCEL, session=crowd.session)


def stop_reminders(crowd: Crowd) -> None:
    stop = "UPDATE registrations_attendee SET reminders_stopped_at = now() WHERE full_name LIKE %s"
    query(crowd.town.house.database_url, stop, f"{crowd.slug}-%")


@pytest.mark.parametrize(
    ("change", "notice"),
    [(move, "changed"), (call_off, "session_cancelled"), (withdraw, "cancellation"), (stop_reminders, "")],
    ids=["session-moved", "session-cancelled", "registration-cancelled", "unsubscribed"],
)
def test_a_change_between_claim_and_send_stops_the_reminder_and_its_notice_leaves_once(
    town: Town, gather: Gather, change: Callable[[Crowd], None], notice: str
) -> None:
    """Both reminders are claimed at once; while the first is with the mail server, the world changes."""
    crowd = gather(2, starts_in=HOUR + 4)
    crowd.wait_until_over()
    first: list[str] = []

    def change_now(talk: Talk) -> None:
        first.append(talk.recipient)
        change(crowd)

    town.server.on("RCPT", call(change_now))
    wait_for(lambda: first, what="the first reminder")
    reminders = crowd.wait_until_over("reminder")
    if notice:
        crowd.wait_until_over(notice)
    time.sleep(1)

    assert sorted(row.state for row in nearest(reminders)) == ["sent", "skipped"]
    assert [row.state for row in crowd.rows(notice)] == ["sent"] * (2 if notice else 0)
    told = dict.fromkeys(crowd.addresses, 2 if notice else 1)
    told[first[0]] += 1
    assert {address: len(town.server.to(address)) for address in crowd.addresses} == told


def test_when_the_days_and_the_hours_reminder_are_both_overdue_only_the_nearer_leaves(
    town: Town, gather: Gather
) -> None:
    town.kill_workers()
    crowd = gather(3, starts_in=HOUR / 2, registered_ago=2 * DAY)
    town.add_worker()

    rows = crowd.wait_until_over("reminder")

    assert [row.state for row in nearest(rows)] == ["sent"] * 3
    assert {row.state for row in rows if row not in nearest(rows)} == {"skipped"}
    assert crowd.copies() == [2, 2, 2]


def test_no_reminder_leaves_after_the_start(town: Town, gather: Gather) -> None:
    town.kill_workers()
    crowd = gather(2, starts_in=2, registered_ago=2 * DAY)
    town.desk.ask(REMIND)
    wait_for(lambda: len(crowd.rows("reminder")) >= 2, what="reminders that wait")
    time.sleep(2.5)
    town.add_worker()

    rows = crowd.wait_until_over("reminder")
    crowd.wait_until_over()
    time.sleep(1)

    assert {row.state for row in rows} == {"skipped"}
    assert crowd.copies() == [1, 1]
