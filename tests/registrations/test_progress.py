"""How far it is to the certificate of a series, counted in halves."""

import pytest

from registrations import progress
from registrations.progress import Progress
from workshops.models import Series


@pytest.mark.parametrize(
    ("status", "part", "half", "counted"),
    [
        ("present", "audience", False, 2),
        ("present", "speaker", False, 0),
        ("present", "host", True, 0),
        ("caught_up", "audience", False, 0),
        ("caught_up", "audience", True, 1),
        ("partial", "audience", True, 0),
        ("excused", "audience", True, 0),
        ("absent", "audience", True, 0),
    ],
)
def test_what_one_session_counts(status, part, half, counted):
    assert progress.halves(Series(caught_up_counts_half=half), status, part) == counted


@pytest.mark.parametrize(
    ("counted", "so_far", "missing"),
    [(0, "0", 7), (1, "½", 7), (6, "3", 4), (7, "3½", 4), (13, "6½", 1), (14, "7", 0), (15, "7½", 0), (20, "10", 0)],
)
def test_three_and_a_half_of_seven_miss_four(counted, so_far, missing):
    seen = Progress(needed=7, planned=10, counted=counted, ahead=4)

    assert (seen.so_far, seen.missing, seen.is_reached) == (so_far, missing, missing == 0)


def test_what_can_no_longer_be_reached_is_not_promised():
    assert Progress(needed=7, planned=10, counted=6, ahead=4).is_possible
    assert not Progress(needed=7, planned=10, counted=6, ahead=3).is_possible


@pytest.mark.parametrize(("needed", "counted", "earned"), [(None, 99, False), (7, 13, False), (7, 14, True)])
def test_the_rule_of_the_series_decides(needed, counted, earned):
    assert progress.is_earned(Series(sessions_needed=needed), counted) is earned
