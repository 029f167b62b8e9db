"""Tell people what changed since they were last told: found by comparison, never signalled."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from registrations.choices import MessageKind
from registrations.models import Message, Registration
from registrations.services import outbox
from workshops.choices import SessionState

logger = logging.getLogger(__name__)

BATCH = 500
NOTICES = (MessageKind.CHANGED, MessageKind.SESSION_CANCELLED)
# A change of a session this near is told at once; others settle first, so that three edits make one mail.
NEAR = timedelta(hours=24)


def queue_due(*, now: datetime) -> int:
    """Queue one notice for everyone who was told something that no longer holds. Returns how many."""
    # Batch by batch, never an open cursor: on SQLite a reader that turns writer after somebody else wrote is refused.
    queued, before = 0, 0
    while batch := list(told_otherwise(now).order_by("pk")[:BATCH]):
        if batch[0].pk == before:
            logger.error("The notice for registration %s is missing and cannot be queued.", before)
            break
        queued, before = queued + _queue(batch, now), batch[0].pk
    return queued


def told_otherwise(now: datetime) -> QuerySet[Registration]:
    """Registrations whose last mail says other facts than their session has now, once the change has settled."""
    settled = Q(session__revised_at__lte=now - settings.CHANGES_SETTLE) | Q(session__starts_at__lt=now + NEAR)
    still_of_use = Q(session__ends_at__isnull=True) | Q(session__ends_at__gt=now)
    noticed = Message.objects.filter(
        registration=OuterRef("pk"),
        round=OuterRef("round"),
        revision=OuterRef("session__revision"),
        kind__in=NOTICES,
    )
    return (
        Registration.objects.told_otherwise()
        .filter(settled, still_of_use, ~Exists(noticed))
        .exclude(session__state=SessionState.DRAFT)
        .select_related("attendee", "session__series")
    )


@transaction.atomic
def _queue(batch: list[Registration], now: datetime) -> int:
    return outbox.queue([_draft(registration, now) for registration in batch])


def _draft(registration: Registration, now: datetime) -> Message:
    session = registration.session
    kind = MessageKind.SESSION_CANCELLED if session.is_cancelled else MessageKind.CHANGED
    return outbox.about(registration, kind, now=now, occasion=str(session.revision))
