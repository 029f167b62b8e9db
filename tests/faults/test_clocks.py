"""A clock is a day off (libfaketime): nothing leaves early, and what is due leaves all the same."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Gather
from tests.faults.town import AT_LENGTH, Town, nearest
from tests.servers.processes import wait_for

pytestmark = pytest.mark.real_time

HOUR = 3600
HALF_A_DAY = 12 * HOUR


def faketime(**how: str) -> dict[str, Any]:
    """What a process needs in its environment to see another wall clock; durations stay true."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    assert found, "The clock tests need libfaketime: apt-get install --no-install-recommends faketime"
    return {"LD_PRELOAD": str(found[0]), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1", **how}


def assert_mails_leave_on_time(town: Town, gather: Gather) -> None:
    """Confirmations leave, the reminder of this hour leaves at its moment, that of the afternoon waits."""
    soon = gather(1, starts_in=HOUR + 5)
    later = gather(1, starts_in=HOUR + HALF_A_DAY)

    soon.wait_until_over(seconds=20)
    later.wait_until_over(seconds=20)
    (reminder,) = nearest(soon.wait_until_over("reminder", seconds=20))

    ((confirmation, reminding),) = soon.mails()
    assert reminder.state == "sent"
    assert -0.1 < reminding.at - reminder.due_at.timestamp() < 10
    assert [row.state for row in nearest(later.rows("reminder"))] == ["queued"]
    assert later.copies() == [1]
    written = parsedate_to_datetime(str(confirmation.mail["Date"])).timestamp()
    assert abs(written - confirmation.at) < 60


@pytest.mark.parametrize("off", ["+1d", "-1d"])
def test_the_workers_clock_a_day_off(town: Town, gather: Gather, off: str) -> None:
    town.kill_workers()
    town.add_worker(**faketime(FAKETIME=off))

    try:
        assert_mails_leave_on_time(town, gather)
    finally:
        town.kill_workers()


@pytest.mark.parametrize("off", ["+1d", "-1d"] if AT_LENGTH else ["+1d"])
def test_the_clock_of_beat_a_day_off(town: Town, gather: Gather, off: str) -> None:
    town.kill_beats()
    town.beats = [town.house.beat(**faketime(FAKETIME=off))]

    try:
        assert_mails_leave_on_time(town, gather)
    finally:
        town.kill_beats()


@pytest.mark.parametrize("then", ["-1d", "+1d"])
def test_the_clock_of_beat_put_right_by_a_day_while_it_runs(town: Town, gather: Gather, then: str) -> None:
    town.kill_beats()
    hands = town.house.var / "hands"
    hands.write_text("+0s\n")
    beat = town.house.beat(**faketime(FAKETIME_TIMESTAMP_FILE=str(hands)))
    town.beats = [beat]
    begun = len(beat.output)
    beat.wait_until(lambda: "Sending due task" in beat.output[begun:], what="a tick")

    hands.write_text(f"{then}\n")
    time.sleep(0.5)
    seen = beat.output.count("Sending due task")
    wait_for(lambda: beat.output.count("Sending due task") >= seen + 2, seconds=10, what="two ticks more")
    assert_mails_leave_on_time(town, gather)

    town.kill_beats()
