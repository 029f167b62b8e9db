"""PostgreSQL is stopped at once and started again; a worker is frozen past its lease and thawed."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from tests.faults.conftest import Gather
from tests.faults.town import AT_LENGTH, HASTE_IN_THE_DATABASE, ROUNDS, Town
from tests.servers.desk import Desk
from tests.servers.postgres import query
from tests.servers.processes import wait_for
from tests.servers.scripted import Talk, answer, call

pytestmark = pytest.mark.real_time

SHORT_OUTAGE = 1.0
CLAIMING = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE '%FOR UPDATE%'
"""
TIMEOUT = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW idle_in_transaction_session_timeout")
    (answer,) = cursor.fetchone()
"""
LONG_OUTAGE = 60.0 if AT_LENGTH else 4.0


def stop_for(town: Town, seconds: float) -> threading.Timer:
    """Stop it without waiting for its end, for the mail server is to answer in time; start it again by itself."""
    town.postgres.stop_at_once()
    time.sleep(0.2)
    again = threading.Timer(seconds, town.postgres.start_again)
    again.start()
    return again


@pytest.mark.parametrize("at_round", ROUNDS)
@pytest.mark.parametrize("point", ["RCPT", "dot"])
def test_postgresql_stopped_at_once_during_delivery_costs_no_mail_and_no_copy(
    town: Town, gather: Gather, point: str, at_round: int
) -> None:
    """Also the mail that the server takes while the database is away is noted, and not sent again.

    As in earnest, the lease is longer than the database needs to be back.
    """
    town.kill_workers()
    town.add_worker(MESSAGE_LEASE="10")
    outages: list[threading.Timer] = []
    town.server.on(point, call(lambda talk: outages.append(stop_for(town, SHORT_OUTAGE))))

    crowd = gather(5)
    wait_for(lambda: outages, what="the outage")
    outages[0].join()
    rows = crowd.wait_until_over()

    assert [row.state for row in rows] == ["sent"] * 5
    assert crowd.copies() == [1] * 5


def test_postgresql_away_for_longer_than_a_lease(town: Town, gather: Gather) -> None:
    """Of the one mail in flight the database could not be told in time: if it comes twice, it is the same mail."""
    outages: list[threading.Timer] = []
    town.server.on("dot", call(lambda talk: outages.append(stop_for(town, LONG_OUTAGE))))

    crowd = gather(5)
    wait_for(lambda: outages, what="the outage")
    outages[0].join()
    rows = crowd.wait_until_over()

    assert [row.state for row in rows] == ["sent"] * 5
    assert crowd.message_ids() == [1] * 5
    assert sum(crowd.copies()) <= 6


def freeze_at(town: Town, point: str) -> list[int]:
    """Stop the worker that gets there; its group is noted, so that it can be thawed."""
    groups: list[int] = []

    def freeze(talk: Talk) -> None:
        group = os.getpgid(talk.sender)
        os.killpg(group, signal.SIGSTOP)
        groups.append(group)

    town.server.on(point, call(freeze))
    return groups


def thaw(groups: list[int]) -> None:
    os.killpg(groups[0], signal.SIGCONT)


@pytest.mark.parametrize("point", ["connect", "RCPT", "DATA"])
def test_a_worker_frozen_past_its_lease_does_not_send_what_another_sent(town: Town, gather: Gather, point: str) -> None:
    town.add_worker()
    groups = freeze_at(town, point)

    crowd = gather(4)
    sent = crowd.wait_until_over()
    thaw(groups)
    time.sleep(1.5)

    assert [row.state for row in sent] == ["sent"] * 4
    assert crowd.rows() == sent
    assert crowd.copies() == [1] * 4


def test_a_worker_frozen_while_it_claims_keeps_no_mail_from_the_others(town: Town, gather: Gather) -> None:
    """It holds locks that no lease ends; PostgreSQL ends them: in short after 1.5 s, as in earnest after 30."""
    url = town.house.database_url
    town.kill_workers()
    slow = town.add_worker(BREATH="5", DATABASE_URL=url.removesuffix(HASTE_IN_THE_DATABASE) if AT_LENGTH else url)
    crowd = gather(3)
    wait_for(lambda: query(town.house.database_url, CLAIMING), what="a claim")
    slow.signal(signal.SIGSTOP)
    town.add_worker()

    try:
        rows = crowd.wait_until_over(seconds=60 if AT_LENGTH else 20)
    finally:
        slow.signal(signal.SIGCONT)
        slow.kill()

    assert [row.state for row in rows] == ["sent"] * 3
    assert crowd.copies() == [1] * 3


def test_unless_it_is_told_otherwise_the_product_asks_for_that_end_itself(town: Town) -> None:
    plain = town.house.database_url.removesuffix(HASTE_IN_THE_DATABASE)
    desk = Desk(town.house.environment | {"DATABASE_URL": plain})

    asked = desk.ask(TIMEOUT)
    desk.stop()

    assert asked == "30s"


def test_a_worker_frozen_with_the_answer_on_its_way_ends_once_as_sent(town: Town, gather: Gather) -> None:
    """The server has the mail, and the frozen worker cannot say so: the copy is the same mail."""
    town.add_worker()
    groups = freeze_at(town, "dot")

    crowd = gather(4)
    sent = crowd.wait_until_over()
    thaw(groups)
    time.sleep(1.5)

    assert [row.state for row in sent] == ["sent"] * 4
    assert crowd.rows() == sent
    assert (sorted(crowd.copies()), crowd.message_ids()) == ([1, 1, 1, 2], [1] * 4)


def test_thawed_while_another_is_told_to_try_later_it_ends_as_sent(town: Town, gather: Gather) -> None:
    town.add_worker()
    groups = freeze_at(town, "dot")

    crowd = gather(1)
    wait_for(lambda: groups, what="the frost")

    def thaw_first(talk: Talk) -> None:
        thaw(groups)
        wait_for(lambda: crowd.states() == ["sent"], seconds=1.2, what="the thawed worker's word")

    town.server.on("MAIL", call(thaw_first))
    town.server.on("RCPT", answer("450 4.2.0 later"))
    wait_for(lambda: crowd.states() == ["sent"], what="the thawed worker's word")
    time.sleep(1.5)

    assert crowd.states() == ["sent"]
    assert crowd.copies() == [1]
