"""`manage.py tick`: once for a timer, or in a loop that neither a lost database nor a signal breaks badly."""

import logging
import signal
from collections import Counter
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from iatp_events.lib import clock
from registrations.models import Message
from registrations.services import clockwork
from tests.factories import NOW, create_rule, create_series, create_session, create_speaker, register, seat
from tests.servers.processes import wait_for
from workshops.models import Series

OPEN_SESSION = """
from iatp_events.lib import clock
from tests.factories import create_session, timedelta
create_session(starts_at=clock.now() + timedelta(days=10))
"""


def test_one_tick_says_what_became_of_the_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clockwork, "tick", lambda **_: Counter(sent=2, failed=1))
    out = StringIO()

    call_command("tick", stdout=out)

    assert out.getvalue() == "Messages: 1 failed, 2 sent.\n"


def test_a_tick_without_work_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clockwork, "tick", lambda **_: Counter())
    out = StringIO()

    call_command("tick", stdout=out)

    assert out.getvalue() == "Messages: none was due.\n"


def test_the_loop_survives_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TICK_EVERY = timedelta(milliseconds=1)
    ticks = []

    def tick(**_: object) -> Counter[str]:
        ticks.append(1)
        if len(ticks) == 3:
            signal.raise_signal(signal.SIGTERM)
        raise OperationalError("the connection was lost")

    monkeypatch.setattr(clockwork, "tick", tick)
    monkeypatch.setattr("registrations.management.commands.tick.close_old_connections", lambda: None)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with caplog.at_level(logging.ERROR):
            call_command("tick", "--loop")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

    assert len(ticks) == 3
    assert [record.getMessage() for record in caplog.records] == ["The tick failed; the next one tries again."] * 3


@pytest.mark.real_time
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_ends_cleanly_when_it_is_asked_to(sqlite_house: Any, number: signal.Signals) -> None:
    sqlite_house.run(OPEN_SESSION)
    loop = sqlite_house.start("tick", "manage", "tick", "--loop")
    looping = "from registrations.models import Announcement; answer = Announcement.objects.count()"
    wait_for(lambda: sqlite_house.run(looping) == 1, what="the first tick")

    loop.popen.send_signal(number)

    assert loop.popen.wait(timeout=10) == 0
    assert "Traceback" not in loop.output


@pytest.mark.django_db
def test_a_step_that_fails_is_logged_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[object] = []
    create_series()

    def work(now: datetime) -> list[QuerySet[Any]]:
        return [] if done else [Series.objects.all()]

    def stumble(now: datetime) -> None:
        raise KeyError(now)

    first = clockwork.Step("first", lambda now: [Series.objects.all()], stumble)
    second = clockwork.Step("second", work, done.append)
    monkeypatch.setattr(clockwork, "STEPS", (first, second))

    with caplog.at_level(logging.ERROR):
        clockwork.find_work(clock=lambda: NOW)

    assert done == [NOW]
    assert [record.getMessage() for record in caplog.records] == ["The step first failed; the next tick tries again."]


@pytest.mark.django_db
@pytest.mark.parametrize("people", [0, 1, 30])
def test_a_tick_with_nothing_due_asks_little_whatever_the_tables_hold(people: int) -> None:
    session = create_session(starts_at=NOW + timedelta(days=10), capacity=20)
    for number in range(people):
        register(session, f"Persona {number}", NOW - timedelta(days=1), announcements=True)
    seat(create_speaker(email="rosa@example.org"), session)
    create_rule(series=session.series, offset=timedelta(days=1), audience="panel")
    Message.objects.update(state="sent", sent_at=NOW)
    clockwork.find_work(clock=lambda: NOW)

    with CaptureQueriesContext(connection) as queries:
        clockwork.tick(clock=clock.now)

    # The sessions and what they last said, the reminders and their moments, and everything else at once;
    # outside of tests the clock is the fourth.
    assert len(queries) == 3, [query["sql"][:120] for query in queries]


@pytest.mark.django_db
def test_what_falls_due_between_two_ticks_leaves_at_its_moment() -> None:
    register(create_session(), "Ana")
    Message.objects.update(next_attempt_at=NOW + timedelta(seconds=4))
    with time_machine.travel(NOW, tick=False) as moment:
        naps: list[float] = []

        def wait(seconds: float) -> None:
            naps.append(seconds)
            moment.shift(seconds)

        outcomes = clockwork.watch(clock=clock.now, for_=timedelta(seconds=10), wait=wait)

    assert outcomes == {"sent": 1}
    assert sum(naps) == 4


@pytest.mark.django_db
def test_a_watch_sleeps_for_nothing_that_is_far_and_ends_when_asked_to() -> None:
    register(create_session(), "Ana")
    Message.objects.update(next_attempt_at=NOW + timedelta(seconds=4))
    naps: list[float] = []

    far = clockwork.watch(clock=lambda: NOW, for_=timedelta(seconds=3), wait=naps.append)
    asked = clockwork.watch(clock=lambda: NOW, for_=timedelta(seconds=9), wait=lambda seconds: True)

    assert (far, asked, naps) == ({}, {}, [])
