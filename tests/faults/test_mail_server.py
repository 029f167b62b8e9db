"""What a mail server answers, or does not: what passes is tried again, what is final is shown, the others go on."""

from __future__ import annotations

import time
from collections import defaultdict

import pytest

from tests.faults.conftest import Gather
from tests.faults.town import AT_LENGTH, Crowd, Town
from tests.servers.postgres import query
from tests.servers.scripted import POINTS, Act, Talk, answer, call, drip, reset, silence

pytestmark = pytest.mark.real_time

PASSING = [
    ("connect", "421 4.3.2 too busy"),
    ("connect", "554 5.3.2 no mail here today"),
    ("EHLO", "421 4.3.2 closing"),
    ("MAIL", "451 4.3.0 try later"),
    ("MAIL", "452 4.3.1 no room"),
    ("RCPT", "450 4.2.0 greylisted"),
    ("RCPT", "421 4.7.0 too many"),
    ("RCPT", "452 4.2.2 mailbox full"),
    ("DATA", "451 4.7.1 later"),
    ("dot", "451 4.3.0 try later"),
    ("dot", "452 4.3.1 no room"),
]
FINAL = [
    ("MAIL", "552 5.2.2 too large"),
    ("RCPT", "550 5.1.1 unknown"),
    ("RCPT", "554 5.7.1 denied"),
    ("DATA", "554 5.5.1 no"),
    ("dot", "550 5.7.1 spam"),
    ("dot", "552 5.3.4 too large"),
    ("dot", "554 5.7.1 refused"),
]
SAID = [point for point in POINTS if point not in ("body", "250")]
SLOW = [pytest.param(silence, point, id=f"silent-{point}") for point in SAID]
SLOW += [pytest.param(drip, point, id=f"dripping-{point}") for point in (SAID if AT_LENGTH else ("connect", "RCPT"))]
# One mail's budget (settings MAIL_BUDGET) and what a busy machine adds.
LONGEST = 1.5 + 1.0
FIRST_IN_THE_QUEUE = """
UPDATE registrations_message SET next_attempt_at = next_attempt_at - interval '1 s'
WHERE attendee_id IN (SELECT id FROM registrations_attendee WHERE full_name = ANY(%s))
"""


def register_with_some_in_front(crowd: Crowd, number: int) -> None:
    """Let the workers find all of them at once, and so many of them before the others."""
    with crowd.town.asleep():
        crowd.register()
        query(crowd.town.house.database_url, FIRST_IN_THE_QUEUE, crowd.names[:number])


@pytest.mark.parametrize(("point", "words"), PASSING, ids=lambda value: value.replace(" ", "-"))
def test_a_trouble_that_passes_is_tried_again_later(town: Town, gather: Gather, point: str, words: str) -> None:
    rule = town.server.on(point, answer(words), times=6 if AT_LENGTH else 2)

    crowd = gather(2)
    rows = crowd.wait_until_over(seconds=60)

    assert [row.state for row in rows] == ["sent", "sent"]
    assert (sum(row.attempts for row in rows) - 2, rule.used) == (rule.times, rule.times)
    assert crowd.copies() == [1, 1]


def test_the_answer_450_for_a_while_backs_off_and_holds_up_nobody_else(town: Town) -> None:
    """Minutes in earnest; here the waits are 0.3 and 0.6 s, give or take a fifth. The first of three is refused."""
    crowd = Crowd(town, 3)
    rule = town.server.on("RCPT", answer("450 4.2.0 greylisted"), to=crowd.addresses[0], times=100 if AT_LENGTH else 4)

    began = time.monotonic()
    register_with_some_in_front(crowd, 1)
    rows = crowd.wait_until_over(seconds=150)

    waits = 0.8 * (0.3 + (rule.times - 1) * 0.6)
    assert [row.state for row in rows] == ["sent"] * 3
    late, ana, eva = (kept[0].at for kept in crowd.mails())
    assert late - max(ana, eva) > waits / 2
    assert [row.attempts for row in rows] == [rule.times + 1, 1, 1]
    assert time.monotonic() - began > waits


def test_many_greylisted_mailboxes_hold_up_nobody_behind_them(town: Town) -> None:
    """Were the first of them to end the delivery, each of the others would cost a tick or a back-off."""
    crowd = Crowd(town, 31)
    tried: list[float] = []

    async def refuse(talk: Talk) -> str:
        tried.append(time.time())
        await talk.say("450 4.2.0 greylisted")
        return "450"

    for address in crowd.addresses[:30]:
        town.server.on("RCPT", refuse, to=address)
    register_with_some_in_front(crowd, 30)
    rows = crowd.wait_until_over(seconds=60)

    assert [row.state for row in rows] == ["sent"] * 31
    assert crowd.mails()[30][0].at - tried[0] < 4


@pytest.mark.parametrize(("point", "words"), FINAL, ids=lambda value: value.replace(" ", "-"))
def test_a_final_refusal_fails_at_once_with_the_servers_words_and_the_others_leave(
    town: Town, gather: Gather, point: str, words: str
) -> None:
    town.server.on(point, answer(words))

    crowd = gather(3)
    rows = crowd.wait_until_over()

    failed = [(row.attempts, row.last_error) for row in rows if row.state == "failed"]
    assert sorted(row.state for row in rows) == ["failed", "sent", "sent"]
    assert failed == [(1, words)]
    assert sorted(crowd.copies()) == [0, 1, 1]


@pytest.mark.parametrize(("act", "point"), SLOW)
def test_a_silent_or_dripping_server_costs_one_budget_and_the_mails_still_leave(
    town: Town, gather: Gather, act: Act, point: str
) -> None:
    moments: list[float] = []

    async def timed(talk):
        moments.append(time.monotonic())
        try:
            await act(talk)
        finally:
            moments.append(time.monotonic())

    town.server.on(point, timed)

    crowd = gather(2)
    rows = crowd.wait_until_over()

    assert [row.state for row in rows] == ["sent", "sent"]
    assert sorted(row.attempts for row in rows) == [1, 2]
    assert moments[1] - moments[0] < LONGEST
    assert (crowd.message_ids(), sum(crowd.copies())) == ([1, 1], 3 if point == "dot" else 2)


def test_a_server_that_hesitates_at_each_verb_gets_one_budget_for_all_of_them(town: Town, gather: Gather) -> None:
    """No answer takes longer than a socket waits; two take longer than connecting may, three than a mail."""
    talks: dict[int, list[str]] = defaultdict(list)  # by the port at the other end

    def hesitate(point: str) -> Act:
        def act(talk: Talk) -> None:
            talks[talk.writer.get_extra_info("peername")[1]].append(point)
            time.sleep(0.6)

        return call(act)

    for point in SAID:
        town.server.on(point, hesitate(point))

    crowd = gather(1)
    (row,) = crowd.wait_until_over()

    first, *later = talks.values()
    assert row.state == "sent"
    assert "MAIL" not in first
    assert max(len(points) for points in later) <= 3


@pytest.mark.parametrize("point", [point for point in POINTS if point != "250"])
def test_a_broken_line_is_dialled_again(town: Town, gather: Gather, point: str) -> None:
    """After the final dot the server has the mail, and nobody can know: the copy is the same mail."""
    town.server.on(point, reset)

    crowd = gather(2)
    rows = crowd.wait_until_over()

    assert [row.state for row in rows] == ["sent", "sent"]
    assert sorted(row.attempts for row in rows) == [1, 2]
    assert (crowd.message_ids(), sum(crowd.copies())) == ([1, 1], 3 if point == "dot" else 2)
