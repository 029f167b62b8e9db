"""A pass names who stands at which door until when; only what was signed for that is one."""

from datetime import timedelta

import pytest

from iatp_events.lib import signing
from registrations import door_pass
from registrations.door_pass import Pass
from tests.factories import NOW


def test_a_pass_says_who_where_and_until_when() -> None:
    given = door_pass.give(by=3, session=7, now=NOW)

    assert door_pass.read(given) == Pass(by=3, session=7, until=int((NOW + timedelta(minutes=1)).timestamp()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "3-7-2000000000",
        signing.token("badge", 3, 7, 2_000_000_000),
        signing.token("door_pass", 3, 7),
        door_pass.give(by=3, session=7, now=NOW)[:-1],
        "4" + door_pass.give(by=3, session=7, now=NOW)[1:],
        "\u00e9\x00." * 1000,
    ],
)
def test_nothing_else_is_a_pass(text: str) -> None:
    assert door_pass.read(text) is None
