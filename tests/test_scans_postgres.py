"""The usual check-in as one statement, which only PostgreSQL can do: quicker than all the steps, and no different."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.house import House

pytestmark = pytest.mark.real_time


def play(house: House, scene: str) -> Any:
    return house.run(f"from tests.servers import scans\nanswer = scans.{scene}()")


def test_it_leaves_the_verdict_that_all_the_steps_leave(house: House) -> None:
    left = play(house, "twice_the_same")

    assert left["one"] == left["other"]
    assert len(left["one"]) == left["known"] > 40


def test_it_says_who_came_since_when_and_what_is_unusual(house: House) -> None:
    told = play(house, "usual")

    assert told == {
        "names": ["Ana", "Luis"],
        "marks": ["", "online"],
        "since": [True, True, True],
        "line": ["scan", "audience", "door", True, 0, True],
    }


def test_what_is_not_usual_is_left_to_the_steps(house: House) -> None:
    assert play(house, "unusual") == []


def test_a_pass_costs_one_statement_and_opens_nothing_but_check_ins_of_its_door(house: House) -> None:
    told = play(house, "posted")

    assert (told["few"][-1], told["many"][-1]) == (1, 1)
    # Nobody is signed in there, and no form was opened: the ordinary door refuses.
    assert told["refused"] == [403] * 5 + [302] * 2
    # Bounded by the minute of the pass; the long way refuses at once.
    assert told["withdrawn"] == [200, 403]
    assert told["kept"] == {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    assert told["by badge"] == "Ana"


def test_beside_an_undo_nobody_who_came_is_left_without_a_verdict(house: House) -> None:
    left = play(house, "beside_an_undo")

    assert (left["told"], left["lines"]) == (1, 1)
    assert left["verdicts"] == {"Ana": ["present", "door", "audience", None, 1]}
