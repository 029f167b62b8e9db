"""What devices at a door send and read: events in batches, and the names that they need without a network."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from iatp_events.lib import clock, signing
from iatp_events.lib.doors import SHOWN, shortcut, staff
from registrations import door_pass, links
from registrations.door_pass import Pass
from registrations.forms import door as forms
from registrations.services import door, door_list, scans
from registrations.services.door import Admitted, Badge, Event, Reason, Refused
from registrations.views.door import PERMISSION, session_at
from workshops.models import Session

MOST_EVENTS = 100
LARGEST_BATCH = 200_000


class NotABatch(Exception):
    """What came is no list of events."""


def check_ins(request: HttpRequest, pk: int) -> HttpResponse | None:
    """Answer events that are all usual check-ins, told by who was let in a moment ago; None leaves them to `events`."""
    shown = door_pass.read(request.META[SHOWN])
    if request.method != "POST" or shown is None or shown.session != pk:
        return None
    try:
        sent, batch = _read(request)
    except NotABatch:
        return None
    answers = []
    for one in map(forms.plain_check_in, batch):
        answer = _come(one, sent, shown) if one else None
        if answer is None:
            # What was written meanwhile stands, and is found as written when all of them are told again.
            return None
        answers.append(answer)
    return JsonResponse({"answers": answers}, headers={"Cache-Control": "no-store"}) if answers else None


@shortcut(check_ins)
@staff(PERMISSION)
@require_POST
def events(request: HttpRequest, pk: int) -> HttpResponse:
    """Take `{"sent": ms, "events": [{"id", "kind", "at", …}, …]}`; answer each event for itself.

    sent: the device's clock as it sends, by which its moments are put right. The pass makes the next ones quicker.
    """
    session = session_at(pk)
    try:
        sent, batch = _read(request)
    except NotABatch as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)
    now = clock.now()
    by = cast(int, request.user.pk)
    answers = [_answer(session, one, sent, by, now) for one in batch]
    return JsonResponse({"answers": answers, "pass": door_pass.give(by=by, session=pk, now=now)})


@staff(PERMISSION)
@gzip_page
@require_safe
def names(request: HttpRequest, pk: int) -> HttpResponse:
    """The names of a session while its door is open, and until when a device may keep them."""
    session, now = session_at(pk), clock.now()
    hours, counted = door.hours(session), door_list.counted(session)
    is_open = hours is not None and hours.start <= now <= hours.end
    people = door_list.expected(session) if is_open else []
    listed = [[one.pk, one.name, one.mark, _milliseconds(one.since), one.events] for one in people]
    digest = hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:32]
    return JsonResponse(
        {
            "csrf": get_token(request),
            "until": _milliseconds(hours.end) if hours and is_open else 0,
            "now": _milliseconds(now),
            "came": counted.came,
            "expected": counted.expected,
            "digest": digest,
            # Whoever has them already need not carry them again.
            "people": None if request.GET.get("have") == digest else listed,
        }
    )


def _read(request: HttpRequest) -> tuple[int, list[Any]]:
    try:
        body = request.body
        if len(body) > LARGEST_BATCH:
            raise NotABatch("too large")
        said = json.loads(body)
        # Half of a pair of surrogates is no text that a database takes.
        json.dumps(said, ensure_ascii=False).encode()
    except (RequestDataTooBig, ValueError, RecursionError) as trouble:
        raise NotABatch("not JSON") from trouble
    batch = said.get("events") if isinstance(said, dict) else None
    if not isinstance(batch, list) or not isinstance(said.get("sent"), int):
        raise NotABatch("sent and events are needed")
    if len(batch) > MOST_EVENTS:
        raise NotABatch(f"at most {MOST_EVENTS} events at once")
    return said["sent"], batch


def _come(one: forms.CheckIn, sent: int, shown: Pass) -> dict[str, object] | None:
    try:
        badge = _badge(one.registration, one.badge)
    except Refused:
        return None
    came = scans.check_in(badge=badge, event=one.id, late=_late(sent, one.at), shown=shown)
    if came is None:
        return None
    return {"id": str(one.id)} | _stands(badge.registration, came.name, came.mark, came.since, came.at)


def _late(sent: int, at: int) -> timedelta:
    """How long ago something happened, by the clock of the device that tells of it."""
    return timedelta(milliseconds=max(0, min(sent - at, forms.LATEST)))


def _answer(session: Session, said: Any, sent: int, by: int | None, now: datetime) -> dict[str, object]:
    form = forms.EventForm(said if isinstance(said, dict) else {})
    if not form.is_valid():
        named = said.get("id") if isinstance(said, dict) else None
        return {"id": named if isinstance(named, str) else None, "state": "invalid", "errors": form.errors}
    told = form.cleaned_data
    event = Event(told["id"], now - _late(sent, told["at"]), by)
    try:
        return {"id": str(event.id)} | _act(session, told, said, event, now)
    except Refused as refusal:
        return {"id": str(event.id), "state": "refused", "why": refusal.reason}


def _act(
    session: Session, told: dict[str, Any], said: dict[str, Any], event: Event, now: datetime
) -> dict[str, object]:
    kind = told["kind"]
    if kind == forms.CHECK_IN:
        return _after(door.check_in(session=session, badge=_named(told), event=event), event)
    if kind == forms.UNDO:
        return _after(door.undo(session=session, badge=_named(told), event=event, now=now), event)
    if kind == forms.UNDO_WALK_IN:
        return _after(door.undo_walk_in(session=session, event=event, now=now), event)
    guest = forms.WalkInForm(said)
    if not guest.is_valid():
        return {"state": "invalid", "errors": guest.errors}
    return _after(door.walk_in(session=session, person=guest.person(session.timezone), event=event, now=now), event)


def _named(told: dict[str, Any]) -> Badge:
    return _badge(told["registration"], told["badge"])


def _badge(registration: int, badge: str) -> Badge:
    """A badge says more than a number. Raises Refused."""
    if not badge:
        return Badge(registration)
    try:
        pk, version = signing.read(links.BADGE, badge)
    except (signing.BadToken, ValueError):
        raise Refused(Reason.UNKNOWN) from None
    return Badge(pk, version)


def _after(admitted: Admitted, event: Event) -> dict[str, object]:
    held = admitted.registration
    name = held.attendee.full_name if held else ""
    return _stands(held.pk if held else None, name, admitted.mark, admitted.since, event.at)


def _stands(pk: int | None, name: str, mark: door.Mark, since: datetime | None, at: datetime) -> dict[str, object]:
    """How somebody stands after an event of that moment."""
    return {
        "state": "in" if since else "undone",
        "again": bool(since and since < at - timedelta(seconds=1)),
        "registration": pk,
        "name": name,
        "mark": mark,
        "since": _milliseconds(since),
    }


def _milliseconds(moment: datetime | None) -> int:
    return round(moment.astimezone(UTC).timestamp() * 1000) if moment else 0
