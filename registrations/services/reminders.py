"""Queue the reminders that should exist and do not: a set difference, so there is no cursor to lose."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from registrations.choices import MessageKind, MessageState, RegistrationState, SkipReason
from registrations.models import Message, Registration, ReminderRule
from registrations.models.reminders import DEFAULT_OFFSETS
from registrations.services import outbox
from workshops.choices import SessionState
from workshops.models import Series

logger = logging.getLogger(__name__)

BATCH = 500
# Where the rules of a session lie, seen from a registration: its own, or in their place those of its series.
OF_SESSION = "session__reminder_rules"
OF_SERIES = "session__series__reminder_rules"


def queue_due(*, now: datetime) -> int:
    """Queue a reminder for every confirmed registration and rule whose moment lies ahead or was missed.

    A moment counts when it lies after the confirmation, after the rule became active and after the
    session was last revised, while the session has not begun: so nobody gets yesterday's reminder, and
    a late registrant, a promotion, a new rule and an outage of two hours are one case.
    Returns how many were queued. Running it twice adds nothing.
    """
    _drop_outdated()
    _follow_rules(now)
    _take_up_again(now)
    return sum(_queue_missing(path, now) for path in (OF_SESSION, OF_SERIES))


def adopt_default_plan(*, now: datetime) -> int:
    """Give every series without any rule seven days, one day and one hour; in force from now on."""
    bare = Series.objects.filter(reminder_rules__isnull=True)
    rules = [
        ReminderRule(series=series, offset=offset, active_from=now) for series in bare for offset in DEFAULT_OFFSETS
    ]
    ReminderRule.objects.bulk_create(rules, ignore_conflicts=True)
    return len(rules)


def missing(path: str, now: datetime) -> QuerySet[Registration]:
    """Confirmed registrations × active rules without a message, as rows with `rule_pk` and `moment`."""
    queued = Message.objects.filter(
        registration=OuterRef("pk"),
        rule=OuterRef("rule_pk"),
        round=OuterRef("round"),
        revision=OuterRef("session__revision"),
    )
    rows = (
        Registration.objects.filter(state=RegistrationState.CONFIRMED, session__starts_at__gt=now)
        .exclude(session__state__in=[SessionState.CANCELLED, SessionState.DRAFT])
        .annotate(
            rule_pk=F(f"{path}__pk"),
            rule_active=F(f"{path}__active"),
            rule_active_from=F(f"{path}__active_from"),
            moment=ExpressionWrapper(F("session__starts_at") - F(f"{path}__offset"), output_field=DateTimeField()),
        )
        .filter(rule_active=True, moment__gt=F("confirmed_at"))
        .filter(moment__gt=F("rule_active_from"))
        .filter(Q(session__revised_at__isnull=True) | Q(moment__gt=F("session__revised_at")))
        .filter(~Exists(queued))
    )
    if path == OF_SERIES:
        rows = rows.filter(~Exists(ReminderRule.objects.filter(session=OuterRef("session"))))
    return rows.order_by("pk", "rule_pk").select_related("attendee", "session__series")


def _queue_missing(path: str, now: datetime) -> int:
    # Batch by batch, never an open cursor: on SQLite a reader that turns writer after somebody else wrote is refused.
    queued, before = 0, ""
    while batch := [_draft(row, now) for row in missing(path, now)[:BATCH]]:
        if batch[0].key == before:
            logger.error("Reminders from %s on are missing and cannot be queued.", before)
            break
        queued, before = queued + _write(batch), batch[0].key
    return queued


@transaction.atomic
def _write(batch: list[Message]) -> int:
    return outbox.queue(batch)


def _draft(row: Registration, now: datetime) -> Message:
    rule = ReminderRule(pk=row.rule_pk)  # type: ignore[attr-defined]
    return outbox.about(
        row,
        MessageKind.REMINDER,
        now=now,
        occasion=f"{rule.pk}:{row.session.revision}",
        due_at=row.moment,  # type: ignore[attr-defined]
        expires_at=row.session.starts_at,
        rule=rule,
    )


def _drop_outdated() -> None:
    """Skip at once what speaks of an older revision: staff shall not see two reminders where one will leave."""
    outdated = Message.objects.filter(
        kind=MessageKind.REMINDER, state=MessageState.QUEUED, revision__lt=F("registration__session__revision")
    )
    Message.objects.filter(pk__in=outdated.values("pk"), state=MessageState.QUEUED).update(
        state=MessageState.SKIPPED, skip_reason=SkipReason.SUPERSEDED
    )


def _follow_rules(now: datetime) -> None:
    """Move queued reminders whose rule was edited; drop those whose new moment is in the past."""
    moment = ExpressionWrapper(F("registration__session__starts_at") - F("rule__offset"), output_field=DateTimeField())
    queued = Message.objects.filter(
        kind=MessageKind.REMINDER, state=MessageState.QUEUED, revision=F("registration__session__revision")
    )
    strayed = queued.annotate(moment=moment).exclude(due_at=F("moment")).filter(expires_at__gt=now)
    strayed = strayed.exclude(key__contains=":again:").select_related("rule").order_by("pk")
    while batch := list(strayed[:BATCH]):
        for message in batch:
            _move(message)


def _move(message: Message) -> None:
    due_at = message.moment  # type: ignore[attr-defined]
    queued = Message.objects.filter(pk=message.pk, state=MessageState.QUEUED)
    if message.rule is not None and due_at <= message.rule.active_from:
        # It never left; should the rule move back, the set difference queues it anew.
        queued.delete()
    else:
        queued.update(due_at=due_at, next_attempt_at=due_at)


def _take_up_again(now: datetime) -> None:
    """Queue again what was skipped for a reason that is gone: reminders taken again, a rule switched on."""
    wanted_again = Q(skip_reason=SkipReason.STOPPED, attendee__reminders_stopped_at__isnull=True)
    switched_on = Q(skip_reason=SkipReason.RULE_OFF, rule__active=True, due_at__gt=F("rule__active_from"))
    ids = Message.objects.filter(wanted_again | switched_on, state=MessageState.SKIPPED, expires_at__gt=now)
    Message.objects.filter(pk__in=ids.values("pk")).update(
        state=MessageState.QUEUED, skip_reason="", next_attempt_at=F("due_at")
    )
