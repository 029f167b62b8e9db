"""What a person changes about themselves, signed in: the only form that changes somebody we know."""

from dataclasses import asdict, dataclass

from django.db import transaction

from iatp_events.lib.folding import fold
from registrations.models import Attendee
from registrations.services import people

# A list that helps to spell, not a directory.
MOST_INITIATIVES = 300


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
def change(*, attendee: Attendee, details: Details) -> None:
    """Write what the person says now. What their registrations said when they were made stays as it was."""
    people.lock(attendee)
    said = asdict(details) | {"initiative": as_known(details.initiative)}
    for name, value in said.items():
        setattr(attendee, name, value)
    attendee.save(update_fields=[*said, "folded"])


def initiatives() -> list[str]:
    """The initiatives that people named, each in its most common spelling."""
    names = Attendee.objects.exclude(initiative="").order_by("initiative").values_list("initiative", flat=True)
    spelt = {fold(name): name for name in names.distinct()[:MOST_INITIATIVES]}
    return sorted(spelt.values(), key=fold)


def as_known(initiative: str) -> str:
    """The spelling that is in use already, accents and case forgiven; else what was typed."""
    typed = fold(initiative)
    if not typed:
        return ""
    alike = Attendee.objects.filter(folded__endswith=typed).exclude(initiative="")
    known = alike.order_by("pk").values_list("initiative", flat=True)
    return next((name for name in known if fold(name) == typed), initiative.strip())
