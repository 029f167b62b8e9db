"""Send what failed once more: one new copy of each, however often the button is pressed."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from registrations.models import Message
from registrations.services import outbox, outlook
from workshops.models import Session

BATCH = 100


def send_failed_again(*, session: Session | None = None, now: datetime) -> int:
    """Queue one new copy of each message that failed, has no later copy and is still of use. Returns how many.

    session: only those about it; without one, all.
    """
    # Listed once: a copy that fails again at once must not be taken up again by the same press.
    failed = list(outlook.worth_sending_again(session=session, now=now).order_by("pk").values_list("pk", flat=True))
    return sum(_copy(failed[start : start + BATCH], now) for start in range(0, len(failed), BATCH))


@transaction.atomic
def _copy(failed: list[uuid.UUID], now: datetime) -> int:
    rows = Message.objects.filter(pk__in=failed).order_by("pk")
    # Two members of staff may press at once: the second waits here, and then finds the first one's copies.
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    still = outlook.worth_sending_again(session=None, now=now).filter(pk__in=failed).order_by("pk")
    return len([outbox.send_again(message=message, now=now) for message in still])
