"""Whose rules speak for a session."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from registrations.choices import Audience
from registrations.models import ReminderRule
from registrations.services import plans
from workshops.models import Session

register = template.Library()


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules that are in force for one audience, and whether they are the session's own."""

    audience: str
    own: bool
    rules: list[ReminderRule]


@register.simple_tag
def plan_of(session: object) -> list[Plan]:
    """One line for each audience; none for a session that is not saved, or for a series. One query."""
    if not isinstance(session, Session) or session.pk is None:
        return []
    rules = plans.of([session])[session.pk]
    found = []
    for audience in Audience:
        speaking = [rule for rule in rules if rule.audience == audience]
        own = any(rule.session_id for rule in speaking)
        found.append(Plan(str(audience.label), own, [rule for rule in speaking if rule.active]))
    return found
