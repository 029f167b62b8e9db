"""The reminder plan in force: which rules speak for a session, and of whom they have no row yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value

from iatp_events.lib import zones
from registrations.choices import Audience, MessageKind, MessageState, RegistrationState, RuleKind, SkipReason
from registrations.models import Message, Registration, ReminderRule
from registrations.models.messages import AGAIN
from registrations.moments import AFTERGLOW
from workshops.choices import SessionState
from workshops.models import Panellist, Series, Session, Speaker

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# What a series begins with; staff change it on the page of the series.
DEFAULT_PLAN: tuple[dict[str, Any], ...] = (
    {"kind": RuleKind.REMINDER, "offset": 7 * _DAY},
    {"kind": RuleKind.REMINDER, "offset": _DAY},
    {"kind": RuleKind.REMINDER, "offset": _HOUR},
    {"kind": RuleKind.STARTING, "offset": timedelta(minutes=10)},
    {"kind": RuleKind.FOLLOW_UP, "offset": _DAY, "at_hour": time(9)},
    {"kind": RuleKind.REMINDER, "offset": _DAY, "audience": Audience.PANEL},
    {"kind": RuleKind.REMINDER, "offset": _HOUR, "audience": Audience.PANEL},
)
# What a rule sends to those who are registered.
RULED = {
    RuleKind.REMINDER: MessageKind.REMINDER,
    RuleKind.STARTING: MessageKind.STARTING,
    RuleKind.FOLLOW_UP: MessageKind.FOLLOW_UP,
}
# Where the rules of a session lie, seen from a registration or a seat: its own, or in their place those of its series.
_OF_SESSION = "session__reminder_rules"
_OF_SERIES = "session__series__reminder_rules"


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody of whom a rule has no message yet."""

    pk: int
    key: str
    zone: str
    confirmed_at: datetime | None
    reader: dict[str, int]


def without_rules() -> QuerySet[Series]:
    return Series.objects.filter(reminder_rules__isnull=True)


def adopt_default(*, now: datetime) -> int:
    """Give every series without any rule the default plan, in force from now on. Returns how many rules."""
    rules = [
        ReminderRule(series=series, active_from=now, **rule) for series in without_rules() for rule in DEFAULT_PLAN
    ]
    ReminderRule.objects.bulk_create(rules, ignore_conflicts=True)
    return len(rules)


@transaction.atomic
def delete_rule(*, rule: ReminderRule) -> None:
    """Delete a rule; what it has queued ends at once and says why, instead of waiting for a moment that is none."""
    # Whoever writes a row of this rule at this moment goes first, or finds no rule to write for.
    list(ReminderRule.objects.select_for_update(of=("self",)).filter(pk=rule.pk))
    waiting = Message.objects.filter(rule=rule, state=MessageState.QUEUED).exclude(key__contains=AGAIN)
    waiting.hold().update(state=MessageState.SKIPPED, skip_reason=SkipReason.RULE_OFF)
    rule.delete()


def of(sessions: Iterable[Session]) -> dict[int, list[ReminderRule]]:
    """The rules that speak for each session, the furthest first: its own for an audience, else those of its series."""
    wanted = list(sessions)
    owners = Q(session__in=wanted) | Q(series__in={session.series_id for session in wanted})
    rules = list(ReminderRule.objects.filter(owners).order_by("audience", "-offset", "pk"))
    return {session.pk: _of_one(session, rules) for session in wanted}


def missing(now: datetime) -> list[QuerySet[Any]]:
    """Registrations and seats × rules in force without a message, as rows with `session` and `rule_pk`."""
    people = [_missing(_confirmed(), Audience.ATTENDEES, path, now) for path in (_OF_SESSION, _OF_SERIES)]
    panel = [_missing(Panellist.objects.all(), Audience.PANEL, path, now) for path in (_OF_SESSION, _OF_SERIES)]
    return [*people, *panel]


def without_row(session: Session, rule: ReminderRule, *, after: int, limit: int) -> list[Row]:
    """The next of those of whom a rule of this session has no row yet, by primary key."""
    if rule.audience == Audience.PANEL:
        return _seats_without_row(session, rule, after, limit)
    written = _written(Audience.ATTENDEES, rule.pk, session.revision)
    people = _confirmed().filter(~Exists(written), session=session, pk__gt=after).order_by("pk")
    facts = people.values_list("pk", "round", "attendee_id", "confirmed_at", "attendee__timezone")[:limit]
    return [
        Row(
            pk=pk,
            key=f"{RULED[RuleKind(rule.kind)]}:{pk}:{number}",
            zone=zone,
            confirmed_at=confirmed_at,
            reader={"registration_id": pk, "attendee_id": attendee, "round": number},
        )
        for pk, number, attendee, confirmed_at, zone in facts
    ]


def _seats_without_row(session: Session, rule: ReminderRule, after: int, limit: int) -> list[Row]:
    """Speakers, not seats: who moderates and closes is reminded once."""
    written = Message.objects.filter(session=session, speaker=OuterRef("pk"), rule=rule, revision=session.revision)
    seated = Speaker.objects.filter(~Exists(written), panel_seats__session=session, pk__gt=after)
    return [
        Row(
            pk=speaker.pk,
            key=f"{MessageKind.PANEL_REMINDER}:{session.pk}:{speaker.pk}",
            zone=zone_of(speaker.timezone, str(speaker.country or ""), session),
            confirmed_at=None,
            reader={"speaker_id": speaker.pk},
        )
        for speaker in seated.order_by("pk").distinct()[:limit]
    ]


def zone_of(chosen: str, country: str, session: Session) -> str:
    """The zone of a speaker: as staff chose it, else that of their country, else that of the session."""
    if zones.exists(chosen):
        return chosen
    return zones.of_country(country, session.timezone) if country else session.timezone


def _of_one(session: Session, rules: list[ReminderRule]) -> list[ReminderRule]:
    own = [rule for rule in rules if rule.session_id == session.pk]
    overruled = {rule.audience for rule in own}
    common = [rule for rule in rules if rule.series_id == session.series_id and rule.audience not in overruled]
    return own + common


def _confirmed() -> QuerySet[Registration]:
    return Registration.objects.filter(state=RegistrationState.CONFIRMED)


def _missing(readers: QuerySet[Any], audience: Audience, path: str, now: datetime) -> QuerySet[Any]:
    still_of_use = ExpressionWrapper(
        F("session__ends_at") + F(f"{path}__offset") + Value(AFTERGLOW), output_field=DateTimeField()
    )
    rows = readers.exclude(session__state__in=[SessionState.CANCELLED, SessionState.DRAFT]).annotate(
        rule_pk=F(f"{path}__pk"),
        rule_kind=F(f"{path}__kind"),
        rule_audience=F(f"{path}__audience"),
        rule_active=F(f"{path}__active"),
        of_use_until=still_of_use,
    )
    before = ~Q(rule_kind=RuleKind.FOLLOW_UP) & Q(session__starts_at__gt=now)
    after = Q(rule_kind=RuleKind.FOLLOW_UP, of_use_until__gt=now)
    rows = rows.filter(before | after, rule_active=True, rule_audience=audience)
    if path == _OF_SERIES:
        own = ReminderRule.objects.filter(session=OuterRef("session"), audience=audience)
        rows = rows.filter(~Exists(own))
    without: QuerySet[Any] = rows.filter(
        ~Exists(_written(audience, OuterRef("rule_pk"), OuterRef("session__revision")))
    )
    return without


def _written(audience: Audience, rule: Any, revision: Any) -> QuerySet[Message]:
    """The row of a registration or a seat, seen from either."""
    rows = Message.objects.filter(rule=rule, revision=revision)
    if audience == Audience.PANEL:
        return rows.filter(session=OuterRef("session"), speaker=OuterRef("speaker"))
    return rows.filter(registration=OuterRef("pk"), round=OuterRef("round"))
