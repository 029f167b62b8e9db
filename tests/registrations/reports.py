"""The session of the sample reports with everyone who registered for it."""

import csv
from datetime import datetime

from registrations.models import Registration
from registrations.services import places
from tests.factories import NOW, create_session, create_speaker, register, seat
from tests.registrations.platforms.truth import SAMPLES, SCHEDULE
from workshops.models import Session

BEFORE = datetime.fromisoformat("2024-11-01T12:00:00+00:00")


def session_of_samples() -> Session:
    """28 November 2024, 11:00 in Santiago; the panel of three, registered like everyone else."""
    session = create_session(number=2, starts_at=SCHEDULE.starts_at, revised_at=BEFORE)
    with (SAMPLES / "registrations_roster.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = f"{row['given_names']} {row['family_names']}"
            registration = register(session, name, BEFORE, email=row["email"])
            if row["status"] == "cancelled":
                places.cancel(registration=registration, now=BEFORE)
            if row["registration_id"].startswith("s"):
                seat(create_speaker(name, email=row["email"]), session)
    return Session.objects.select_related("series").get(pk=session.pk)


def registration_of(email: str) -> Registration:
    return Registration.objects.get(attendee__addresses__normalised=email)


AFTER = SCHEDULE.ends_at
assert AFTER < NOW
