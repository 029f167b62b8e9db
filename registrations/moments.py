"""When a rule of the reminder plan speaks to a reader, on the clock of that reader. No database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from iatp_events.lib import zones
from registrations.choices import Late, RuleKind, SkipReason
from registrations.models import ReminderRule
from workshops.models import Session

LAST_HOUR = timedelta(hours=1)
# How long after its moment a mail about a session that is over is still of use.
AFTERGLOW = timedelta(days=3)


def of(rule: ReminderRule, session: Session, zone: str) -> datetime:
    """The moment at which a rule speaks to readers in a zone, in UTC.

    The session has an hour. A zone that does not exist (written by SQL) counts as that of the session.
    """
    zone = zone if zones.exists(zone) else session.timezone
    anchor = _anchor(rule, session)
    sign = 1 if rule.follows else -1
    if rule.at_hour is None:
        moment = anchor + sign * rule.offset
    else:
        moment = zones.to_utc(anchor.astimezone(ZoneInfo(zone)).date() + sign * rule.offset, rule.at_hour, zone)
    return _out_of_the_night(moment, rule, session, zone) if rule.quiet else moment


def out_of_the_night(moment: datetime, zone: str, otherwise: str = settings.TIME_ZONE) -> datetime:
    """The moment itself by day, else the end of the night in that zone; in the other one, where it does not exist."""
    zone = zone if zones.exists(zone) else otherwise
    night_begins, night_ends = settings.QUIET_HOURS
    local = moment.astimezone(ZoneInfo(zone))
    if not _is_night(local.time(), night_begins, night_ends):
        return moment
    morning = local.date() if local.time() < night_ends else local.date() + timedelta(days=1)
    return zones.to_utc(morning, night_ends, zone)


def of_no_use_after(rule: ReminderRule, session: Session, moment: datetime) -> datetime:
    """When a mail of this rule expires: a reminder at the start, what follows a session some days later."""
    return moment + AFTERGLOW if rule.follows else _start(session)


def reason_to_skip(
    rule: ReminderRule, session: Session, moment: datetime, confirmed_at: datetime | None
) -> SkipReason | None:
    """Say why a rule has nothing to say to somebody who was confirmed then; None when it does.

    Nobody gets yesterday's reminder: not who came later, not because a rule is new, not because the session moved.
    """
    if confirmed_at is not None and moment <= confirmed_at:
        return SkipReason.LATE
    since = max(filter(None, [rule.active_from, session.revised_at]))
    too_late = not rule.follows and moment >= _start(session)
    return SkipReason.PAST if moment <= since or too_late else None


def speaks_shortly(
    rule: ReminderRule, session: Session, zone: str, confirmed_at: datetime, plan: Iterable[ReminderRule]
) -> bool:
    """Whether who registered after the moment of this rule gets its short version: only the nearest rule speaks.

    plan: every rule of the session; what its panel is told is nothing to those who are registered.
    """
    if rule.late != Late.SHORT or rule.kind != RuleKind.REMINDER or confirmed_at <= rule.active_from:
        return False
    said = (rule.kind, rule.audience)
    alike = [other for other in plan if other.active and (other.kind, other.audience) == said]
    return all(of(other, session, zone) > confirmed_at for other in alike if other.offset < rule.offset)


def _out_of_the_night(moment: datetime, rule: ReminderRule, session: Session, zone: str) -> datetime:
    """Wait for the morning; where the morning is too late, speak in the evening before. The last hour has no night."""
    morning = out_of_the_night(moment, zone)
    last_hour = _start(session) - LAST_HOUR
    if rule.follows or morning <= last_hour:
        return morning
    if moment >= last_hour:
        return moment
    return _evening_before(moment, zone)


def _evening_before(moment: datetime, zone: str) -> datetime:
    night_begins, night_ends = settings.QUIET_HOURS
    local = moment.astimezone(ZoneInfo(zone))
    evening = local.date() if local.time() >= night_ends else local.date() - timedelta(days=1)
    return zones.to_utc(evening, night_begins, zone)


def _is_night(hour: time, begins: time, ends: time) -> bool:
    return hour > begins or hour < ends


def _anchor(rule: ReminderRule, session: Session) -> datetime:
    return (session.ends_at if rule.follows else session.starts_at) or datetime.max.replace(tzinfo=UTC)


def _start(session: Session) -> datetime:
    return session.starts_at or datetime.max.replace(tzinfo=UTC)
