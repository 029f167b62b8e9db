"""No number about gender tells what a single person said, not by subtraction either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registrations import disclosure
from registrations.disclosure import LEAST, Said

CELLS = st.builds(Said, st.integers(0, 12), st.integers(0, 12))


@pytest.mark.parametrize(
    ("said", "safe"),
    [(Said(5, 5), True), (Said(4, 50), False), (Said(50, 4), False), (Said(0, 50), False), (Said(), False)],
)
def test_a_share_is_shown_from_five_on_either_side(said: Said, safe: bool) -> None:
    assert said.is_safe is safe


@pytest.mark.parametrize(("said", "percent"), [(Said(1, 1), 50), (Said(1, 2), 33), (Said(2, 1), 67), (Said(1, 7), 13)])
def test_percents_are_rounded_half_up(said: Said, percent: int) -> None:
    assert said.percent == percent


def test_a_part_that_could_be_found_by_subtraction_takes_another_with_it() -> None:
    whole = {"CO": Said(20, 20), "PE": Said(6, 7), "CL": Said(2, 9)}

    assert disclosure.parts(whole) == {"CO": Said(20, 20)}


def test_parts_that_are_small_together_hide_even_the_last() -> None:
    assert disclosure.parts({"CO": Said(20, 20), "CL": Said(1, 0)}) == {}


def test_parts_of_which_nothing_is_left_over_are_shown() -> None:
    whole = {"CO": Said(20, 20), "PE": Said(6, 7), "CL": Said()}

    assert disclosure.parts(whole) == {"CO": Said(20, 20), "PE": Said(6, 7)}


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), CELLS))
def test_whatever_people_said_no_shown_part_and_no_rest_is_small(whole: dict[str, Said]) -> None:
    shown = disclosure.parts(whole)

    rest = sum(whole.values(), Said()) - sum(shown.values(), Said())
    # Where no part is shown, the rest is the whole, of which `is_safe` decides.
    for cell in (*shown.values(), rest) if shown else ():
        assert cell == Said() or min(cell.women, cell.others) >= LEAST


def test_a_series_of_one_session_says_what_its_session_says() -> None:
    assert disclosure.union(Said(9, 8), [Said(9, 8)]) == Said(9, 8)


@pytest.mark.parametrize(
    ("sessions", "why"),
    [
        ([Said(18, 20)], "two women never came to the first"),
        ([Said(20, 16)], "four men never came to the first"),
        ([Said(12, 12), Said(10, 10)], "two of each came to both"),
        ([Said(21, 12)], "people say one thing and later another"),
    ],
)
def test_the_share_of_a_series_is_hidden_where_subtraction_would_tell(sessions: list[Said], why: str) -> None:
    assert disclosure.union(Said(20, 20), sessions) is None, why


def test_the_share_of_a_series_is_shown_where_every_rest_is_large() -> None:
    assert disclosure.union(Said(20, 20), [Said(15, 15), Said(14, 14)]) == Said(20, 20)
