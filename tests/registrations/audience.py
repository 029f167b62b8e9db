"""Many people who were at a session, or were not, written at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from registrations.models import Attendance, Attendee, Registration
from tests.factories import NOW
from workshops.models import Session


def seat_audience(session: Session, people: Iterable[tuple[str, str]] = (), **said: str) -> list[Registration]:
    """A registration with the status "present" for each (gender, country)."""
    return attend(session, [{"gender": gender, "country": country, **said} for gender, country in people])


def attend(
    session: Session, people: Iterable[dict[str, Any]], *, status: str = "present", **row: str
) -> list[Registration]:
    """The same from what each registration kept; `attendee` among it for somebody who is known."""
    known = [dict(person) for person in people]
    attendees = [person.pop("attendee", None) or Attendee(full_name=f"P{n}") for n, person in enumerate(known)]
    Attendee.objects.bulk_create([attendee for attendee in attendees if attendee.pk is None])
    rows = Registration.objects.bulk_create(
        Registration(session=session, attendee=attendee, state="confirmed", confirmed_at=NOW, created_at=NOW, **person)
        for attendee, person in zip(attendees, known, strict=True)
    )
    kept = {"status": status, "because": "minutes", "part": "audience", "policy_version": 1} | row
    Attendance.objects.bulk_create(Attendance(registration=one, **kept) for one in rows)
    return rows


def women(count: int, country: str = "CO") -> list[tuple[str, str]]:
    return [("woman", country)] * count


def men(count: int, country: str = "CO") -> list[tuple[str, str]]:
    return [("man", country)] * count


def silent(count: int, country: str = "CO") -> list[tuple[str, str]]:
    return [("", country)] * count
