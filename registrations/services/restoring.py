"""After a backup was restored: what it still holds to be sent may have been sent since it was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from registrations.choices import MessageKind, MessageState, SkipReason
from registrations.models import Message
from registrations.services import clockwork, notices

# Of a plan, and of use until the moment that stands in them; all other kinds tell what happened before.
PLANNED = (MessageKind.REMINDER, MessageKind.PANEL_REMINDER, MessageKind.STARTING, MessageKind.FOLLOW_UP)
BATCH = 500


def let_go(*, clock: Callable[[], datetime]) -> Counter[str]:
    """Skip what should have left by now or tells of what happened before. Returns how many of each kind.

    What the clock would find to tell is written first, so that the next tick finds nothing old. Reminders whose
    moment is ahead stay. Nobody may deliver meanwhile (settings.MAILS_HELD).
    """
    clockwork.find_work(clock=clock)
    now = clock()
    # What was changed right before the backup has not settled yet, and would be told some minutes from now.
    notices.queue_due(now=now + settings.CHANGES_SETTLE)
    gone: Counter[str] = Counter()
    while batch := list(old(now).order_by("pk").values_list("pk", "kind")[:BATCH]):
        _skip([pk for pk, _kind in batch])
        gone.update(kind for _pk, kind in batch)
    return gone


def count(now: datetime) -> Counter[str]:
    """What would be let go of, as far as it is written."""
    return Counter(dict(old(now).order_by().values_list("kind").annotate(Count("pk"))))


def old(now: datetime) -> QuerySet[Message]:
    return Message.objects.unfinished().filter(Q(due_at__lte=now) | ~Q(kind__in=PLANNED))


@transaction.atomic
def _skip(ids: list[UUID]) -> None:
    rows = Message.objects.unfinished().filter(pk__in=ids).hold()
    rows.update(
        state=MessageState.SKIPPED, skip_reason=SkipReason.RESTORED, lease_token=None, lease_until=None, last_error=""
    )
