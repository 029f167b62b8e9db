"""Hand due mails over: claim, re-read the truth, render, send, note it; never a transaction open during SMTP."""

import logging
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

from django.conf import settings
from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection, transaction

from registrations import emails, truth
from registrations.choices import MessageState
from registrations.models import Message, Registration
from registrations.services import outbox
from registrations.transport import Postbox, Refused, Unreachable

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
# After so many connections refused in a row the loop rests: the next tick tries again.
PATIENCE = 5
# How long a mail that left is held in mind while the database is away, and seconds between two tries.
NOTING = timedelta(minutes=10)
_PAUSE = 0.3
# How a lost connection shows itself; psycopg2 has no class of its own for “server closed the connection”.
_AWAY = (DatabaseError, OperationalError, InterfaceError)


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
        letter.mail.extra_headers.setdefault("Date", format_datetime(now))
        postbox.send(letter.mail, to_file=message.series.demonstration)
    except Error:
        # The database is away or confused, which is no fault of this mail: its lease runs out, and it comes again.
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
    """Write that the mail left, what it said, and what it told whom; right after the server's 250.

    The mail is out: while the database is away, nothing else this process could do is worth a second copy.
    """
    give_up = time.monotonic() + NOTING.total_seconds()
    while True:
        try:
            return _write_sent(message, token, now, letter)
        except Error as error:
            if type(error) not in _AWAY or time.monotonic() > give_up:
                raise
            logger.warning("Message %s left, and the database is away; it is noted as soon as it is back.", message.pk)
            connection.close()
            time.sleep(_PAUSE)


@transaction.atomic
def _write_sent(message: Message, token: uuid.UUID, now: datetime, letter: emails.Letter) -> str:
    said = {"subject": str(letter.mail.subject)[:200], "text": str(letter.mail.body)}
    fields = {"sent_at": now, "last_error": "", **said}
    # Where the lease was lost, the mail did leave all the same: whoever holds the row now must not send it again.
    if any(_write(message, lease, state=MessageState.SENT, **fields) for lease in (token, None)):
        for registration, facts in letter.told.items():
            Registration.objects.filter(pk=registration).update(told_facts=facts)
    return str(MessageState.SENT)


def _postpone(message: Message, token: uuid.UUID, now: datetime, why: str) -> str:
    """Try again later, with jitter, until the message has lost its use."""
    steps = settings.MESSAGE_BACKOFF
    wait = steps[min(message.attempts, len(steps) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311
    if message.expires_at and now + wait >= message.expires_at:
        return _finish(message, token, state=MessageState.FAILED, last_error=why[:300])
    return _finish(message, token, state=MessageState.QUEUED, next_attempt_at=now + wait, last_error=why[:300])


def _finish(message: Message, token: uuid.UUID, *, state: MessageState, **fields: object) -> str:
    """Write the outcome if the lease is still ours: who was frozen past it must not undo another's work."""
    return str(state) if _write(message, token, state=state, **fields) else "lost"


def _write(message: Message, token: uuid.UUID | None, *, state: MessageState, **fields: object) -> bool:
    """token: whose lease must hold; None for whoever holds it, as long as the message has not ended yet."""
    rows = Message.objects.leased(token) if token else Message.objects.unfinished()
    attempts = message.attempts if state == MessageState.SKIPPED else message.attempts + 1
    ours = rows.filter(pk=message.pk)
    return bool(ours.update(state=state, lease_token=None, lease_until=None, attempts=attempts, **fields))
