"""What a person changes about themselves, signed in: the only form that changes somebody we know."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from registrations.models import Attendee
from registrations.services import initiatives, people


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    full_name: str
    country: str
    timezone: str
    language: str
    organisation: str = ""
    position: str = ""
    initiative: str = ""
    sector: str = ""
    gender: str = ""


@transaction.atomic
def change(*, attendee: Attendee, details: Details, now: datetime) -> None:
    """Write what the person says now. What their registrations said when they were made stays as it was."""
    people.lock(attendee)
    said = asdict(details)
    for name, value in said.items():
        setattr(attendee, name, value)
    initiatives.join(attendee, now=now)
    attendee.initiative = initiatives.spelling(attendee)
    attendee.save(update_fields=[*said, "coordinates", "folded"])
