"""Thousands due at once, several workers that take a breath before they claim: all leave, none twice."""

from __future__ import annotations

import pytest

from tests.faults.town import AT_LENGTH, Crowd, Town

pytestmark = pytest.mark.real_time

NUMBER = 5000 if AT_LENGTH else 200


def test_all_leave_and_none_twice(town: Town) -> None:
    town.kill_workers()
    for _ in range(4 if AT_LENGTH else 2):
        town.add_worker(BREATH="0.2")
    crowd = Crowd(town, NUMBER)

    with town.asleep():
        crowd.register()
    rows = crowd.wait_until_over(seconds=NUMBER / 5)

    assert {row.state for row in rows} == {"sent"}
    assert {row.attempts for row in rows} == {1}
    kept = [one.message_id for one in town.server.mails if one.to.startswith(f"{crowd.slug}-")]
    assert (len(kept), len(set(kept))) == (NUMBER, NUMBER)
    town.kill_workers()
