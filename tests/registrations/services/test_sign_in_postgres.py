"""The button of one link is pressed twice at the same moment, on PostgreSQL: one press signs in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.house import House

pytestmark = pytest.mark.real_time

ASKED = """
from django.utils import timezone
from registrations.services import sign_in
from tests import factories
factories.create_attendee("Ana")
sign_in.ask(email="ana@example.org", browser="here", leads_to="", now=timezone.now())
"""
PRESS = """
import time
from iatp_events.lib import clock
from registrations.models import SignIn
from registrations.services import sign_in
asked = sign_in.find(*SignIn.objects.values_list("pk", "nonce").get())
judge = sign_in.standing
def judge_slowly(**facts):
    found = judge(**facts)
    time.sleep(2)
    return found
sign_in.standing = judge_slowly
try:
    answer = sign_in.by_link(asked=asked, browser="here", now=clock.now()).full_name
except sign_in.Refused as refused:
    answer = refused.standing.value
"""
GUESS = """
from iatp_events.lib import clock
from registrations import links
from registrations.models import SignIn
from registrations.services import sign_in
asked = SignIn.objects.get()
wrong = f"{(int(links.sign_in_code(asked)) + 1) % 10**6:06d}"
for _ in range(4):
    try:
        sign_in.by_code(code=wrong, browser="here", now=clock.now())
    except sign_in.WrongCode:
        pass
answer = SignIn.objects.get().codes_tried
"""


def test_two_presses_at_once_sign_in_once(house: House) -> None:
    house.run(ASKED)

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(house.run, [PRESS, PRESS]))

    assert sorted(answers) == ["Ana", "used"]


def test_guesses_sent_at_once_are_counted_too(house: House) -> None:
    house.run(ASKED)

    with ThreadPoolExecutor(2) as both:
        list(both.map(house.run, [GUESS, GUESS]))

    assert house.run("from registrations.models import SignIn\nanswer = SignIn.objects.get().codes_tried") == 5
