"""What devices at a door send and read: events in batches, and the names that they need without a network."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from iatp_events.lib import clock, signing
from iatp_events.lib.doors import staff
from registrations import links
from registrations.forms import door as forms
from registrations.services import door, door_list
from registrations.services.door import Admitted, Badge, Event, Reason, Refused
from registrations.views.door import PERMISSION, session_at
from workshops.models import Session

MOST_EVENTS = 100
LARGEST_BATCH = 200_000


class NotABatch(Exception):
    """What came is no list of events."""


@staff(PERMISSION)
@require_POST
def events(request: HttpRequest, pk: int) -> HttpResponse:
    """Take `{"sent": ms, "events": [{"id", "kind", "at", …}, …]}`; answer each event for itself.

    sent: the device's clock as it sends, by which its moments are put right.
    """
    session = session_at(pk)
    try:
        sent, batch = _read(request)
    except NotABatch as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)
    now = clock.now()
    return JsonResponse({"answers": [_answer(session, one, sent, request.user.pk, now) for one in batch]})


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


def _answer(session: Session, said: Any, sent: int, by: int | None, now: datetime) -> dict[str, object]:
    form = forms.EventForm(said if isinstance(said, dict) else {})
    if not form.is_valid():
        named = said.get("id") if isinstance(said, dict) else None
        return {"id": named if isinstance(named, str) else None, "state": "invalid", "errors": form.errors}
    told = form.cleaned_data
    late = timedelta(milliseconds=max(0, min(sent - told["at"], forms.LATEST)))
    event = Event(told["id"], now - late, by)
    try:
        return {"id": str(event.id)} | _act(session, told, said, event, now)
    except Refused as refusal:
        return {"id": str(event.id), "state": "refused", "why": refusal.reason}


def _act(
    session: Session, told: dict[str, Any], said: dict[str, Any], event: Event, now: datetime
) -> dict[str, object]:
    kind = told["kind"]
    if kind == forms.CHECK_IN:
        return _stands(door.check_in(session=session, badge=_badge(told), event=event), event)
    if kind == forms.UNDO:
        return _stands(door.undo(session=session, badge=_badge(told), event=event, now=now), event)
    if kind == forms.UNDO_WALK_IN:
        return _stands(door.undo_walk_in(session=session, event=event, now=now), event)
    guest = forms.WalkInForm(said)
    if not guest.is_valid():
        return {"state": "invalid", "errors": guest.errors}
    return _stands(door.walk_in(session=session, person=guest.person(session.timezone), event=event, now=now), event)


def _badge(told: dict[str, Any]) -> Badge:
    if not told["badge"]:
        return Badge(told["registration"])
    try:
        pk, version = signing.read(links.BADGE, told["badge"])
    except (signing.BadToken, ValueError):
        raise Refused(Reason.UNKNOWN) from None
    return Badge(pk, version)


def _stands(admitted: Admitted, event: Event) -> dict[str, object]:
    registration = admitted.registration
    return {
        "state": "in" if admitted.since else "undone",
        "again": bool(admitted.since and admitted.since < event.at - timedelta(seconds=1)),
        "registration": registration.pk if registration else None,
        "name": registration.attendee.full_name if registration else "",
        "mark": admitted.mark,
        "since": _milliseconds(admitted.since),
    }


def _milliseconds(moment: datetime | None) -> int:
    return round(moment.astimezone(UTC).timestamp() * 1000) if moment else 0
