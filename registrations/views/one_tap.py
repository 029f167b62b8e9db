"""One session, one button: how a person we know registers from a mail."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import by_link
from registrations import links
from registrations.forms import caps as words
from registrations.models import Attendee, Registration
from registrations.services import caps, places
from registrations.views import personal
from workshops import standing
from workshops.choices import PlaceMode
from workshops.models import Session


@csrf_exempt
@by_link(links.ONE_TAP)
@require_http_methods(["GET", "HEAD", "POST"])
@personal.opens_anew
def one_tap(request: HttpRequest, token: str, attendee_pk: int, session_pk: int) -> HttpResponse:
    attendee = get_object_or_404(Attendee.objects.led_to_by(attendee_pk))
    published = Session.objects.published().select_related("series").with_places()
    session = get_object_or_404(published, pk=session_pk)
    if request.method != "POST":
        return _page(request, attendee, session)
    wish = request.POST.get("mode", "")
    try:
        registration = places.register_known(
            attendee=attendee, session=session, mode=wish if wish in PlaceMode.values else "", now=clock.now()
        )
    except (places.RegistrationClosed, places.Removed):
        return _page(request, attendee, session, status=409)
    except caps.CapReached as refusal:
        return _page(request, attendee, session, status=409, refusal=refusal)
    if not registration.link_stands:
        return redirect("links:one_tap", token)
    return redirect("links:registration", links.token(registration))


def _page(
    request: HttpRequest,
    attendee: Attendee,
    session: Session,
    *,
    status: int = 200,
    refusal: caps.CapReached | None = None,
) -> HttpResponse:
    now, zone = clock.now(), personal.known_zone(attendee.timezone, session)
    registration = Registration.objects.filter(attendee=attendee, session=session).first()
    context: dict[str, Any] = {
        "attendee": attendee,
        "registration": registration,
        # This link has no version: where one was taken out of use, the mail alone leads to the new one.
        "manage": links.token(registration) if registration and registration.link_stands else "",
        "session": session,
        "series": session.series,
        "standing": standing.of(session, now=now),
        "wish": _wish(registration),
        "panel_size": session.panellists.values("speaker").distinct().count(),
        "reader_zone": zone,
        "now": now,
    }
    with personal.in_words_of(request, attendee.language, zone):
        if personal.is_forgotten(session, now):
            return personal.link_over(request, session.series)
        context["capped"] = words.sentences(refusal) if refusal else []
        return render(request, "registrations/one_tap.html", context, status=status)


def _wish(registration: Registration | None) -> str:
    """How the person took part the last time, else online."""
    return registration.mode if registration else PlaceMode.ONLINE
