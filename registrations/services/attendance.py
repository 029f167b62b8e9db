"""What speaks for somebody having been there."""

from datetime import datetime, timedelta

from django.db import transaction

from registrations.choices import EvidenceKind
from registrations.models import Evidence, Registration

# A connection that comes and goes is several joins; a button pressed twice is one.
ONE_JOIN = timedelta(minutes=1)


@transaction.atomic
def note_join(*, registration: Registration, now: datetime) -> bool:
    """Write down that somebody went into the room. Returns False when that stands there already, of this minute."""
    # Two presses at once: the second waits here and sees the row of the first.
    Registration.objects.select_for_update(of=("self",), no_key=True).get(pk=registration.pk)
    joins = Evidence.objects.filter(registration=registration, kind=EvidenceKind.JOIN)
    if joins.filter(at__gt=now - ONE_JOIN).exists():
        return False
    Evidence.objects.create(registration=registration, kind=EvidenceKind.JOIN, at=now)
    return True
