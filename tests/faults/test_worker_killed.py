"""The worker is killed (SIGKILL) at each point of its talk with the mail server; another worker takes over."""

from __future__ import annotations

import os
import signal

import pytest

from tests.faults.conftest import Gather
from tests.faults.town import ROUNDS, Town
from tests.servers.scripted import Talk, call, reset

pytestmark = pytest.mark.real_time

AT_ANSWERS = ["connect", "EHLO", "MAIL", "RCPT", "DATA"]
KEPT = {"after the final dot, before 250": "dot", "after 250": "250"}


def kill(town: Town, talk: Talk) -> None:
    """End the sender's whole worker; another one begins."""
    os.killpg(os.getpgid(talk.sender), signal.SIGKILL)
    town.add_worker(wait=False)


@pytest.mark.parametrize("at_round", ROUNDS)
@pytest.mark.parametrize("point", AT_ANSWERS)
def test_killed_before_the_body_nobody_loses_a_mail_or_gets_two(
    town: Town, gather: Gather, point: str, at_round: int
) -> None:
    town.server.on(point, call(lambda talk: kill(town, talk)))

    crowd = gather(3)
    rows = crowd.wait_until_over()

    assert [row.state for row in rows] == ["sent"] * 3
    assert (crowd.copies(), crowd.message_ids()) == ([1, 1, 1], [1, 1, 1])


@pytest.mark.parametrize("at_round", ROUNDS)
def test_killed_in_the_middle_of_the_body_nobody_loses_a_mail_or_gets_two(
    town: Town, gather: Gather, at_round: int
) -> None:
    async def kill_and_break(talk: Talk) -> None:
        """What the dead sender left with its machine does not arrive."""
        await call(lambda talk: kill(town, talk))(talk)
        await reset(talk)

    town.server.on("body", kill_and_break)

    crowd = gather(3)
    rows = crowd.wait_until_over()

    assert [row.state for row in rows] == ["sent"] * 3
    assert (crowd.copies(), crowd.message_ids()) == ([1, 1, 1], [1, 1, 1])


@pytest.mark.parametrize("at_round", ROUNDS)
@pytest.mark.parametrize("when", KEPT)
def test_killed_once_the_server_has_the_mail_its_copy_is_the_same_mail(
    town: Town, gather: Gather, when: str, at_round: int
) -> None:
    """The only moments of which a second copy may come; every copy has the same Message-ID."""

    async def kill_before_it_can_note_the_answer(talk: Talk) -> None:
        os.killpg(os.getpgid(talk.sender), signal.SIGSTOP)
        if KEPT[when] == "250":
            await talk.say("250 kept")
        await call(lambda talk: kill(town, talk))(talk)
        await reset(talk)

    town.server.on(KEPT[when], kill_before_it_can_note_the_answer)

    crowd = gather(3)
    rows = crowd.wait_until_over()

    assert [row.state for row in rows] == ["sent"] * 3
    assert (sorted(crowd.copies()), crowd.message_ids()) == ([1, 1, 2], [1, 1, 1])
