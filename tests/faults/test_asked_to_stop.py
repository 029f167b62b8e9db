"""Asked to stop, a process finishes what it does and begins nothing: a supervisor need not wait long, nor cut."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.faults.conftest import Gather
from tests.faults.town import Crowd, Town
from tests.servers.crowd import Answer, press_at_once
from tests.servers.forms import filled
from tests.servers.house import House
from tests.servers.processes import ROOT, Process, wait_for
from tests.servers.scripted import Talk
from tests.test_concurrency_postgres import OPEN_SESSION, form

pytestmark = pytest.mark.real_time
PEOPLE = 40


async def hesitate(talk: Talk) -> None:
    await asyncio.sleep(0.2)


def ask_to_stop(process: Process) -> int:
    """As a supervisor does: the first process alone, and once."""
    os.kill(process.popen.pid, signal.SIGTERM)
    return process.popen.wait(timeout=8)


def no_mail_was_cut(crowd: Crowd) -> tuple[int, int]:
    """Return how many are sent and how many wait; what left is noted, and nothing is held by who is gone."""
    states = crowd.states()
    assert set(states) == {"sent", "queued"}
    assert sum(crowd.copies()) == states.count("sent")
    return states.count("sent"), states.count("queued")


def test_a_worker_finishes_its_mail_and_leaves_the_others_to_whoever_comes(town: Town, gather: Gather) -> None:
    town.server.on("dot", hesitate, times=1000)
    crowd = gather(PEOPLE)
    wait_for(lambda: sum(crowd.copies()) >= 3, what="the first mails")

    ask_to_stop(town.workers[0])

    sent, waiting = no_mail_was_cut(crowd)
    assert sent + waiting == PEOPLE
    assert waiting > PEOPLE // 3
    town.settle()
    assert [row.state for row in crowd.wait_until_over()] == ["sent"] * PEOPLE
    assert crowd.copies() == [1] * PEOPLE


def test_a_loop_without_celery_does_the_same(town: Town, gather: Gather) -> None:
    for process in (*town.workers, *town.beats):
        process.kill()
    town.server.on("dot", hesitate, times=1000)
    crowd = gather(PEOPLE)
    loop = subprocess.Popen([sys.executable, "manage.py", "tick", "--loop"], cwd=ROOT, env=town.house.environment)
    wait_for(lambda: sum(crowd.copies()) >= 3, what="the first mails")

    loop.terminate()

    assert loop.wait(timeout=8) == 0
    assert no_mail_was_cut(crowd)[1] > PEOPLE // 3


def test_a_web_server_answers_who_is_being_served_and_nobody_after(sqlite_house: House) -> None:
    sqlite_house.run(OPEN_SESSION.format(capacity=5))
    sqlite_house.environment["BREATH"] = "0.7"
    web = sqlite_house.web(workers=1, application="tests.servers.unhurried:application")
    answers: list[Answer] = []
    presses = [(form(sqlite_house), filled("Ana Ruiz", "ana@example.org", 1))]

    person = threading.Thread(target=lambda: answers.extend(press_at_once(presses)))
    person.start()
    time.sleep(1.2)
    code = ask_to_stop(web)
    person.join(20)

    assert (code, [answer.status for answer in answers]) == (0, [302])
    assert sqlite_house.run("from registrations.models import Registration; answer = Registration.objects.count()") == 1
    with pytest.raises(URLError):
        urlopen(sqlite_house.url, timeout=2)
