"""Figures about a session's people for pages that know only sessions."""

from dataclasses import dataclass

from django import template
from django.utils import timezone

from registrations.models import Registration
from workshops.models import Places, Session

register = template.Library()


@dataclass(frozen=True, slots=True)
class People:
    confirmed: int
    waiting: int
    to_tell: int


@register.simple_tag
def people_of(session: Session) -> People:
    """How many come, how many wait, and how many a change of this session would be told to."""
    rows = Registration.objects.filter(session=session)
    confirmed, waiting = rows.holding().count(), rows.waiting().count()
    # What is over is told to nobody.
    ahead = session.ends_at is None or session.ends_at > timezone.now()
    return People(confirmed, waiting, confirmed + waiting if ahead else 0)


@register.simple_tag
def waiting_for(places: Places) -> int:
    return Registration.objects.at(places).waiting().count()
