"""What staff see of messages before they leave and after they left. Reads only.

The rows of the plan are the plan: who is counted here is who the delivery reads, and `outcome` asks what
`registrations.truth` will ask when a row's moment has come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat, Left, Length, StrIndex

from iatp_events.lib import zones
from registrations import cases, moments
from registrations.choices import Audience, MessageKind, MessageState, RegistrationState, SkipReason
from registrations.models import EmailAddress, Message, Registration, ReminderRule
from registrations.models.messages import AGAIN, UNFINISHED
from registrations.services import announcements, notices, plans
from workshops import when
from workshops.choices import SessionState
from workshops.models import Panellist, Series, Session

# What a row of the plan comes to, beside the reasons for which it is skipped.
AHEAD, SENT, FAILED = "ahead", "sent", "failed"
RECENTLY = timedelta(hours=24)
_PLANNED = (*plans.RULED.values(), MessageKind.PANEL_REMINDER)
_REMINDING = (MessageKind.REMINDER, MessageKind.STARTING, MessageKind.PANEL_REMINDER)
# Who reads it, and when; of rows whose moment is behind them nobody asks.
_READER = ("zone", "speaker", "speaker__name", "speaker__timezone", "speaker__country")

Group = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hour:
    """One moment as the clocks of these cities show it."""

    at: datetime
    offset: str
    cities: tuple[str, ...]
    people: int

    @property
    def day(self) -> str:
        return when.long_date(self.at.date())

    @property
    def clock(self) -> str:
        return f"{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the panel: when they are reminded on their own clock, or why not."""

    speaker: int
    name: str
    outcome: str
    hour: Hour | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one rule will send, and what became of it so far; people by outcome."""

    rule: ReminderRule
    outcomes: dict[str, int]
    hours: tuple[Hour, ...]
    seats: tuple[Seat, ...]
    unwritten: int
    example: Hour | None

    @property
    def ahead(self) -> int:
        return self.outcomes.get(AHEAD, 0)

    @property
    def left_out(self) -> dict[str, int]:
        """Who does not get it, by reason; the most frequent first."""
        kept = {name: people for name, people in self.outcomes.items() if name not in (AHEAD, SENT)}
        return dict(sorted(kept.items(), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True)
class Unplanned:
    """What waits beside the plan: written already, or found by the next tick."""

    announcements: int
    announcements_unwritten: int
    notices: int
    notices_unwritten: int


@dataclass(frozen=True, slots=True)
class Late:
    people: int
    since: datetime


def standing(messages: QuerySet[Message]) -> QuerySet[Message]:
    """The rows of the plan as it stands: of rules in force, this revision, and people who hold a place or a seat.

    Adds `outcome`: ahead, sent, failed, or the reason why it was skipped or would be if it left now.
    """
    own = ReminderRule.objects.filter(session=OuterRef("session"), audience=OuterRef("rule__audience"))
    seated = Panellist.objects.filter(session=OuterRef("session"), speaker=OuterRef("speaker"))
    comes = Q(registration__state=RegistrationState.CONFIRMED, registration__round=F("round"))
    return (
        messages.filter(kind__in=_PLANNED, rule__isnull=False, revision=F("session__revision"))
        .exclude(key__contains=AGAIN)
        .filter(Q(rule__session__isnull=False) | ~Exists(own))
        .filter(comes | Exists(seated))
        .annotate(outcome=_outcome())
    )


def of_session(session: Session, *, now: datetime) -> list[Forecast]:
    """What each rule in force will send, to how many and when. Six queries, whoever is registered."""
    groups = _groups(session)
    unwritten = _unwritten(session, now)
    return [
        _forecast(rule, session, [group for group in groups if group["rule"] == rule.pk], unwritten[rule.pk])
        for rule in plans.of([session])[session.pk]
    ]


def tally(session: Session) -> dict[tuple[str, str, str], int]:
    """How many messages about a session there are by kind, state and reason why they were skipped. One query."""
    rows = Message.objects.filter(session=session).order_by().values_list("kind", "state", "skip_reason")
    return {(kind, state, reason): people for kind, state, reason, people in rows.annotate(people=Count("pk"))}


def unplanned(session: Session, counted: dict[tuple[str, str, str], int], *, now: datetime) -> Unplanned:
    """Announcements and notices that wait. Two queries, and what `tally` counted."""
    waiting: Counter[str] = Counter()
    for (kind, state, _reason), people in counted.items():
        waiting[kind] += people if state in UNFINISHED else 0
    untold = announcements.untold(now).filter(Q(session_pk=session.pk))
    return Unplanned(
        announcements=waiting[MessageKind.ANNOUNCEMENT],
        # People, not rows: two versions of the consent are one reader.
        announcements_unwritten=untold.values("attendee").distinct().count(),
        notices=sum(waiting[kind] for kind in notices.NOTICES),
        notices_unwritten=notices.told_otherwise(now).filter(session=session).count(),
    )


def about_several(session: Session) -> int:
    """Mails about several sessions at once, or the whole series, to people of this session. One query."""
    people = Registration.objects.filter(session=session).values("attendee")
    return Message.objects.filter(series=session.series_id, session__isnull=True, attendee__in=people).count()


def people_of(session: Session) -> dict[str, int]:
    """How many registrations there are in each state. One query."""
    rows = Registration.objects.filter(session=session).order_by().values_list("state")
    return dict(rows.annotate(people=Count("pk")))


def unanswered() -> QuerySet[Message]:
    """What failed and was not sent again since."""
    original = Case(
        When(key__contains=AGAIN, then=Left("key", StrIndex("key", Value(AGAIN)) - 1)),
        default=F("key"),
        output_field=CharField(),
    )
    # By their numbers, not their moments: thousands of rows are written in one moment. "10" is longer than "9".
    length = Length(OuterRef("key"))
    later = Q(length__gt=length) | Q(length=length, key__gt=OuterRef("key"))
    same = Q(attendee=OuterRef("attendee")) | Q(speaker=OuterRef("speaker"))
    copies = Message.objects.annotate(length=Length("key")).filter(same, later, key__startswith=OuterRef("copied_as"))
    failed = Message.objects.filter(state=MessageState.FAILED)
    return failed.annotate(copied_as=Concat(original, Value(AGAIN))).filter(~Exists(copies))


def worth_sending_again(*, session: Session | None, now: datetime) -> QuerySet[Message]:
    """What failed, was not sent again and is still of use; of every session without one."""
    return _failed(session).exclude(expires_at__lte=now)


def over(*, session: Session | None, now: datetime) -> QuerySet[Message]:
    """What failed, was not sent again and is of no use any more."""
    return _failed(session).filter(expires_at__lte=now)


def _failed(session: Session | None) -> QuerySet[Message]:
    return unanswered() if session is None else unanswered().filter(session=session)


def lateness(now: datetime) -> Late | None:
    """How many messages are due, and since when, if the oldest waits longer than it should.

    One query while all is well.
    """
    oldest = oldest_due(now)
    if oldest is None or now - oldest <= settings.MESSAGES_LATE:
        return None
    return Late(people=Message.objects.late(now).count(), since=oldest)


def oldest_due(now: datetime) -> datetime | None:
    """Since when the oldest due message waits.

    A mail that the server puts off again and again is late since it was due, not since its last attempt.
    One query that reads one row of two indexes; it hangs on one row of a series.
    """
    unfinished = Message.objects.unfinished()
    due = unfinished.filter(next_attempt_at__lte=now).order_by("next_attempt_at").values("next_attempt_at")
    tried = unfinished.filter(attempts__gt=0, due_at__lte=now).order_by("due_at").values("due_at")
    found = Series.objects.order_by("pk").values_list(Subquery(due[:1]), Subquery(tried[:1])).first()
    return min(filter(None, found or ()), default=None)


def failed_lately(now: datetime) -> int:
    """How many failed within a day and were not sent again. One query."""
    return unanswered().filter(next_attempt_at__gte=now - RECENTLY).count()


def _outcome() -> Case:
    reachable = Exists(EmailAddress.objects.filter(attendee=OuterRef("attendee"))) | Q(
        speaker__isnull=False, speaker__email__gt=""
    )
    return Case(
        When(state=MessageState.SKIPPED, then=F("skip_reason")),
        When(state__in=[MessageState.SENT, MessageState.FAILED], then=F("state")),
        When(~reachable, then=Value(SkipReason.NO_ADDRESS)),
        When(session__state=SessionState.CANCELLED, then=Value(SkipReason.SESSION_CANCELLED)),
        When(attendee__reminders_stopped_at__isnull=False, then=Value(SkipReason.STOPPED)),
        When(rule__active=False, then=Value(SkipReason.RULE_OFF)),
        When(_nearer_at_its_moment(), then=Value(SkipReason.SUPERSEDED)),
        default=Value(AHEAD),
        output_field=CharField(),
    )


def _nearer_at_its_moment() -> Q:
    """Another reminder speaks in its place: the night may give two rules one moment."""
    same = {name: OuterRef(name) for name in ("round", "revision", "due_at")}
    rows = Message.objects.filter(kind__in=_REMINDING, rule__active=True, rule__offset__lt=OuterRef("rule__offset"))
    nearer = rows.filter(**same).exclude(key__contains=AGAIN).exclude(skip_reason__in=cases.SILENT)
    # One question for each kind of reader, so that each has its index.
    to_the_panel = nearer.filter(session=OuterRef("session"), speaker=OuterRef("speaker"))
    return Q(Exists(nearer.filter(registration=OuterRef("registration")))) | Q(Exists(to_the_panel))


def _groups(session: Session) -> list[Group]:
    """People by rule and outcome; those ahead by moment and zone as well, and the panel one by one."""
    rows = standing(Message.objects.filter(session=session)).annotate(
        due=Case(When(outcome=AHEAD, then=F("due_at"))),
        zone=Case(When(outcome=AHEAD, then=F("attendee__timezone"))),
    )
    return list(rows.order_by().values("rule", "outcome", "due", *_READER).annotate(people=Count("pk")))


def _unwritten(session: Session, now: datetime) -> Counter[int]:
    """Who has no row yet: the next tick writes it."""
    found: Counter[int] = Counter()
    for missing in plans.missing(now):
        rows = missing.filter(session=session).order_by().values_list("rule_pk")
        # Who moderates and closes has two seats and one row.
        reader = "speaker" if missing.model is Panellist else "pk"
        found.update(dict(rows.annotate(people=Count(reader, distinct=True))))
    return found


def _forecast(rule: ReminderRule, session: Session, groups: list[Group], unwritten: int) -> Forecast:
    outcomes: Counter[str] = Counter()
    for group in groups:
        outcomes[group["outcome"]] += group["people"]
    panel = rule.audience == Audience.PANEL
    return Forecast(
        rule=rule,
        outcomes=dict(outcomes),
        hours=() if panel else _hours(groups, session),
        seats=tuple(_seat(group, session) for group in _by_name(groups)) if panel else (),
        unwritten=unwritten,
        example=_example(rule, session),
    )


def _example(rule: ReminderRule, session: Session) -> Hour | None:
    """When it speaks to somebody who keeps the hour of the session."""
    if session.starts_at is None:
        return None
    return _hour(moments.of(rule, session, session.timezone), [session.timezone], 0)


def _hours(groups: Iterable[Group], session: Session) -> tuple[Hour, ...]:
    """The distinct moments; zones whose clocks agree at one are one, the cities of most people first."""
    found: dict[tuple[datetime, str], Counter[str]] = {}
    for group in groups:
        if group["due"]:
            zone = group["zone"] if zones.exists(group["zone"] or "") else session.timezone
            found.setdefault((group["due"], zones.offset(group["due"], zone)), Counter())[zone] += group["people"]
    hours = [_hour(due, _by_people(kept), kept.total()) for (due, _offset), kept in found.items()]
    return tuple(sorted(hours, key=lambda hour: (hour.at, -hour.people, hour.offset)))


def _seat(group: Group, session: Session) -> Seat:
    zone = plans.zone_of(group["speaker__timezone"] or "", group["speaker__country"] or "", session)
    hour = _hour(group["due"], [zone], 1) if group["due"] else None
    return Seat(group["speaker"], group["speaker__name"], group["outcome"], hour)


def _by_name(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: (group["speaker__name"], group["speaker"]))


def _by_people(kept: Counter[str]) -> list[str]:
    return [zone for zone, _people in kept.most_common()]


def _hour(at: datetime, kept: list[str], people: int) -> Hour:
    """kept: zones whose clocks agree at that moment."""
    local = at.astimezone(ZoneInfo(kept[0]))
    return Hour(local, zones.offset(at, kept[0]), tuple(zones.city(zone) for zone in kept), people)
