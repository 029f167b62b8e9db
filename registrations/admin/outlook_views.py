"""What will be sent about a session, to whom and when, and what became of what was: one page to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from iatp_events.lib.doors import staff
from registrations.admin import hours
from registrations.choices import MessageKind, MessageState, RegistrationState, SkipReason
from registrations.models import Bulletin
from registrations.services import bulletins, outlook
from workshops import when
from workshops.models import Session

# So many moments of a rule stand on the page; the others are folded away.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that leads to the list of what it counts."""

    people: int
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One rule as the page shows it."""

    forecast: outlook.Forecast
    ahead: Figure
    sent: Figure
    left_out: list[Figure]
    shown: tuple[outlook.Hour, ...]
    folded: tuple[outlook.Hour, ...]
    seats: list[tuple[outlook.Seat, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of message: how many in each state, and why those skipped were."""

    label: str
    states: list[Figure]
    reasons: list[Figure]


@staff("registrations.view_message")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(Session.objects.without_texts().select_related("series"), pk=pk)
    if not admin.site.get_model_admin(Session).has_view_permission(request, session):
        raise PermissionDenied
    context = admin.site.each_context(request) | _page(session)
    return render(request, "admin/registrations/session_messages.html", context)


def _page(session: Session) -> dict[str, Any]:
    now = timezone.now()
    counted = outlook.tally(session)
    people = outlook.people_of(session)
    failed = sum(people for (_kind, state, _reason), people in counted.items() if state == MessageState.FAILED)
    return {
        "title": gettext("Messages"),
        "session": session,
        "when": when.of(session),
        "over": bool(session.ends_at and session.ends_at <= now),
        "opts": Session._meta,
        "rows": [_row(forecast, session) for forecast in outlook.of_session(session, now=now)],
        "confirmed": people.get(RegistrationState.CONFIRMED, 0),
        "waiting": people.get(RegistrationState.WAITLISTED, 0),
        "unplanned": outlook.unplanned(session, counted, now=now),
        "bulletins": [(row, hours.local(row.at, session.timezone)) for row in bulletins.waiting(session)],
        "bulletin_opts": Bulletin._meta,
        "states": [state.label for state in MessageState],
        "lines": _lines(counted, session),
        "failed": failed,
        "about_several": outlook.about_several(session),
    }


def _row(forecast: outlook.Forecast, session: Session) -> Row:
    rule = forecast.rule.pk

    def figure(outcome: str, label: str) -> Figure:
        people = forecast.outcomes.get(outcome, 0)
        return Figure(people, label, _list(session=session.pk, rule=rule, outcome=outcome))

    fold = len(forecast.hours) > SHOWN + 1
    return Row(
        forecast=forecast,
        ahead=figure(outlook.AHEAD, ""),
        sent=figure(outlook.SENT, _why(outlook.SENT)),
        left_out=[figure(outcome, _why(outcome)) for outcome in forecast.left_out],
        shown=forecast.hours[:SHOWN] if fold else forecast.hours,
        folded=forecast.hours[SHOWN:] if fold else (),
        seats=[(seat, _why(seat.outcome)) for seat in forecast.seats],
    )


def _why(outcome: str) -> str:
    if outcome in (outlook.AHEAD, ""):
        return ""
    if outcome in MessageState.values:
        return str(MessageState(outcome).label)
    # A reason that somebody wrote by SQL is shown as it stands.
    return str(SkipReason(outcome).label) if outcome in SkipReason.values else outcome


def _lines(counted: dict[tuple[str, str, str], int], session: Session) -> list[Line]:
    """A line for every kind there is, in the order in which a person meets them."""
    there = {kind for kind, _state, _reason in counted}
    return [_line(kind, counted, session) for kind in MessageKind if kind in there]


def _line(kind: MessageKind, counted: dict[tuple[str, str, str], int], session: Session) -> Line:
    common = {"session": session.pk, "kind__exact": kind.value}
    of_kind = {(state, reason): people for (found, state, reason), people in counted.items() if found == kind}
    states = []
    for state in MessageState:
        people = sum(count for (found, _reason), count in of_kind.items() if found == state)
        states.append(Figure(people, str(state.label), _list(**common, state__exact=state.value)))
    reasons = [
        Figure(people, _why(reason), _list(**common, state__exact=state, skip_reason__exact=reason))
        for (state, reason), people in sorted(of_kind.items(), key=lambda pair: -pair[1])
        if state == MessageState.SKIPPED and reason
    ]
    return Line(str(kind.label), states, reasons)


def _list(**filters: object) -> str:
    return f"{reverse('admin:registrations_message_changelist')}?{urlencode(filters)}"
