"""The calendar that a person subscribes to."""

import hashlib
from datetime import timedelta

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from iatp_events.lib.doors import by_link
from registrations import links
from registrations.models import Attendee, Registration
from workshops import ical
from workshops.choices import SessionState

REFRESH = timedelta(hours=6)
CALENDAR = "text/calendar; charset=utf-8"


@by_link(links.CALENDAR)
@require_safe
def calendar(request: HttpRequest, token: str, pk: int, version: int = 0) -> HttpResponse:
    """Everything a person has a place for, what was cancelled as cancelled; it keeps itself up to date."""
    attendee = get_object_or_404(Attendee.objects.led_to_by(pk, calendar_version=version))
    related = attendee.registrations.confirmed().select_related("session__series").order_by("session__starts_at", "pk")
    held = list(related.exclude(session__state=SessionState.DRAFT))
    tag = _tag(attendee, held)
    # Calendars poll for years: while nothing changed, nothing is written.
    unchanged = get_conditional_response(request, etag=tag)
    if unchanged is not None:
        return HttpResponse(status=unchanged.status_code, content_type=CALENDAR, headers={"ETag": tag})
    return HttpResponse(_content(attendee, held), content_type=CALENDAR, headers={"ETag": tag})


def _content(attendee: Attendee, held: list[Registration]) -> bytes:
    with translation.override(attendee.language):
        events = [ical.event(entry.session, url=links.join(entry), sequence=entry.calendar_sequence) for entry in held]
        return ical.calendar(events, method=ical.PUBLISH, name=attendee.full_name, refresh=REFRESH)


def _tag(attendee: Attendee, held: list[Registration]) -> str:
    """A digest of all that the calendar is written from; what is left out would be missed, so nothing is."""
    rows: list[Model] = [attendee]
    for entry in held:
        rows += [entry, entry.session, entry.session.series]
    said = [[repr(getattr(row, field.attname)) for field in row._meta.concrete_fields] for row in rows]
    return f'"{hashlib.sha256(repr(said).encode()).hexdigest()[:32]}"'
