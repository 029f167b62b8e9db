"""The when of a session: local truth, derived moments, and the revision of what people were told."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from iatp_events.lib import zones
from tests.factories import NOW, create_series, create_session
from workshops import when
from workshops.models import Places, Session

pytestmark = pytest.mark.django_db


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "zone", "starts_at"),
    [
        # Chile puts its clocks forward on Saturday 5 September 2026 and back on Saturday 4 April 2026.
        (date(2026, 9, 3), "America/Santiago", utc(2026, 9, 3, 15)),
        (date(2026, 9, 10), "America/Santiago", utc(2026, 9, 10, 14)),
        (date(2026, 4, 2), "America/Santiago", utc(2026, 4, 2, 14)),
        (date(2026, 4, 9), "America/Santiago", utc(2026, 4, 9, 15)),
        # Punta Arenas and, since October 2024, Asunción keep one hour all year.
        (date(2026, 7, 2), "America/Punta_Arenas", utc(2026, 7, 2, 14)),
        (date(2026, 7, 2), "America/Asuncion", utc(2026, 7, 2, 14)),
        (date(2026, 1, 8), "America/Asuncion", utc(2026, 1, 8, 14)),
        # Tijuana follows California, the rest of Mexico nobody.
        (date(2026, 7, 2), "America/Tijuana", utc(2026, 7, 2, 18)),
        (date(2026, 12, 3), "America/Tijuana", utc(2026, 12, 3, 19)),
        (date(2026, 7, 2), "America/Mexico_City", utc(2026, 7, 2, 17)),
        # A leap day.
        (date(2028, 2, 29), "America/Bogota", utc(2028, 2, 29, 16)),
    ],
)
def test_eleven_o_clock_is_eleven_o_clock_on_the_wall(day, zone, starts_at):
    session = create_session(day=day, start_time=time(11), timezone=zone)

    assert (session.starts_at, session.ends_at) == (starts_at, starts_at + timedelta(minutes=90))
    assert when.of(session).hour == "11:00"


def test_a_law_that_moves_the_clock_moves_the_moment_and_not_the_hour(monkeypatch):
    session = create_session(day=date(2026, 7, 2), start_time=time(11), timezone="America/Asuncion")
    before = session.starts_at
    # As if a new tzdata arrived in which the country keeps UTC−4 again.
    monkeypatch.setattr(
        zones, "to_utc", lambda day, start, _zone: datetime.combine(day, start, UTC) + timedelta(hours=4)
    )

    revised = Session.objects.revise_changed(now=NOW)

    session.refresh_from_db()
    assert (revised, session.revision) == (1, 2)
    assert session.starts_at == before + timedelta(hours=1)
    assert session.start_time == time(11)


def test_unknown_stays_unknown():
    session = create_session(day=None, start_time=None, minutes=None, state="announced")

    moment = when.of(session)

    assert (session.starts_at, moment.date, moment.hour, moment.offset) == (None, "", "", "")


def test_a_day_without_an_hour_gives_a_date_and_no_moment():
    session = create_session(day=date(2024, 10, 30), start_time=None, state="announced")

    assert session.starts_at is None
    assert when.of(session, "America/Tijuana").date == "Wednesday 30 October 2024"
    assert when.of(session).hour == ""


def test_another_city_may_have_another_day():
    session = create_session(day=date(2026, 10, 15), start_time=time(0, 30))

    assert when.of(session, "America/Tijuana").date == "Wednesday 14 October 2026"
    assert when.of(session, "America/Tijuana").hour == "20:30"


def test_the_revision_rises_with_what_people_rely_on_and_with_nothing_else():
    session = create_session()
    assert session.revision == 1

    session.state = "closed"
    closed = session.revise(now=NOW)
    session.minutes = 60
    shorter = session.revise(now=NOW)
    session.refresh_from_db()

    assert (closed, shorter, session.revision, session.revised_at) == (False, True, 2, NOW)


def test_scripts_may_assign_text():
    session = create_session()
    session.day, session.start_time, session.minutes = "2026-11-12", "09:30", 60
    session.revise()

    session.refresh_from_db()
    assert session.starts_at == utc(2026, 11, 12, 12, 30)


def test_an_open_session_has_a_full_when():
    session = create_session()

    with pytest.raises(IntegrityError, match="open_session_has_a_full_when"), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(start_time=None)


def test_a_session_is_never_oversold_whatever_the_code_does():
    places = Places.objects.get(session=create_session(capacity=2))

    with pytest.raises(IntegrityError, match="session_never_oversold"), transaction.atomic():
        Places.objects.filter(pk=places.pk).update(taken=3)


def test_a_lowered_capacity_is_no_violation_and_sinks_as_people_leave():
    places = Places.objects.get(session=create_session(capacity=5))
    places.record(4)
    places.set_capacity(2)
    assert (places.capacity, places.ceiling, places.left) == (2, 4, 0)

    places.record(3)

    places.refresh_from_db()
    assert (places.ceiling, places.taken) == (3, 3)


def test_numbers_are_unique_in_a_series():
    series = create_series()
    create_session(series, number=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.create(series=series, number=1)


@pytest.mark.parametrize(
    ("state", "offset", "phase"),
    [
        ("open", timedelta(days=1), "open"),
        ("open", timedelta(minutes=-10), "live"),
        ("open", timedelta(minutes=-90), "ended"),
        ("closed", timedelta(days=1), "closed"),
        ("announced", timedelta(days=1), "announced"),
        ("cancelled", timedelta(days=1), "cancelled"),
    ],
)
def test_the_phase_follows_from_state_and_when(state, offset, phase):
    assert create_session(state=state, starts_at=NOW + offset).phase(NOW) == phase


def test_opening_needs_every_fact_that_people_would_otherwise_guess():
    session = create_session(
        day=None, start_time=None, state="draft", question="", meeting_link="", panel_to_be_announced=False
    )

    assert session.missing_for_opening(has_panel=False) == [
        "a day, an hour and a length",
        "a central question",
        "a panel, or the mark “panel to be announced”",
        "a meeting link",
    ]
    assert create_session(number=2).missing_for_opening(has_panel=False) == []


def test_the_clock_that_moved_since_the_session_before_is_noticed():
    before = create_session(number=1, day=date(2026, 9, 3))
    after = create_session(number=2, day=date(2026, 9, 10))

    assert when.shifted_clock(after, before) == timedelta(hours=1)
    assert when.shifted_clock(before, before) == timedelta()
