"""What a person changes about themselves, signed in: the only form that changes somebody we know."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from registrations.models import Attendee, Certificate
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
def change(*, attendee: Attendee, details: Details, now: datetime) -> bool:
    """Write what the person says now. What their registrations said when they were made stays as it was.

    Returns whether another name than that of their certificates is now asked for: staff answer it.
    """
    person = people.lock(attendee)
    said = asdict(details)
    attendee.full_name = person.full_name
    if locks_name(person):
        wanted = said.pop("full_name")
        said["wanted_name"] = "" if wanted == person.full_name else wanted
    for name, value in said.items():
        setattr(attendee, name, value)
    initiatives.join(attendee, now=now)
    attendee.initiative = initiatives.spelling(attendee)
    attendee.save(update_fields=[*said, "coordinates", "folded"])
    return bool(said.get("wanted_name"))


def locks_name(attendee: Attendee) -> bool:
    """Their name stands on a certificate that holds."""
    return Certificate.objects.valid().filter(holder=attendee).exists()
