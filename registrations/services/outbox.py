"""The queue of mails is a table: written with the thing it reports, claimed by lease, delivered later."""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from iatp_events.lib import alarm
from registrations.choices import MessageKind, MessageState
from registrations.models import Attendee, Message, Registration, ReminderRule
from registrations.models.messages import AGAIN
from workshops.models import Series

CHUNK = 100
# How long a mail that is about no session's date is worth trying.
PATIENCE = timedelta(days=3)
DELIVER_TASK = "registrations.deliver"
_SAME_IN_A_COPY = (
    "attendee_id",
    "speaker_id",
    "series_id",
    "session_id",
    "registration_id",
    "bundle",
    "rule_id",
    "bulletin_id",
    "claim_id",
    "certificate_id",
    "sent_to",
    "sign_in_id",
    "short",
    "round",
    "revision",
)


def about(
    registration: Registration,
    kind: MessageKind,
    *,
    now: datetime,
    occasion: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    rule: ReminderRule | None = None,
) -> Message:
    """Draft a mail about one registration.

    Its key says kind, registration, round and, where the same may rightly happen twice in a round, the occasion.
    """
    session = registration.session
    key = f"{kind}:{registration.pk}:{registration.round}"
    return draft(
        kind,
        key=f"{key}:{occasion}" if occasion else key,
        now=now,
        due_at=due_at or now,
        attendee=registration.attendee,
        series=session.series,
        session=session,
        registration=registration,
        rule=rule,
        round=registration.round,
        revision=session.revision,
        expires_at=expires_at or session.ends_at,
    )


def about_several(registrations: Sequence[Registration], kind: MessageKind, *, now: datetime) -> Message:
    """Draft one mail about several registrations that one person made at once."""
    first = registrations[0]
    said = [f"{registration.pk}.{registration.round}" for registration in registrations]
    said.append(str(now.timestamp()))
    ends = [registration.session.ends_at for registration in registrations if registration.session.ends_at]
    return draft(
        kind,
        key=f"{kind}:{first.pk}:{first.round}:with:{hashlib.sha256(','.join(said).encode()).hexdigest()[:24]}",
        now=now,
        due_at=now,
        attendee=first.attendee,
        series=first.session.series,
        bundle=[registration.pk for registration in registrations],
        expires_at=max(ends) if ends else None,
    )


def to_person(attendee: Attendee, series: Series, kind: MessageKind, *, now: datetime, occasion: str) -> Message:
    """Draft a mail to a person about a series as a whole."""
    key = f"{kind}:{series.pk}:{attendee.pk}:{occasion}"
    return draft(kind, key=key, now=now, due_at=now, attendee=attendee, series=series, expires_at=now + PATIENCE)


def stamp(now: datetime) -> str:
    """What tells two equal acts of one person apart."""
    return str(int(now.timestamp() * 1000))


def draft(kind: MessageKind, *, key: str, now: datetime, due_at: datetime, **fields: object) -> Message:
    """A message that is not written yet; `fields` name its reader and what it is about."""
    return Message(kind=kind, key=key, created_at=now, due_at=due_at, next_attempt_at=due_at, **fields)


def queue(messages: Iterable[Message]) -> int:
    """Write drafts whose key is new, in the caller's transaction, and ring the alarm clock once it commits.

    Returns how many drafts were given; those whose key exists already are passed over in silence.
    """
    drafts = list(messages)
    if drafts:
        Message.objects.bulk_create(drafts, ignore_conflicts=True, batch_size=500)
        if any(draft.state == MessageState.QUEUED and draft.due_at <= draft.created_at for draft in drafts):
            transaction.on_commit(lambda: alarm.ring(DELIVER_TASK))
    return len(drafts)


@transaction.atomic
def claim(*, now: datetime, lease: timedelta) -> uuid.UUID | None:
    """Take up to a chunk of due rows under one fresh lease; None when nothing is due.

    Eight workers that claim at once take eight different chunks; rows whose sender died are due again
    when its lease runs out.
    """
    due = Message.objects.due(now)
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    # Who asked to sign in sits in front of a page: thousands of reminders that are due stand back.
    ids = list(due.filter(kind=MessageKind.SIGN_IN).values_list("pk", flat=True)[:CHUNK])
    ids = ids or list(due.values_list("pk", flat=True)[:CHUNK])
    if not ids:
        return None
    token = uuid.uuid4()
    Message.objects.filter(pk__in=ids).update(state=MessageState.SENDING, lease_token=token, lease_until=now + lease)
    return token


@transaction.atomic
def give_back(token: uuid.UUID) -> None:
    """Queue what this lease still holds; its moment stays, for lateness is judged by it."""
    Message.objects.leased(token).hold().update(state=MessageState.QUEUED, lease_token=None, lease_until=None)


@transaction.atomic
def send_again(*, message: Message, now: datetime) -> Message:
    """Queue a copy of a message with a key and a Message-ID of its own, due at once."""
    original = message.original_key
    # Two members of staff may press at once: the second waits here and counts the first one's copy. A reminder whose
    # moment changed is written anew, so the original of a copy may be gone.
    Message.objects.filter(key__in={original, message.key}).hold()
    number = Message.objects.filter(key__startswith=f"{original}{AGAIN}").count() + 1
    copy = copy_of(message, number=number, now=now)
    queue([copy])
    return copy


def copy_of(message: Message, *, number: int, now: datetime) -> Message:
    """Draft a copy of a message, due at once; the caller holds the lock of the original and counted its copies."""
    return draft(
        MessageKind(message.kind),
        key=f"{message.original_key}{AGAIN}{number}",
        now=now,
        due_at=now,
        expires_at=message.expires_at or now + PATIENCE,
        **{name: getattr(message, name) for name in _SAME_IN_A_COPY},
    )
