"""A past session of a demonstration as it might have been: made-up people who were there, and some certificates.

The panel is of real people, so nothing is made up about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext

from registrations.choices import EvidenceKind, Origin, RegistrationState, Source
from registrations.models import Batch, Registration
from registrations.services import attendance, certificates
from registrations.services.attendance import Observation
from workshops.models import Session

# So many people are enough to look at; a load test has a hundred thousand.
MOST = 40
LAYOUT = "demonstration"
# What staff marked after certificates were issued: the button has somebody left to issue one to.
MARKED = 2
_MINUTE = timedelta(minutes=1)


@transaction.atomic
def play(*, session: Session, now: datetime) -> None:
    """Let made-up people have been there. Twice adds nothing; after the dates moved, it is played anew."""
    schedule = session.schedule
    if schedule is None or schedule.end > now:
        return
    batches = Batch.objects.filter(session=session, layout=LAYOUT, undone_at__isnull=True)
    if batches.filter(evidence__until=schedule.end).exists():
        return
    for batch in batches.order_by("pk"):
        attendance.undo(batch=batch, by=None, why=gettext("The dates of the demonstration moved."), now=now)
    made_up = Registration.objects.filter(
        session=session, source=Source.DEMONSTRATION, state=RegistrationState.CONFIRMED
    )
    guests = list(made_up.order_by("pk").values_list("pk", flat=True)[:MOST])
    at = min(now, schedule.end + timedelta(hours=1))
    report = {guest: _seen(place, schedule.start, schedule.end) for place, guest in enumerate(guests[MARKED:], start=1)}
    _record(session, Origin.FILE, report, at)
    certificates.issue(scope=certificates.Scope(session.series, session), by=None, now=now, tell=False)
    marked = [Observation(EvidenceKind.STAFF, EvidenceKind.STAFF.value)]
    _record(session, Origin.STAFF, dict.fromkeys(guests[:MARKED], marked), at)


def forget(*, session: Session) -> None:
    """Take away what held the lines of made-up people, once these are gone."""
    Batch.objects.filter(session=session, layout=LAYOUT, evidence__isnull=True).delete()


def _record(session: Session, origin: Origin, seen: dict[int, list[Observation]], at: datetime) -> None:
    batch = Batch.objects.create(session=session, origin=origin, layout=LAYOUT, at=at)
    attendance.record_batch(batch=batch, seen=seen, now=at)


def _seen(place: int, start: datetime, end: datetime) -> list[Observation]:
    """Most stay, one in ten goes early, one drops out and comes back, and one is not seen at all."""
    joined = start + (place % 7 - 3) * _MINUTE
    kinds: dict[int, Sequence[tuple[datetime, datetime]]] = {
        0: (),
        5: ((joined, start + 25 * _MINUTE),),
        7: ((joined, start + 40 * _MINUTE), (start + 48 * _MINUTE, end)),
    }
    stretches = kinds.get(place % 10, ((joined, end),))
    return [
        Observation(EvidenceKind.REPORT, f"report:{since.isoformat()}/{until.isoformat()}", since=since, until=until)
        for since, until in stretches
    ]
