"""Pages behind the links of mails: GET shows, one button acts.

The signed token is the authority here; no cookie is, so there is nothing a forged request could borrow
and no page of these needs a CSRF token that might expire.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from iatp_events.lib import clock, languages
from iatp_events.lib.doors import by_link
from registrations import links
from registrations.models import Attendee, Registration
from registrations.services import places
from workshops import ical, when
from workshops.choices import PlaceMode, SessionState

LINK_OUTLIVES_SESSION = timedelta(days=30)
DOOR_OPENS_BEFORE = timedelta(minutes=30)
FEED_REFRESH = timedelta(hours=6)
MEETINGS = {"form-action": [f"https://{host}" for name in settings.MEETING_HOSTS for host in (name, f"*.{name}")]}


@dataclass(frozen=True, slots=True)
class Place:
    """One registration as its page shows it."""

    registration: Registration
    token: str
    door_opens_at: datetime | None
    door_is_open: bool
    is_over: bool
    link_is_over: bool

    @property
    def door_opens_on(self) -> str:
        """The day, in the zone that is active while the page is rendered."""
        return when.long_date(timezone.localtime(self.door_opens_at).date()) if self.door_opens_at else ""

    @property
    def join_token(self) -> str:
        return links.join_token(self.registration)

    @property
    def is_enrolled(self) -> bool:
        """A standing enrolment will register this person for the sessions that open later."""
        return self.registration.attendee.enrolments.filter(
            series=self.registration.session.series_id, left_at__isnull=True
        ).exists()

    @property
    def place_in_line(self) -> int | None:
        return self.registration.place_in_line() if self.registration.is_waiting else None


@csrf_exempt
@by_link(links.REGISTRATION)
@require_safe
def registration(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    return _page(request, "registrations/registration.html", _place(token, pk, version))


@csrf_exempt
@by_link(links.REGISTRATION)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    place = _place(token, pk, version)
    if request.method != "POST" or place.link_is_over:
        return _page(request, "registrations/cancel.html", place)
    now, registered = clock.now(), place.registration
    if "leave" in request.POST:
        places.leave_series(attendee=registered.attendee, series=registered.session.series, now=now)
    try:
        places.cancel(registration=registered, now=now)
    except places.SessionOver:
        return _page(request, "registrations/registration.html", place, status=409)
    return redirect("links:registration", token)


@csrf_exempt
@csp_update(MEETINGS)  # a form that ends in a redirect to the meeting is refused without this
@by_link(links.JOIN)
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    place = _place(token, pk, version)
    if request.method != "POST":
        return _page(request, "registrations/join.html", place)
    if not place.door_is_open:
        return _page(request, "registrations/join.html", place, status=409)
    return HttpResponseRedirect(place.registration.session.meeting_link)


@csrf_exempt
@by_link(links.STOP)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Stop reminders by one POST, as RFC 8058 wants it, or take them again."""
    attendee = get_object_or_404(Attendee, pk=pk)
    if request.method == "POST" and "again" in request.POST:
        attendee.take_reminders()
    elif request.method == "POST":
        attendee.stop_reminders(at=clock.now())
    with translation.override(_language(request, attendee)):
        return render(request, "registrations/stop.html", {"attendee": attendee, "token": token})


@by_link(links.CALENDAR)
@require_safe
def calendar(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """The calendar of everything a person holds a place for; it keeps itself up to date."""
    attendee = get_object_or_404(Attendee, pk=pk)
    held = attendee.registrations.holding().select_related("session__series").order_by("session__starts_at")
    with translation.override(attendee.language):
        events = [
            ical.event(entry.session, url=links.join(entry), sequence=entry.calendar_sequence)
            for entry in held
            if entry.session.state != SessionState.DRAFT
        ]
        content = ical.calendar(events, method=ical.PUBLISH, name=attendee.full_name, refresh=FEED_REFRESH)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _place(token: str, pk: int, version: int) -> Place:
    """Load what a link opens. Raises Http404 for a link that was revoked."""
    related = Registration.objects.select_related("session__series", "attendee")
    found = related.filter(pk=pk, link_version=version).first()
    if found is None:
        raise Http404
    now, session = clock.now(), found.session
    opens = session.starts_at - DOOR_OPENS_BEFORE if session.starts_at else None
    is_over = session.ends_at is not None and now >= session.ends_at
    forgotten = session.ends_at is not None and now > session.ends_at + LINK_OUTLIVES_SESSION
    is_open = opens is not None and now >= opens and not is_over and not session.is_cancelled
    enters = found.holds_place and bool(session.meeting_link) and PlaceMode.ONLINE in (session.mode, found.mode)
    return Place(found, token, opens, door_is_open=is_open and enters, is_over=is_over, link_is_over=forgotten)


def _page(request: HttpRequest, template: str, place: Place, *, status: int = 200) -> HttpResponse:
    """Show a page in the person's language and hour; `?lang=` overrides the language."""
    attendee, session = place.registration.attendee, place.registration.session
    with (
        translation.override(_language(request, attendee)),
        timezone.override(ZoneInfo(attendee.timezone)),
    ):
        context = {
            "place": place,
            "registration": place.registration,
            "attendee": attendee,
            "session": session,
            "series": session.series,
            "reader_zone": attendee.timezone,
        }
        if place.link_is_over:
            return render(request, "registrations/link_over.html", {"series": session.series}, status=410)
        return render(request, template, context, status=status)


def _language(request: HttpRequest, attendee: Attendee) -> str:
    wanted = request.GET.get("lang", "")
    return wanted if wanted in languages.CODES else attendee.language
