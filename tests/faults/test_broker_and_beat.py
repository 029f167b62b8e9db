"""The broker is flushed, killed or away; beat is doubled or missing; eight send at once; the web dies in time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.faults.conftest import Gather
from tests.faults.town import AT_LENGTH, ROUNDS, Crowd, Town
from tests.servers.forms import filled, shown
from tests.servers.postgres import query
from tests.servers.processes import Process, wait_for
from tests.servers.scripted import Talk, call

pytestmark = pytest.mark.real_time

# Seconds; minutes in `make faults`.
ABSENCE = 180 if AT_LENGTH else 2
# What is due leaves within this time after the trouble is over; in earnest, two minutes.
RECOVERY = 120 if AT_LENGTH else 90
HOURS_AGO = """
UPDATE registrations_message
SET due_at = due_at - interval '3 hours', next_attempt_at = next_attempt_at - interval '3 hours'
"""


@contextmanager
def away(town: Town, *, seconds: float) -> Iterator[None]:
    """The broker is killed with all it knew, and comes back empty after so many seconds."""
    town.valkey.terminate()
    back = time.monotonic() + seconds
    yield
    time.sleep(max(back - time.monotonic(), 0))
    town.valkey.start()


@contextmanager
def frozen(town: Town, *, seconds: float) -> Iterator[None]:
    """The broker takes connections and does not answer."""
    os.kill(town.broker_process, signal.SIGSTOP)
    back = time.monotonic() + seconds
    try:
        yield
        time.sleep(max(back - time.monotonic(), 0))
    finally:
        os.kill(town.broker_process, signal.SIGCONT)


def wait_until_ready(worker: Process) -> None:
    worker.wait_until(lambda: " ready." in worker.output, what="a worker")


def assert_everybody_got_one(crowd: Crowd) -> None:
    rows = crowd.wait_until_over(seconds=RECOVERY)
    assert {row.state for row in rows} == {"sent"}
    assert set(crowd.copies()) == {1}


def press(town: Town, crowd: Crowd, email: str) -> float:
    """Register by the form; return how long the answer took."""
    url = f"{town.house.url}/es/series/{crowd.slug}/register/?session=1"
    with urlopen(url, timeout=20) as page:
        token = shown(page.read().decode())["csrfmiddlewaretoken"][0]
        cookie = page.headers["Set-Cookie"].split(";")[0]
    body = urlencode(filled("Ana Ruiz", email, 1) | {"csrfmiddlewaretoken": token}, doseq=True).encode()
    began = time.monotonic()
    with urlopen(_request(url, body, cookie), timeout=20) as answer:
        took = time.monotonic() - began
        assert answer.url.endswith("/registered/")
    return took


def _request(url: str, body: bytes, cookie: str) -> Request:
    return Request(url, body, {"Cookie": cookie})


def test_a_broker_flushed_while_all_are_at_work(town: Town, gather: Gather) -> None:
    with town.valkey.client() as broker:
        broker.flushall()

    assert_everybody_got_one(gather(5))


def test_a_broker_flushed_in_the_middle_of_a_delivery(town: Town, gather: Gather) -> None:
    with town.valkey.client() as broker:
        town.server.on("RCPT", call(lambda talk: broker.flushall()))

        assert_everybody_got_one(gather(5))


@pytest.mark.parametrize("at_round", ROUNDS)
def test_a_broker_killed_in_the_middle_of_a_delivery_leaves_the_workers_alive(
    town: Town, gather: Gather, at_round: int
) -> None:
    """The task at work cannot be acknowledged any more; the worker waits for the broker with all it holds."""

    def kill(talk: Talk) -> None:
        town.valkey.terminate()
        time.sleep(1)

    town.server.on("RCPT", call(kill))

    crowd = gather(5)
    wait_for(lambda: not town.valkey.is_running(), what="the end of the broker")
    time.sleep(2)
    town.valkey.start()

    assert_everybody_got_one(crowd)
    assert all(worker.is_alive for worker in town.workers)
    assert_everybody_got_one(gather(1))


@pytest.mark.parametrize("trouble", [away, frozen], ids=["killed", "silent"])
def test_a_broker_away_costs_no_mail_and_no_visitor_two_seconds(
    town: Town, gather: Gather, trouble: Callable[..., AbstractContextManager[None]]
) -> None:
    town.open_web()
    before = gather(1)
    press(town, before, f"first-{before.slug}@example.org")

    with trouble(town, seconds=ABSENCE):
        took = [press(town, before, f"{n}-{before.slug}@example.org") for n in range(3)]
        during = gather(3)

    assert max(took) < 2
    assert_everybody_got_one(during)
    wait_for(lambda: before.states() == ["sent"] * 5, seconds=RECOVERY, what="those who registered meanwhile")
    assert [len(town.server.to(f"{n}-{before.slug}@example.org")) for n in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("at_round", ROUNDS)
def test_two_beats_and_two_workers_send_nothing_twice(town: Town, gather: Gather, at_round: int) -> None:
    town.beats.append(town.house.beat())
    town.add_worker()

    assert_everybody_got_one(gather(20))


def test_after_hours_without_a_beat_everything_leaves_once(town: Town, gather: Gather) -> None:
    town.kill_beats()
    town.kill_workers()
    crowd = gather(5)
    with town.valkey.client() as broker:
        broker.flushall()
    query(town.house.database_url, HOURS_AGO)

    town.settle()

    assert_everybody_got_one(crowd)


def test_a_broker_does_not_fill_up_with_ticks_while_no_worker_listens(town: Town, gather: Gather) -> None:
    town.kill_workers()
    with town.valkey.client() as broker:
        broker.flushall()
        wait_for(lambda: broker.llen("ticks"), what="a tick")
        town.kill_beats()
        crowd = gather(2)
        broker.rpush("ticks", *[broker.lindex("ticks", 0)] * 200)
        waiting = broker.llen("ticks")
        town.beats = [town.house.beat()]
        town.beats[0].wait_until(lambda: "beat: Starting" in town.beats[0].output, what="beat")
        time.sleep(2)

        assert broker.llen("ticks") == waiting

    town.add_worker()
    assert_everybody_got_one(crowd)


def test_thousands_of_bells_hold_up_no_tick(town: Town) -> None:
    town.kill_workers()
    with town.valkey.client() as broker:
        wait_for(lambda: broker.llen("ticks"), what="a tick")
        town.kill_beats()
        broker.rpush("celery", *[broker.lindex("ticks", 0)] * 5000)
        broker.delete("ticks")

        town.beats = [town.house.beat()]

        wait_for(lambda: broker.llen("ticks"), what="a tick beside the bells")
        broker.delete("celery")
    town.add_worker()


@pytest.mark.parametrize("at_round", ROUNDS)
def test_eight_at_once_send_nothing_twice(town: Town, gather: Gather, at_round: int) -> None:
    """In short, eight processes of one worker; at length, eight workers. They take a breath before they claim."""
    town.kill_workers()
    for _ in range(8 if AT_LENGTH else 1):
        town.add_worker(concurrency=1 if AT_LENGTH else 8, wait=False, BREATH="0.8")
    for worker in town.workers:
        wait_until_ready(worker)

    with town.asleep():
        crowd = gather(400 if AT_LENGTH else 80)

    assert_everybody_got_one(crowd)
    assert {row.attempts for row in crowd.rows()} == {1}
    town.kill_workers()


def test_a_web_process_killed_right_after_its_commit_loses_nothing(town: Town, gather: Gather) -> None:
    crowd = gather(0)
    town.open_web("tests.servers.mortal:application")
    email = f"ana-{crowd.slug}@example.org"

    with pytest.raises((URLError, ConnectionError)):
        press(town, crowd, email)
    town.close_web()

    wait_for(lambda: crowd.states() == ["sent"], seconds=RECOVERY, what="the confirmation")
    assert len(town.server.to(email)) == 1
