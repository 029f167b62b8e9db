"""Hand due mails over: claim, re-read the truth, render, send, note it; never a transaction open during SMTP."""

import logging
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction

from registrations import emails, truth
from registrations.choices import MessageState
from registrations.models import Message, Registration
from registrations.services import outbox
from registrations.transport import Postbox, Refused, Unreachable

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
# After so many connections refused in a row the loop rests: the next tick tries again.
PATIENCE = 5


def deliver_due(*, clock: Clock) -> Counter[str]:
    """Deliver everything that is due, chunk by chunk. Returns how many messages ended in which state.

    clock: the database's clock; it is read once per chunk, and the process only measures durations.
    """
    outcomes: Counter[str] = Counter()
    with Postbox() as postbox:
        while postbox.refusals < PATIENCE:
            claimed_at = clock()
            token = outbox.claim(now=claimed_at, lease=settings.MESSAGE_LEASE)
            if token is None:
                break
            delivered = _deliver_chunk(token, claimed_at, postbox)
            outcomes += delivered
            if not delivered:
                break
    return outcomes


def _deliver_chunk(token: uuid.UUID, claimed_at: datetime, postbox: Postbox) -> Counter[str]:
    started = time.monotonic()
    outcomes: Counter[str] = Counter()
    for pk in Message.objects.leased(token).order_by("next_attempt_at", "pk").values_list("pk", flat=True):
        now = claimed_at + timedelta(seconds=time.monotonic() - started)
        if claimed_at + settings.MESSAGE_LEASE - now < settings.MAIL_BUDGET or postbox.refusals >= PATIENCE:
            break
        outcomes[_deliver_one(pk, token, now, postbox)] += 1
    # Whatever this lease still holds was not tried: the lease ran short or the server refuses us.
    outbox.give_back(token)
    return outcomes


def _deliver_one(pk: uuid.UUID, token: uuid.UUID, now: datetime, postbox: Postbox) -> str:
    message = truth.reread(pk, token)
    if message is None:
        return "lost"
    try:
        if reason := truth.reason_to_skip(message, now):
            return _finish(message, token, state=MessageState.SKIPPED, skip_reason=reason)
        letter = emails.compose(message, now=now)
        postbox.send(letter.mail, to_file=message.series.demonstration)
    except DatabaseError:
        raise
    except Refused as refusal:
        return _finish(message, token, state=MessageState.FAILED, last_error=str(refusal)[:300])
    except Unreachable as trouble:
        return _postpone(message, token, now, str(trouble))
    except Exception:
        # Whatever one message holds, it must neither stop the mails behind it nor be lost unseen.
        logger.exception("Message %s could not be written.", message.pk)
        return _finish(message, token, state=MessageState.FAILED, last_error="could not be written")
    return _note_sent(message, token, now, letter)


def _note_sent(message: Message, token: uuid.UUID, now: datetime, letter: emails.Letter) -> str:
    """Write that the mail left, what it said, and what it told whom; right after the server's 250."""
    try:
        return _write_sent(message, token, now, letter)
    except OperationalError:
        # The mail is out: one more try on a fresh connection is cheaper than a second copy.
        connection.close()
        return _write_sent(message, token, now, letter)


@transaction.atomic
def _write_sent(message: Message, token: uuid.UUID, now: datetime, letter: emails.Letter) -> str:
    for registration, facts in letter.told.items():
        Registration.objects.filter(pk=registration).update(told_facts=facts)
    said = {"subject": str(letter.mail.subject)[:200], "text": str(letter.mail.body)}
    return _finish(message, token, state=MessageState.SENT, sent_at=now, last_error="", **said)


def _postpone(message: Message, token: uuid.UUID, now: datetime, why: str) -> str:
    """Try again later, with jitter, until the message has lost its use."""
    steps = settings.MESSAGE_BACKOFF
    wait = steps[min(message.attempts, len(steps) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311
    if message.expires_at and now + wait >= message.expires_at:
        return _finish(message, token, state=MessageState.FAILED, last_error=why[:300])
    return _finish(message, token, state=MessageState.QUEUED, next_attempt_at=now + wait, last_error=why[:300])


def _finish(message: Message, token: uuid.UUID, *, state: MessageState, **fields: object) -> str:
    """Write the outcome, if the lease is still ours: who was frozen past it must not undo another's work."""
    attempts = message.attempts if state == MessageState.SKIPPED else message.attempts + 1
    written = (
        Message.objects.filter(pk=message.pk)
        .leased(token)
        .update(state=state, lease_token=None, lease_until=None, attempts=attempts, **fields)
    )
    if not written and state == MessageState.SENT:
        # The mail did leave. Whoever holds the row now must not send it again.
        Message.objects.unfinished().filter(pk=message.pk).update(
            state=state, lease_token=None, lease_until=None, attempts=attempts, **fields
        )
    return str(state)
