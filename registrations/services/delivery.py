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

from iatp_events.lib import eml, stopping
from iatp_events.lib.prepared import PreparedUpdate
from registrations import cases, emails, truth
from registrations.cases import Case
from registrations.choices import MessageKind, MessageState, SkipReason
from registrations.models import Message, Registration
from registrations.services import outbox
from registrations.transport import Postbox, Refused, Unreachable

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
# Attempts, when, subject, text.
Said = tuple[int, datetime, str, str]
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
    if settings.MAILS_HELD:
        return outcomes
    with Postbox() as postbox:
        while postbox.refusals < PATIENCE and not stopping.is_asked():
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
    held = cases.held(token)
    shelf = emails.Shelf([case.message for case in held])
    for case in held:
        now = claimed_at + timedelta(seconds=time.monotonic() - started)
        if claimed_at + settings.MESSAGE_LEASE - now < settings.MAIL_BUDGET or postbox.refusals >= PATIENCE:
            break
        if stopping.is_asked():
            break
        asked_again = cases.again(case, token)
        outcomes[_deliver_one(asked_again, shelf, token, now, postbox) if asked_again else "lost"] += 1
    # Whatever this lease still holds was not tried: the lease ran short, the server refuses us, or we are to end.
    outbox.give_back(token)
    return outcomes


def _deliver_one(case: Case, shelf: emails.Shelf, token: uuid.UUID, now: datetime, postbox: Postbox) -> str:
    message = case.message
    try:
        if reason := truth.reason_to_skip(case, now):
            return _finish(message, token, state=MessageState.SKIPPED, skip_reason=reason)
        letter = emails.compose(message, now=now, shelf=shelf)
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


def _write_sent(message: Message, token: uuid.UUID, now: datetime, letter: emails.Letter) -> str:
    # Whoever reads a copy of the database shall not sign in by it; and who invited may be erased one day.
    names_another = message.kind == MessageKind.INVITED
    subject = "" if names_another else str(letter.mail.subject)[:200]
    text = "" if names_another or message.sign_in_id else str(letter.mail.body)
    said = (message.attempts + 1, now, subject, text)
    # One statement is a transaction of its own: most mails, the reminders, tell nothing that is kept.
    noted = _mark_and_tell(message, token, said, letter.told) if letter.told else _mark_sent(message, token, said)
    if not noted and Message.objects.filter(pk=message.pk, skip_reason=SkipReason.NO_ADDRESS).exists():
        # Its reader was erased while it was written: no file may keep what the row does not.
        eml.forget([message.message_id])
    return str(MessageState.SENT)


@transaction.atomic
def _mark_and_tell(message: Message, token: uuid.UUID, said: Said, told: dict[int, str]) -> bool:
    # Registrations before messages, in order of their keys: so hold them all who hold both.
    for registration, facts in sorted(told.items()):
        Registration.objects.filter(pk=registration).update(told_facts=facts)
    noted = _mark_sent(message, token, said)
    if not noted:
        transaction.set_rollback(True)
    return noted


def _mark_sent(message: Message, token: uuid.UUID, said: Said) -> bool:
    # Where the lease was lost, the mail did leave all the same: whoever holds the row now must not send it again.
    return bool(_SENT.run(*said, message.pk, token) or _SENT_BY_ANYBODY.run(*said, message.pk))


def _sent(attempts: int, at: datetime, subject: str, text: str) -> dict[str, object]:
    done = {"state": MessageState.SENT, "lease_token": None, "lease_until": None, "last_error": ""}
    return done | {"attempts": attempts, "sent_at": at, "subject": subject, "text": text}


_SAID = (int, datetime, str, str)
_SENT = PreparedUpdate(
    lambda *values: (Message.objects.filter(pk=values[4], lease_token=values[5]), _sent(*values[:4])),
    *(*_SAID, uuid.UUID, uuid.UUID),
)
_SENT_BY_ANYBODY = PreparedUpdate(
    lambda *values: (Message.objects.unfinished().filter(pk=values[4]), _sent(*values[:4])), *_SAID, uuid.UUID
)


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


def _write(message: Message, token: uuid.UUID, *, state: MessageState, **fields: object) -> bool:
    attempts = message.attempts if state == MessageState.SKIPPED else message.attempts + 1
    ours = Message.objects.leased(token).filter(pk=message.pk)
    return bool(ours.update(state=state, lease_token=None, lease_until=None, attempts=attempts, **fields))
