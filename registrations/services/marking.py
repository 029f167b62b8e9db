"""What staff write down of who was there, of one person or of several at once, and what they take back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from registrations.choices import EvidenceKind, Origin
from registrations.models import Batch, Registration, Report
from registrations.services import attendance, reconciliation
from registrations.services.attendance import Observation
from workshops.models import Session

# What staff may say by a button.
KINDS = (EvidenceKind.STAFF, EvidenceKind.EXCUSE, EvidenceKind.RECORDING)


def mark(*, registration: Registration, kind: EvidenceKind, by: int | None, now: datetime) -> bool:
    """Write one line. Returns False when it stands there already."""
    return attendance.record(registration=registration, seen=_seen(kind), origin=Origin.STAFF, by=by, now=now)


@transaction.atomic
def mark_several(
    *, session: Session, registrations: Collection[int], kind: EvidenceKind, by: int | None, now: datetime
) -> int:
    """Write a line for each of the session's registrations among these, as one batch. Returns how many are new.

    Where nothing is new there is no batch.
    """
    known = Registration.objects.filter(session=session, pk__in=registrations).order_by()
    batch = Batch.objects.create(session=session, origin=Origin.STAFF, by_id=by, at=now)
    seen = {pk: [_seen(kind)] for pk in known.values_list("pk", flat=True)}
    lines = attendance.record_batch(batch=batch, seen=seen, now=now)
    if not lines:
        batch.delete()
    return lines


def undo(*, batch: Batch, by: int | None, why: str, now: datetime) -> int:
    """Take back a batch whole; of a report also those whom it registered. Returns how many lines that were."""
    report = Report.objects.filter(batch=batch).first()
    if report is not None:
        return reconciliation.undo(report=report, by=by, why=why, now=now)
    return attendance.undo(batch=batch, by=by, why=why, now=now)


def _seen(kind: EvidenceKind) -> Observation:
    return Observation(kind, kind.value)
