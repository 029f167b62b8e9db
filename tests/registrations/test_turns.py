"""How long a freed place is kept for one person, by the time that is left and by their night."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from registrations import turns
from workshops.models import Session

BOGOTA = ZoneInfo("America/Bogota")
START = datetime(2026, 10, 15, 18, 0, tzinfo=BOGOTA)


def on(moment: str) -> datetime:
    """ "14 09:30": a day of this October and an hour in Bogotá."""
    day, hour = moment.split()
    return datetime.fromisoformat(f"2026-10-{day}T{hour}").replace(tzinfo=BOGOTA)


@pytest.mark.parametrize(
    ("freed", "until"),
    [
        ("05 10:00", "06 10:00"),  # a day at most
        ("14 12:00", "14 19:00"),  # a quarter of the 28 hours that are left
        ("15 12:00", "15 13:00"),
        ("15 15:00", "15 15:30"),  # half an hour at least
        ("15 15:59", "15 16:29"),
        ("13 20:00", "14 07:00"),  # at seven the night is over
        ("12 23:00", "13 15:15"),
        ("14 22:00", "15 09:00"),  # would end at 02:30
    ],
)
def test_a_quarter_of_the_time_that_is_left_and_no_deadline_in_the_night(freed, until):
    kept = turns.kept_until(Session(starts_at=START), "America/Bogota", on(freed))

    assert kept == on(until)


def test_the_night_is_the_readers():
    freed = on("14 16:00")  # 23:00 in Madrid, and six and a half hours are a quarter of what is left

    assert turns.kept_until(Session(starts_at=START), "America/Bogota", freed) == on("15 09:00")
    assert turns.kept_until(Session(starts_at=START), "Europe/Madrid", freed) == on("15 02:00")


def test_where_the_morning_is_too_late_the_night_counts():
    early = Session(starts_at=datetime(2026, 10, 15, 8, 0, tzinfo=BOGOTA))

    assert turns.kept_until(early, "America/Bogota", on("14 22:00")) == on("15 00:00")


def test_in_the_last_two_hours_nothing_is_kept_for_anybody():
    session = Session(starts_at=START)

    assert turns.kept_until(session, "America/Bogota", on("15 16:00")) is None
    assert turns.kept_until(session, "America/Bogota", on("15 15:59")) is not None


def test_a_session_without_an_hour_keeps_a_place_for_a_day():
    assert turns.kept_until(Session(), "America/Bogota", on("05 10:00")) == on("05 10:00") + timedelta(days=1)
