"""The code of the room: shown by staff on a page that everybody sees, typed by who is there on a page of their own.

Its QR leads to that page; only the press there writes something.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from iatp_events.lib import clock, ratelimit
from iatp_events.lib.addresses import absolute
from iatp_events.lib.doors import by_link, staff
from registrations import links, room_codes
from registrations.doors import signed_in
from registrations.models import Attendee, Registration
from registrations.services import arrivals, my_sessions
from registrations.views import personal
from workshops import when
from workshops.models import Session

PERMISSION = "registrations.check_in"
WRONG, TOO_MANY, NONE = "wrong", "too_many", "none"
_STATUS = {WRONG: 422, TOO_MANY: 429, NONE: 409}


@staff(PERMISSION)
@gzip_page
@require_safe
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """For the wall or the shared screen; asks for itself anew when the code changes."""
    session = get_object_or_404(Session.objects.without_texts().select_related("series"), pk=pk)
    now, series = clock.now(), session.series
    code = room_codes.current(session, now) if room_codes.is_shown(session, now) else ""
    context = {
        "session": session,
        "series": series,
        "code": f"{code[:3]} {code[3:]}" if code else "",
        "is_early": room_codes.is_early(session, now),
        "seconds": room_codes.seconds_left(now),
        "address": absolute("registrations:me_room_code", language=series.languages[0]),
        "when": when.of(session),
    }
    with timezone.override(ZoneInfo(personal.known_zone(session.timezone, session))):
        return render(request, "staff/room_code.html", context)


@signed_in
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """Every session in which this person could be at the moment."""
    if request.method != "POST":
        return _page(request, attendee)
    typed = request.POST.get("registration", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0
    registration = my_sessions.registration_of(attendee, number)
    if registration is None:
        raise Http404
    if refused := _type(request, registration):
        return _page(request, attendee, about=registration, refused=refused)
    return redirect(f"{reverse('registrations:me')}?said=room_code")


@csrf_exempt
@by_link(links.REGISTRATION)
@require_http_methods(["GET", "HEAD", "POST"])
@personal.opens_anew
def by_own_link(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    """The same on the page of the registration."""
    place = personal.place(token, pk, version)
    if request.method != "POST" or place.link_is_over:
        return personal.page(request, "registrations/registration.html", place)
    refused = _type(request, place.registration)
    if not refused:
        return redirect("links:registration", token)
    said = {"room_refused": refused, "typed": request.POST.get("code", "")[:40]}
    return personal.page(request, "registrations/registration.html", place, status=_STATUS[refused], **said)


def _type(request: HttpRequest, registration: Registration) -> str:
    """Returns why not; empty when it is written down."""
    if not _may_try(request, registration):
        return TOO_MANY
    try:
        arrivals.type_code(registration=registration, typed=request.POST.get("code", ""), now=clock.now())
    except arrivals.WrongCode:
        return WRONG
    except arrivals.NoCode:
        return NONE
    return ""


def _may_try(request: HttpRequest, registration: Registration) -> bool:
    return ratelimit.allows("room_codes_per_address", ratelimit.client_address(request)) and ratelimit.allows(
        "room_codes_per_registration", str(registration.pk)
    )


def _page(
    request: HttpRequest, attendee: Attendee, *, about: Registration | None = None, refused: str = ""
) -> HttpResponse:
    zone = personal.known_zone(attendee.timezone)
    context: dict[str, Any] = {
        "attendee": attendee,
        "rooms": arrivals.in_rooms(attendee=attendee, now=clock.now()),
        "about": about.pk if about else None,
        "room_refused": refused,
        "typed": request.POST.get("code", "")[:40],
    }
    with timezone.override(ZoneInfo(zone)):
        status = _STATUS.get(refused, 200)
        return render(request, "registrations/me/room_code.html", context, status=status)
