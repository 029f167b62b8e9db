"""The calendar that a person subscribes to."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.http import conditional_page, require_safe

from iatp_events.lib.doors import by_link
from registrations import links
from registrations.models import Attendee
from workshops import ical
from workshops.choices import SessionState

REFRESH = timedelta(hours=6)


@by_link(links.CALENDAR)
@require_safe
@conditional_page
def calendar(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Everything a person holds a place for, what was cancelled as cancelled; it keeps itself up to date."""
    attendee = get_object_or_404(Attendee, pk=pk)
    held = attendee.registrations.holding().select_related("session__series").order_by("session__starts_at")
    with translation.override(attendee.language):
        events = [
            ical.event(entry.session, url=links.join(entry), sequence=entry.calendar_sequence)
            for entry in held
            if entry.session.state != SessionState.DRAFT
        ]
        content = ical.calendar(events, method=ical.PUBLISH, name=attendee.full_name, refresh=REFRESH)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")
