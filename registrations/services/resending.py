"""Send once more what failed, or what staff chose: one new copy of each, however often the button is pressed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from registrations.models import Message
from registrations.models.messages import AGAIN
from registrations.services import outbox, outlook
from workshops.models import Session

# A batch costs six statements, whatever it holds.
BATCH = 1000


class TooLate(Exception):
    """The message is of no use any more: its copy would be skipped for that reason."""


def send_one_again(*, message: Message, now: datetime) -> Message:
    """Queue a new copy of a message, and return it. Raises TooLate."""
    if message.expires_at is not None and message.expires_at <= now:
        raise TooLate
    return outbox.send_again(message=message, now=now)


def send_failed_again(*, session: Session | None = None, now: datetime) -> int:
    """Queue one new copy of each message that failed, has no later copy and is still of use. Returns how many.

    session: only those about it; without one, all.
    """
    return send_again(messages=outlook.worth_sending_again(session=session, now=now), now=now)


def send_again(*, messages: QuerySet[Message], now: datetime) -> int:
    """Queue one new copy of each message that is of use and still found behind its lock. Returns how many."""
    messages = messages.exclude(expires_at__lte=now)
    # Listed once: a copy that fails again at once must not be taken up again by the same press.
    keys = list(messages.order_by("pk").values_list("key", flat=True))
    return sum(_copy(messages, keys[start : start + BATCH], now) for start in range(0, len(keys), BATCH))


@transaction.atomic
def _copy(messages: QuerySet[Message], keys: list[str], now: datetime) -> int:
    _lock(keys)
    # Whole rows, whatever the list of a page left out: a copy needs each of its original's columns.
    still = list(messages.filter(key__in=keys).select_related(None).defer(None).order_by("pk"))
    made = _copies_of(still)
    copies = []
    for message in still:
        made[message.original_key] += 1
        copies.append(outbox.copy_of(message, number=made[message.original_key], now=now))
    return outbox.queue(copies)


def _lock(keys: list[str]) -> None:
    """Two members of staff may press at once: the second waits here, and then finds the first one's copies."""
    Message.objects.filter(key__in={*keys, *(key.split(AGAIN)[0] for key in keys)}).hold()


def _copies_of(messages: list[Message]) -> Counter[str]:
    """How many copies there are of each original. One query, by the people concerned."""
    theirs = Q(attendee__in={message.attendee_id for message in messages if message.attendee_id})
    theirs |= Q(speaker__in={message.speaker_id for message in messages if message.speaker_id})
    keys = Message.objects.filter(theirs, key__contains=AGAIN).values_list("key", flat=True)
    return Counter(key.split(AGAIN)[0] for key in keys)
