"""The state of things in numbers, for whoever watches the installation. Four queries, whatever the tables hold."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Model, QuerySet, TextChoices

from registrations.choices import MessageState, RegistrationState
from registrations.models import Message, Registration
from registrations.services import outlook


@dataclass(frozen=True, slots=True)
class Gauges:
    """oldest_due: seconds. waiting: people by series, session and mode, of what is not over."""

    registrations: dict[str, float]
    messages: dict[str, float]
    oldest_due: float
    waiting: dict[tuple[str, ...], float]


def read(*, now: datetime) -> Gauges:
    oldest = outlook.oldest_due(now)
    return Gauges(
        registrations=_by_state(Registration.objects.all(), RegistrationState),
        messages=_by_state(Message.objects.all(), MessageState),
        oldest_due=(now - oldest).total_seconds() if oldest else 0.0,
        waiting=_waiting(now),
    )


def _by_state(rows: QuerySet[Model], states: type[TextChoices]) -> dict[str, float]:
    """Every state has a number: what is missing from a graph cannot raise an alarm."""
    counted = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return {str(state): float(counted.get(state, 0)) for state in states.values}


def _waiting(now: datetime) -> dict[tuple[str, ...], float]:
    names = ("session__series__slug", "session__number", "mode")
    lists = Registration.objects.waiting().filter(session__ends_at__gt=now).order_by().values_list(*names)
    return {(slug, str(number), mode): float(people) for slug, number, mode, people in lists.annotate(Count("pk"))}
