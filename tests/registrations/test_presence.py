"""What evidence amounts to: minutes decide where they are known, a click alone never does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iatp_events.lib.intervals import Interval, seconds_of, union
from registrations.choices import AttendanceStatus, Because, EvidenceKind, Part
from registrations.models import Evidence
from registrations.presence import Shares, Verdict, judge

START = datetime(2026, 10, 15, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCHEDULE = Interval(START, START + 90 * MINUTE)
SHARES = Shares(present_from=50, partial_from=20)


def line(kind: str, since: float | None = None, until: float | None = None, **fields: object) -> Evidence:
    """since, until: minutes after the start."""
    stretch = (
        {} if since is None or until is None else {"since": START + since * MINUTE, "until": START + until * MINUTE}
    )
    return Evidence(kind=kind, at=START, **stretch, **fields)


def verdict(*lines: Evidence, schedule: Interval | None = SCHEDULE) -> Verdict | None:
    return judge(lines, schedule=schedule, shares=SHARES)


def judged(*lines: Evidence, schedule: Interval | None = SCHEDULE) -> tuple[str, str, int | None] | None:
    found = verdict(*lines, schedule=schedule)
    return (str(found.status), str(found.because), found.seconds) if found else None


def test_without_evidence_there_is_no_verdict() -> None:
    assert verdict() is None


@pytest.mark.parametrize(
    ("until", "status"),
    [(45, "present"), (44.98, "partial"), (18, "partial"), (17.98, "absent"), (0.5, "absent")],
)
def test_the_share_of_the_scheduled_minutes_decides(until: float, status: str) -> None:
    assert judged(line("report", 0, until)) == (status, "minutes", round(until * 60))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["join"], ("partial", "one_kind")),
        (["join", "join"], ("partial", "one_kind")),
        (["report"], ("partial", "one_kind")),
        (["join", "report"], ("present", "two_kinds")),
        (["room_code"], ("present", "room_code")),
        (["scan"], ("present", "door")),
        (["staff"], ("present", "confirmed")),
        (["walk_in"], ("present", "confirmed")),
        (["appeal"], ("present", "confirmed")),
        (["recording"], ("caught_up", "recording")),
        (["join", "recording"], ("caught_up", "recording")),
        (["room_code", "recording"], ("present", "room_code")),
        (["excuse"], ("excused", "excuse")),
        (["excuse", "join"], ("partial", "one_kind")),
        (["excuse", "recording"], ("caught_up", "recording")),
    ],
)
def test_where_there_are_no_minutes_the_kinds_decide(kinds: list[str], expected: tuple[str, str]) -> None:
    assert judged(*(line(kind) for kind in kinds)) == (*expected, None)


def test_known_minutes_weigh_more_than_clicks_and_codes_but_not_more_than_a_door() -> None:
    five = line("report", 0, 5)

    assert judged(five, line("join"), line("room_code")) == ("absent", "minutes", 300)
    assert judged(five, line("scan")) == ("present", "door", 300)
    assert judged(five, line("excuse")) == ("excused", "excuse", 300)
    assert judged(five, line("appeal")) == ("present", "confirmed", 300)


def test_two_devices_at_once_count_once_and_what_lies_outside_the_schedule_not_at_all() -> None:
    assert judged(line("report", -20, 30), line("report", 20, 40), line("report", 95, 120)) == (
        "partial",
        "minutes",
        40 * 60,
    )


def test_who_came_only_afterwards_was_absent_with_minutes_known_to_be_none() -> None:
    assert judged(line("report", 95, 120)) == ("absent", "minutes", 0)


def test_a_stated_length_that_is_shorter_than_its_stretch_counts() -> None:
    gaps = line("report", 0, 80, seconds=40 * 60)

    assert judged(gaps) == ("partial", "minutes", 40 * 60)
    # A second file that shows the gaps of the same time adds nothing, and one of another time adds all of it.
    assert judged(gaps, line("report", 0, 30)) == ("partial", "minutes", 40 * 60)
    assert judged(gaps, line("report", 80, 90)) == ("present", "minutes", 50 * 60)


def test_of_a_stated_length_counts_what_cannot_lie_in_hours_that_are_known_whole() -> None:
    # The first device states 75 of 80 minutes; the second was there from 60 to 90: 20 of the 75 at most are the same.
    assert judged(line("report", 0, 80, seconds=75 * 60), line("report", 60, 90)) == ("present", "minutes", 85 * 60)


def test_a_stated_length_without_hours_is_no_minutes() -> None:
    assert judged(line("report", seconds=5_000)) == ("partial", "one_kind", None)


def test_without_a_schedule_no_minutes_are_known() -> None:
    assert judged(line("report", 0, 90), schedule=None) == ("partial", "one_kind", None)


def test_who_spoke_or_hosted_in_one_line_did_so() -> None:
    parts = [verdict(line("join"), line("report", 0, 90, part=part)) for part in ("audience", "speaker", "host")]

    assert [str(found.part) for found in parts if found] == ["audience", "speaker", "host"]


stretches = st.lists(
    st.tuples(st.integers(-50, 150), st.integers(0, 100)).map(
        lambda pair: Interval(START + pair[0] * MINUTE, START + (pair[0] + pair[1]) * MINUTE)
    ),
    max_size=12,
)


@given(stretches)
def test_a_union_counts_every_minute_once(intervals: list[Interval]) -> None:
    minutes = {START + n * MINUTE for n in range(-50, 250)}
    covered = {at for at in minutes if any(one.start <= at < one.end for one in intervals)}

    assert seconds_of(intervals) == 60 * len(covered)
    assert all(before.end <= after.start for before, after in zip(union(intervals), union(intervals)[1:], strict=False))


ALONE = Verdict(AttendanceStatus.PRESENT, Because.DOOR, Part.AUDIENCE, None)


@pytest.mark.parametrize("schedule", [SCHEDULE, None])
@pytest.mark.parametrize("minutes", [10, 30, 80])
@pytest.mark.parametrize("part", Part)
def test_a_check_in_makes_present_whoever_was_not_confirmed_and_changes_nothing_else(
    schedule: Interval | None, minutes: int, part: Part
) -> None:
    """One statement writes a check-in and its verdict by this rule, without weighing anything (`services/scans.py`)."""
    for kinds in (kinds for size in range(len(EvidenceKind) + 1) for kinds in combinations(EvidenceKind, size)):
        known = [line(kind, 0, minutes if kind == EvidenceKind.REPORT else None, part=part) for kind in kinds]
        came = verdict(*known, schedule=schedule) or ALONE

        after = verdict(*known, line("scan"), schedule=schedule)

        if came.because != Because.CONFIRMED:
            came = replace(came, status=AttendanceStatus.PRESENT, because=Because.DOOR)
        assert after == came, kinds
