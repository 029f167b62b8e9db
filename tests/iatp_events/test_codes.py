"""Folios: read aloud, typed from paper, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iatp_events.lib import codes

CODES = st.builds(codes.new)


def test_a_code_has_no_character_that_is_taken_for_another():
    seen = {sign for _ in range(500) for sign in codes.new()}

    assert seen & set("01OI") == set()
    assert len(codes.ALPHABET) == 32


def test_a_thousand_codes_differ():
    assert len({codes.new() for _ in range(1000)}) == 1000


@given(CODES)
def test_capitals_spaces_dashes_and_a_whole_address_are_forgiven(code):
    bare = code.replace("-", "")
    typed = [
        code,
        bare,
        code.lower(),
        f"  {bare[:3]} {bare[3:]}\n",
        code.replace("-", "–"),
        code.replace("-", " - "),
        f"https://example.org/es/certificates/{code}/",
        f"https://example.org/certificates/{code}.pdf?x=1",
    ]

    assert {codes.read(one) for one in typed} == {code}


def test_a_zero_an_o_a_one_and_an_i_are_read_as_what_they_were_taken_for():
    code = next(code for code in iter(codes.new, "") if "Q" in code and "L" in code)
    misread = [code.replace("Q", "0"), code.replace("Q", "o"), code.replace("L", "1"), code.replace("L", "i")]

    assert {codes.read(one) for one in misread} == {code}


@given(CODES, st.integers(0, 11), st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_never_another_code(code, place, other):
    bare = code.replace("-", "")
    wrong = bare[:place] + other + bare[place + 1 :]

    assert codes.read(wrong) == (code if wrong == bare else "")


@given(CODES, st.integers(0, 10))
def test_two_neighbours_swapped_are_never_another_code(code, place):
    bare = code.replace("-", "")
    swapped = bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]

    assert codes.read(swapped) == (code if swapped == bare else "")


@pytest.mark.parametrize("typed", ["", "-", "AAAA", "A" * 5000, "\x00" * 12, "ﬁ" * 12, "' OR 1=1 --", "ß" * 6])
def test_nonsense_is_no_code(typed):
    assert codes.read(typed) == ""


def test_the_example_is_a_code_of_nobody() -> None:
    assert codes.EXAMPLE.replace("-", "").isalnum()
    assert len(codes.EXAMPLE) == codes.SHOWN
    assert codes.read(codes.EXAMPLE) == ""
