"""Queue the reminders that should exist and do not: a set difference, so there is no cursor to lose.

For everyone confirmed, each rule in force has one row: queued for its moment, or skipped with the reason why
it has nothing to say. So what staff read beforehand, what is sent, and who is left out are the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from registrations import moments
from registrations.choices import Audience, MessageKind, MessageState, RuleKind, SkipReason
from registrations.models import Message, ReminderRule
from registrations.models.messages import MessageQuerySet
from registrations.services import outbox, plans
from workshops.models import Session

Group = dict[str, Any]

BATCH = 1000
REMINDING = (MessageKind.REMINDER, MessageKind.STARTING, MessageKind.FOLLOW_UP, MessageKind.PANEL_REMINDER)
# What a rule said while it had nothing to say; judged anew when its moment moves.
HELD_BACK = (SkipReason.LATE, SkipReason.PAST)
# What makes rows one group: the same rule and moment, for readers of one zone.
_GROUP = ("session", "rule", "due_at", "attendee__timezone", "speaker", "speaker__timezone", "speaker__country")
_OF_RULE = ("rule__kind", "rule__offset", "rule__at_hour", "rule__quiet")
_OF_SESSION = ("session__starts_at", "session__ends_at", "session__timezone")


def queue_due(*, now: datetime) -> int:
    """Write the row of every confirmed registration and every seat on a panel × rule in force that has none.

    A moment counts when it lies after the confirmation, after the rule became active and after the session was
    last revised: so nobody gets yesterday's reminder, and a late registrant, a promotion, a new rule and an
    outage of two hours are one case. Returns how many were queued. Running it twice adds nothing.
    """
    _skip_outdated()
    put_right(now=now)
    _take_up_again(now)
    return sum(_queue_for(session, rule, now) for session, rule in _pairs(now))


def outdated() -> MessageQuerySet:
    """Reminders that speak of an older revision: staff shall not see two where one will leave."""
    queued = Message.objects.filter(kind__in=REMINDING, state=MessageState.QUEUED)
    ids = queued.filter(revision__lt=F("session__revision")).exclude(key__contains=":again:").values("pk")
    return Message.objects.filter(pk__in=ids, state=MessageState.QUEUED)


@transaction.atomic
def _skip_outdated() -> None:
    outdated().hold().update(state=MessageState.SKIPPED, skip_reason=SkipReason.SUPERSEDED)


def wanted_again(now: datetime) -> MessageQuerySet:
    """What was skipped for a reason that is gone: reminders taken again, a rule switched on."""
    taken_again = Q(skip_reason=SkipReason.STOPPED, attendee__reminders_stopped_at__isnull=True)
    switched_on = Q(skip_reason=SkipReason.RULE_OFF, rule__active=True, due_at__gt=F("rule__active_from"))
    skipped = Message.objects.filter(kind__in=REMINDING, state=MessageState.SKIPPED, expires_at__gt=now)
    return skipped.filter(taken_again | switched_on)


def put_right(*, now: datetime) -> int:
    """Delete rows whose moment is not that of their rule any more, or whose rule is not in the plan any more.

    A rule, a zone, the quiet hours or the plan may have changed. The rows never left; the set difference writes
    them anew. Returns how many. One query while all is as it should be.
    """
    own = ReminderRule.objects.filter(session=OuterRef("session"), audience=OuterRef("rule__audience"))
    rows = _pending().filter(expires_at__gt=now, rule__isnull=False, revision=F("session__revision"))
    facts = [*_GROUP, *_OF_RULE, *_OF_SESSION, "rule__session", "overruled"]
    groups = rows.annotate(overruled=Exists(own)).order_by().values(*facts).distinct()
    strayed = [{name: group[name] for name in _GROUP} for group in groups if _has_strayed(group)]
    return sum(_delete(group) for group in strayed)


@transaction.atomic
def _delete(group: Group) -> int:
    return Message.objects.filter(pk__in=_pending().filter(**group).values("pk")).hold().delete()[0]


def _has_strayed(group: Group) -> bool:
    if group["session__starts_at"] is None or (group["overruled"] and group["rule__session"] is None):
        return True
    session = Session(**{name.removeprefix("session__"): group[name] for name in _OF_SESSION})
    rule = ReminderRule(**{name.removeprefix("rule__"): group[name] for name in _OF_RULE})
    return bool(group["due_at"] != moments.of(rule, session, _zone(group, session)))


def _zone(group: Group, session: Session) -> str:
    if group["speaker"] is None:
        return str(group["attendee__timezone"])
    return plans.zone_of(group["speaker__timezone"] or "", group["speaker__country"] or "", session)


def _pending() -> MessageQuerySet:
    """Rows that still wait for their moment, or have none; without those that staff or lateness made."""
    waiting = Q(state=MessageState.QUEUED) | Q(state=MessageState.SKIPPED, skip_reason__in=HELD_BACK)
    return Message.objects.filter(waiting, kind__in=REMINDING, short=False).exclude(key__contains=":again:")


@transaction.atomic
def _take_up_again(now: datetime) -> None:
    wanted = Message.objects.filter(pk__in=wanted_again(now).values("pk"), state=MessageState.SKIPPED)
    wanted.hold().update(state=MessageState.QUEUED, skip_reason="", next_attempt_at=F("due_at"))


def _pairs(now: datetime) -> Iterator[tuple[Session, ReminderRule]]:
    """Every session and rule in force of which somebody has no row yet."""
    found = {pair for query in plans.missing(now) for pair in query.order_by().values_list("session", "rule_pk")}
    sessions = Session.objects.without_texts().in_bulk({session for session, _rule in found})
    rules = ReminderRule.objects.in_bulk({rule for _session, rule in found})
    # The nearest first: while they are written, another process delivers, and a farther one asks for the nearer.
    for session, rule in sorted(found, key=lambda pair: (pair[0], rules[pair[1]].offset, pair[1])):
        yield sessions[session], rules[rule]


def _queue_for(session: Session, rule: ReminderRule, now: datetime) -> int:
    # Batch by batch, never an open cursor: on SQLite a reader that turns writer after somebody else wrote is refused.
    plan = plans.of([session])[session.pk]
    queued = after = 0
    while rows := plans.without_row(session, rule, after=after, limit=BATCH):
        drafts = [_draft(session, rule, plan, row, now) for row in rows]
        queued += _write(drafts)
        after = rows[-1].pk
    return queued


@transaction.atomic
def _write(drafts: list[Message]) -> int:
    outbox.queue(drafts)
    return sum(draft.state == MessageState.QUEUED for draft in drafts)


def _draft(session: Session, rule: ReminderRule, plan: list[ReminderRule], row: plans.Row, now: datetime) -> Message:
    moment = moments.of(rule, session, row.zone)
    reason = moments.reason_to_skip(rule, session, moment, row.confirmed_at)
    came_late = row.confirmed_at if reason == SkipReason.LATE else None
    short = came_late is not None and moments.speaks_shortly(rule, session, row.zone, came_late, plan)
    return outbox.draft(
        MessageKind.PANEL_REMINDER if rule.audience == Audience.PANEL else plans.RULED[RuleKind(rule.kind)],
        key=f"{row.key}:{rule.pk}:{session.revision}",
        now=now,
        due_at=came_late if came_late and short else moment,
        expires_at=moments.of_no_use_after(rule, session, moment),
        state=MessageState.QUEUED if short or reason is None else MessageState.SKIPPED,
        skip_reason="" if short or reason is None else reason,
        series_id=session.series_id,
        session_id=session.pk,
        rule_id=rule.pk,
        short=short,
        revision=session.revision,
        **row.reader,
    )
