"""When a rule speaks, on the clock of its reader: the hour of the day, the night, and who came too late."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from registrations import moments
from registrations.models import ReminderRule
from workshops.models import Session

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def session(hour: str, zone: str = "America/Santiago") -> Session:
    """On Thursday 15 October 2026 at this hour of a zone, 90 minutes long."""
    starts = datetime.combine(date(2026, 10, 15), time.fromisoformat(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Session(starts_at=starts, ends_at=starts + timedelta(minutes=90), timezone=zone, revised_at=LONG_AGO)


def rule(offset: timedelta, **fields) -> ReminderRule:
    return ReminderRule(offset=offset, **({"active_from": LONG_AGO} | fields))


def local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %H:%M}"


@pytest.mark.parametrize(
    ("zone", "said"), [("America/Bogota", "Wed 09:00"), ("America/Tijuana", "Wed 09:00"), ("Asia/Tokyo", "Wed 09:00")]
)
def test_nine_in_the_morning_is_nine_wherever_the_reader_is(zone, said):
    moment = moments.of(rule(DAY, at_hour=time(9)), session("11:00"), zone)

    assert local(moment, zone) == said


def test_the_day_before_counts_on_the_readers_calendar():
    # 21:00 in Santiago is Friday morning in Tokyo.
    moment = moments.of(rule(DAY, at_hour=time(9)), session("21:00"), "Asia/Tokyo")

    assert local(moment, "Asia/Tokyo") == "Thu 09:00"


@pytest.mark.parametrize(
    ("starts", "offset", "said"),
    [
        ("11:00", DAY, "Wed 11:00"),
        ("22:00", DAY, "Thu 07:00"),  # the evening before at 22:00 waits for the morning
        ("11:00", 10 * HOUR, "Thu 07:00"),
        ("09:00", 2 * HOUR, "Thu 07:00"),
        ("07:30", 2 * HOUR, "Wed 21:00"),  # the morning would be too late
        ("06:00", 5 * HOUR, "Wed 21:00"),
        ("06:00", HOUR, "Thu 05:00"),  # the last hour has no night
        ("06:00", HOUR / 2, "Thu 05:30"),
        ("21:00", DAY, "Wed 21:00"),
    ],
)
def test_the_night_is_kept_except_in_the_last_hour(starts, offset, said):
    moment = moments.of(rule(offset), session(starts), "America/Santiago")

    assert local(moment, "America/Santiago") == said


def test_a_rule_that_does_not_keep_the_night_rings_in_it():
    moment = moments.of(rule(DAY, quiet=False), session("22:00"), "America/Santiago")

    assert local(moment, "America/Santiago") == "Wed 22:00"


def test_the_night_is_that_of_the_reader():
    moment = moments.of(rule(4 * HOUR), session("11:00"), "America/Tijuana")

    # 07:00 in Santiago is 03:00 in Tijuana, where the session begins at 07:00.
    assert local(moment, "America/Tijuana") == "Wed 21:00"


def test_what_follows_a_session_counts_from_its_end():
    at_an_hour = moments.of(rule(DAY, kind="follow_up", at_hour=time(9)), session("11:00"), "America/Bogota")
    by_hours = moments.of(rule(12 * HOUR, kind="follow_up"), session("11:00"), "America/Santiago")

    assert local(at_an_hour, "America/Bogota") == "Fri 09:00"
    assert local(by_hours, "America/Santiago") == "Fri 07:00"


def test_a_zone_that_does_not_exist_counts_as_that_of_the_session():
    moment = moments.of(rule(DAY, at_hour=time(9)), session("11:00"), "Mars/Olympus")

    assert local(moment, "America/Santiago") == "Wed 09:00"


def test_an_hour_that_the_clock_skips_is_the_one_after_it():
    # In Santiago the night of 6 September 2026 has no 00:00 to 01:00.
    starts = datetime(2026, 9, 7, 14, 0, tzinfo=UTC)
    monday = Session(starts_at=starts, ends_at=starts + HOUR, timezone="America/Santiago", revised_at=LONG_AGO)

    moment = moments.of(rule(DAY, at_hour=time(0, 30), quiet=False), monday, "America/Santiago")

    assert local(moment, "America/Santiago") == "Sun 01:30"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"confirmed_at": 0 * HOUR}, "late"),
        ({"active_from": 0 * HOUR}, "past"),
        ({"revised_at": 0 * HOUR}, "past"),
    ],
)
def test_a_moment_that_is_not_after_everything_it_needs_is_none(change, reason):
    thursday, day = session("11:00"), rule(DAY)
    moment = moments.of(day, thursday, "America/Santiago")
    before = {"confirmed_at": moment - HOUR} | {name: moment + shift for name, shift in change.items()}
    day.active_from = before.get("active_from", LONG_AGO)
    thursday.revised_at = before.get("revised_at", LONG_AGO)

    assert moments.reason_to_skip(day, thursday, moment, before["confirmed_at"]) == reason


def test_of_the_rules_whose_moment_was_missed_only_the_nearest_speaks_shortly():
    thursday = session("11:00")
    week, day, hour = (rule(offset, late="short") for offset in (7 * DAY, DAY, HOUR))
    confirmed_at = thursday.starts_at - 5 * HOUR

    shortly = [
        moments.speaks_shortly(one, thursday, "America/Santiago", confirmed_at, [week, day, hour])
        for one in (week, day)
    ]

    assert shortly == [False, True]


def test_a_rule_made_later_speaks_to_nobody_who_was_there_before():
    thursday = session("11:00")
    confirmed_at = thursday.starts_at - 5 * HOUR

    shortly = moments.speaks_shortly(
        rule(DAY, late="short", active_from=confirmed_at + HOUR), thursday, "America/Santiago", confirmed_at, []
    )

    assert not shortly


def test_what_the_panel_was_told_meanwhile_is_no_word_to_who_registered_late():
    confirmed_at = session("11:00").starts_at - HOUR / 2
    day, to_the_panel = rule(DAY, late="short"), rule(HOUR, audience="panel")

    shortly = moments.speaks_shortly(day, session("11:00"), "America/Santiago", confirmed_at, [day, to_the_panel])

    assert shortly
