"""One registration by its link: see it, give the place up, take it back. GET shows, one button acts.

The signed token is the authority here; no cookie is, so there is nothing a forged request could borrow
and no page of these needs a CSRF token that might expire.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from iatp_events.lib.doors import by_link
from registrations import links
from registrations.forms import caps as words
from registrations.services import caps, offers, places
from registrations.views import personal


@csrf_exempt
@by_link(links.REGISTRATION)
@require_safe
def registration(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    return personal.page(request, "registrations/registration.html", personal.place(token, pk, version))


@csrf_exempt
@by_link(links.REGISTRATION)
@require_http_methods(["GET", "HEAD", "POST"])
@personal.opens_anew
def cancel(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    place = personal.place(token, pk, version)
    if request.method != "POST" or place.link_is_over:
        return personal.page(request, "registrations/cancel.html", place)
    now, registered = place.now, place.registration
    if "leave" in request.POST:
        places.leave_series(attendee=registered.attendee, series=registered.session.series, now=now)
    try:
        places.cancel(registration=registered, now=now)
    except places.SessionOver:
        return personal.page(request, "registrations/registration.html", place, status=409)
    return redirect("links:registration", token)


@csrf_exempt
@by_link(links.REGISTRATION)
@require_http_methods(["GET", "HEAD", "POST"])
@personal.opens_anew
def take(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    """Take the place that is kept, or free to all; the page of the registration holds the button."""
    place = personal.place(token, pk, version)
    if request.method != "POST":
        return personal.page(request, "registrations/registration.html", place)
    try:
        offers.take(registration=place.registration, now=place.now)
    except offers.OfferOver:
        return personal.page(request, "registrations/registration.html", place, status=409, too_late=True)
    return redirect("links:registration", token)


@csrf_exempt
@by_link(links.REGISTRATION)
@require_http_methods(["GET", "HEAD", "POST"])
@personal.opens_anew
def undo(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    """Take a cancellation back while its place is free; the page of the registration holds the button."""
    place = personal.place(token, pk, version)
    if request.method != "POST":
        return personal.page(request, "registrations/registration.html", place)
    try:
        places.undo_cancellation(registration=place.registration, now=place.now)
    except (places.TooLateToUndo, places.PlaceGone, places.RegistrationClosed):
        return personal.page(request, "registrations/registration.html", place, status=409, refused=True)
    except caps.CapReached as refusal:
        return _capped(request, place, refusal)
    return redirect("links:registration", token)


@csrf_exempt
@by_link(links.REGISTRATION)
@require_http_methods(["GET", "HEAD", "POST"])
@personal.opens_anew
def again(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    """Come back after a cancellation: to a place, or to the end of the waiting list."""
    place = personal.place(token, pk, version)
    if request.method != "POST":
        return personal.page(request, "registrations/registration.html", place)
    held = place.registration
    try:
        places.register_known(attendee=held.attendee, session=held.session, now=place.now)
    except (places.RegistrationClosed, places.Removed):
        return personal.page(request, "registrations/registration.html", place, status=409)
    except caps.CapReached as refusal:
        return _capped(request, place, refusal)
    return redirect("links:registration", token)


def _capped(request: HttpRequest, place: personal.Place, refusal: caps.CapReached) -> HttpResponse:
    with personal.in_words_of(request, place.registration.attendee.language, "UTC"):
        capped = words.sentences(refusal)
    return personal.page(request, "registrations/registration.html", place, status=409, capped=capped)
