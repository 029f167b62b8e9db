"""What a lease holds: read together, and asked again before each mail leaves.

A hundred mails share a few sessions, rules and texts, which are read once. What may be otherwise by the time a mail
leaves stands in one narrow row, its stamp: the database gives it anew right before each mail, and where it differs
from what was read the message is read again as a whole.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from iatp_events.lib.prepared import Prepared
from registrations.choices import MessageKind, SkipReason
from registrations.models import EmailAddress, Message, ReminderRule

Stamp = tuple[Any, ...]

# A rule that had nothing to say does not silence one that has.
SILENT = (SkipReason.RULE_OFF, SkipReason.STOPPED, SkipReason.LATE, SkipReason.PAST)
_NEARING = (MessageKind.REMINDER, MessageKind.STARTING, MessageKind.PANEL_REMINDER)
_RELATED = (
    *("attendee__addresses", "speaker", "series", "rule", "bulletin__session", "claim", "session__reminder_rules"),
    *("registration", "sign_in__address", "certificate"),
)
_STAMPED = {
    "registration": ("state", "round", "mode", "told_facts", "offered_until"),
    "session": (
        *("state", "revision", "revised_facts", "day", "start_time", "minutes", "timezone", "starts_at"),
        *("mode", "venue", "address"),
    ),
    "attendee": ("reminders_stopped_at", "full_name", "language", "timezone"),
    "speaker": ("email", "name", "language", "timezone", "country"),
    "rule": ("active",),
    "certificate": ("state",),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A message with everything it speaks of, and what else decides on it."""

    message: Message
    nearer_due_at: datetime | None
    """When the next reminder after this one, of the same session to the same person, is due."""
    stamp: Stamp = ()


def held(token: uuid.UUID) -> list[Case]:
    """Everything a lease holds, in the order in which it is sent."""
    # Before the rest: what changes in between differs from its stamp, and is read again.
    stamps = {stamp[0]: stamp for stamp in _OF_LEASE.rows(token)}
    return read(Message.objects.leased(token).order_by("next_attempt_at", "pk"), stamps)


def again(case: Case, token: uuid.UUID) -> Case | None:
    """The case as it stands now; None when the lease was lost. One query where nothing changed."""
    stamps = _OF_MESSAGE.rows(case.message.pk, token)
    if not stamps or stamps[0] == case.stamp:
        return case if stamps else None
    found = read(Message.objects.leased(token).filter(pk=case.message.pk), {stamps[0][0]: stamps[0]})
    return found[0] if found else None


def read(rows: QuerySet[Message], stamps: Mapping[str, Stamp] | None = None) -> list[Case]:
    """Messages with everything they speak of; as many queries for a hundred as for one."""
    found = rows.annotate(nearer_due_at=_nearer()).prefetch_related(*_RELATED)
    return [_case(row, row.nearer_due_at, (stamps or {}).get(row.key, ())) for row in found]


def _case(message: Message, nearer_due_at: datetime | None, stamp: Stamp) -> Case:
    return Case(_tied(message), nearer_due_at if message.kind in _NEARING else None, stamp)


def _tied(message: Message) -> Message:
    """Let the registration share what was read for the message."""
    registration, session = message.registration, message.session
    if session is not None:
        session.series = message.series
    if registration is not None and session is not None and message.attendee is not None:
        registration.session, registration.attendee = session, message.attendee
    return message


def _nearer() -> Coalesce:
    later = Q(due_at__gt=OuterRef("due_at"))
    # The night may give two rules one moment: then the one that is nearer to the start speaks.
    same_moment = Q(due_at=OuterRef("due_at"), rule__offset__lt=OuterRef("rule__offset"))
    others = Message.objects.filter(kind__in=_NEARING, round=OuterRef("round"), revision=OuterRef("revision"))
    # A rule that was switched off says nothing, so it silences nobody.
    speaking = others.filter(later | same_moment, rule__active=True).exclude(skip_reason__in=SILENT)
    first = speaking.exclude(key__contains=":again:").order_by("due_at").values("due_at")
    return Coalesce(
        Subquery(first.filter(registration=OuterRef("registration"))[:1]),
        Subquery(first.filter(session=OuterRef("session"), speaker=OuterRef("speaker"))[:1]),
    )


def _stamps(rows: QuerySet[Message]) -> QuerySet[Message, Any]:
    addresses = EmailAddress.objects.filter(attendee=OuterRef("attendee"))
    proven_first = addresses.order_by(F("verified_at").desc(nulls_last=True), "-pk")
    own_rules = ReminderRule.objects.filter(session=OuterRef("session"), audience=OuterRef("rule__audience"))
    columns = [f"{of}__{name}" for of, names in _STAMPED.items() for name in names]
    asked = rows.annotate(to=Subquery(proven_first.values("address")[:1]), overruled=Exists(own_rules))
    return asked.values_list("key", "to", "overruled", *columns)


_OF_LEASE = Prepared(lambda token: _stamps(Message.objects.leased(token)), uuid.UUID)
# A message that was sent, or taken over, has another token or none. Asked without its state, one index can answer.
_OF_MESSAGE = Prepared(
    lambda pk, token: _stamps(Message.objects.filter(pk=pk, lease_token=token)), uuid.UUID, uuid.UUID
)
