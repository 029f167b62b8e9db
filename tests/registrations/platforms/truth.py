"""The made-up session of tests/data/attendance: who was there when, and a short way through the readers."""

import io
import json
from datetime import datetime
from pathlib import Path

from django.conf import settings

from registrations.platforms import grouping, names, placing, reading
from registrations.platforms.rows import Person, Placed, Report, Schedule

SAMPLES: Path = settings.BASE_DIR / "tests" / "data" / "attendance"
TRUTH = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
SCHEDULE = Schedule(
    datetime.fromisoformat(TRUTH["session"]["start_utc"]), datetime.fromisoformat(TRUTH["session"]["end_utc"])
)
ZONE = "America/Santiago"
# How each platform prints the telephone caller.
CALLER = "56912345678"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def report(raw: bytes) -> Report:
    read = reading.read(io.BytesIO(raw))
    assert isinstance(read, Report), read
    return read


def placed(raw: bytes, *, schedule: Schedule = SCHEDULE, zone: str = ZONE) -> Placed:
    found = placing.place(report(raw), schedule=schedule, zone=zone)
    assert isinstance(found, Placed), found
    return found


def people(raw: bytes, *, schedule: Schedule = SCHEDULE, zone: str = ZONE) -> tuple[Person, ...]:
    return grouping.people(placed(raw, schedule=schedule, zone=zone), schedule=schedule)


def minutes(raw: bytes, **options) -> list[tuple[str, str, int | None]]:
    """(name or number, address, seconds inside the schedule) of everyone in a report."""
    return sorted((_called(person), person.email, person.seconds) for person in people(raw, **options))


def _called(person: Person) -> str:
    return CALLER if person.name.startswith("+56") else names.key(person.name)


def true_minutes(*, addresses: bool = True) -> list[tuple[str, str, int]]:
    """What `minutes` gives for a layout that has hours to the second."""
    return sorted(
        (
            names.key(person["display"]),
            person["reported_email"].casefold() if addresses else "",
            person["seconds_inside_schedule"],
        )
        for person in TRUTH["people"]
        if person["intervals_utc"]
    )
