"""People whose last session is long over are forgotten; whoever is still connected with us is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from registrations.choices import ConsentKind
from registrations.models import Attendee, BlockedAddress, Consent, Enrolment
from registrations.services import blocking, erasure, retention
from tests.factories import NOW, create_attendee, create_series, create_session, register, states

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LONG_AGO, JUST_NOW = NOW - timedelta(days=800), NOW - timedelta(days=700)


def forget(*options: str) -> str:
    out = StringIO()
    call_command("forget_old", *options, stdout=out)
    return out.getvalue()


def old(name: str, starts_at: datetime = LONG_AGO, number: int = 1, **fields: Any):
    """Somebody who registered for a session of that time, a month before it."""
    session = create_session(number=number, starts_at=starts_at, **fields)
    return register(session, name, starts_at - 30 * DAY)


def names() -> set[str]:
    return set(retention.forgettable(months=24, now=NOW).values_list("full_name", flat=True))


def test_a_dry_run_says_how_many_and_nothing_of_whom() -> None:
    old("Zoraida")

    said = forget("--dry-run")

    assert said == "Last session over 24 months ago: 1 to erase. Nothing was changed.\n"
    assert Attendee.objects.get().full_name == "Zoraida"


def test_who_came_long_ago_is_erased_and_who_came_since_is_not() -> None:
    series = create_series()
    zoraida = old("Zoraida", series=series)
    old("Luis", JUST_NOW, number=2, series=series)

    said = forget()

    assert said.startswith("Last session over 24 months ago: 1 erased.")
    assert "Zoraida" not in said
    assert set(Attendee.objects.values_list("full_name", flat=True)) == {"", "Luis"}
    assert states(zoraida.session) == {"": "confirmed"}


def test_the_last_session_counts_and_one_without_a_date_is_still_to_come() -> None:
    series = create_series()
    for number, (name, later) in enumerate((("Ana", JUST_NOW), ("Eva", NOW + DAY), ("Luis", None)), start=1):
        first = old(name, number=number, series=series)
        second = create_session(series, number=number + 10, starts_at=later or NOW)
        Enrolment.objects.all().delete()
        register(second, name, LONG_AGO)
        if later is None:
            second.day = second.start_time = None
            second.state = "announced"
            second.save()
            second.revise(now=NOW)
        assert first.attendee.registrations.count() == 2

    assert names() == set()


def test_whoever_is_still_connected_with_us_is_kept() -> None:
    series = create_series()
    enrolled, agreed, left = (old(name, number=n, series=series) for n, name in enumerate(("Ana", "Eva", "Luis"), 1))
    create_session(series, number=9, starts_at=NOW + DAY)
    for registration, left_at in ((enrolled, None), (left, LONG_AGO)):
        Enrolment.objects.create(
            series=series, attendee=registration.attendee, enrolled_at=LONG_AGO, left_at=left_at
        )  # fmt: skip
    Consent.objects.create(
        attendee=agreed.attendee, series=series, kind=ConsentKind.ANNOUNCEMENTS, version="1", given_at=JUST_NOW
    )

    assert names() == {"Luis"}


def test_who_never_registered_counts_from_the_day_they_came() -> None:
    create_attendee("Zoraida", created_at=LONG_AGO)
    create_attendee("Luis", created_at=JUST_NOW)

    assert names() == {"Zoraida"}


def test_one_that_fails_holds_nobody_up_and_is_told_by_number(monkeypatch, caplog) -> None:
    series = create_series()
    zoraida, _luis = (old(name, number=n, series=series) for n, name in enumerate(("Zoraida", "Luis"), 1))
    erase = erasure.erase

    def fail_once(*, attendee: Attendee, now: datetime) -> bool:
        if attendee.pk == zoraida.attendee_id:
            raise RuntimeError("a lock")
        return erase(attendee=attendee, now=now)

    monkeypatch.setattr(erasure, "erase", fail_once)

    with pytest.raises(CommandError, match="Could not be erased: 1;"):
        forget()

    assert set(Attendee.objects.values_list("full_name", flat=True)) == {"", "Zoraida"}
    assert "Zoraida" not in caplog.text


def test_blocked_addresses_are_forgotten_when_their_time_is_over() -> None:
    blocking.block(addresses=["ana@example.org"], now=NOW - 31 * DAY)

    forget()

    assert not BlockedAddress.objects.exists()


@pytest.mark.parametrize(
    ("day", "months", "since"),
    [("2026-02-28", 24, "2024-02-28"), ("2026-03-31", 1, "2026-02-28"), ("2026-01-15", 1, "2025-12-15")],
)
def test_months_are_those_of_the_calendar(day: str, months: int, since: str) -> None:
    assert retention.months_before(datetime.fromisoformat(day), months) == datetime.fromisoformat(since)


@pytest.mark.parametrize("months", ["0", "-1", "two", "1201"])
def test_a_number_of_months_that_is_none_is_refused(months: str) -> None:
    with pytest.raises(CommandError):
        forget(f"--months={months}")
