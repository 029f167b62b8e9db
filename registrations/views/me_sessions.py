"""My sessions: what a person attended, is registered for and could still join, and the buttons that change it.

What a button acts on stands in the form's body, so that the answer to somebody else's number is, byte for byte,
the answer to nonsense.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Never
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from iatp_events.lib import clock
from registrations import links
from registrations.doors import signed_in
from registrations.forms import caps as words
from registrations.models import Attendee, Registration
from registrations.services import appeals, arrivals, caps, my_sessions, offers, people, places
from registrations.views import personal
from workshops.choices import PlaceMode
from workshops.models import Series, Session

Act = Callable[[HttpRequest, Attendee], str]
# What a page says after a press; anything else in the address says nothing.
SAID = (
    *("registered", "waiting", "cancelled", "taken", "enrolled", "left", "calendar", "already"),
    *("was_there", "room_code", "recording"),
)
REFUSED = (
    places.RegistrationClosed,
    places.Removed,
    places.SessionOver,
    offers.OfferOver,
    appeals.NothingToAppeal,
    arrivals.NothingToSee,
)


@signed_in
@gzip_page
@require_safe
def sessions(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    said = request.GET.get("said", "")
    return page(request, attendee, said=said if said in SAID else "")


def page(
    request: HttpRequest, attendee: Attendee, *, said: str = "", capped: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    now, zone = clock.now(), personal.known_zone(attendee.timezone)
    calendar = links.calendar(attendee)
    found = my_sessions.of(attendee, now=now, zone=zone)
    context = {
        "attendee": attendee,
        "groups": found,
        "next": my_sessions.next_of(found),
        "series": found[0].series if len(found) == 1 else None,
        "calendar": calendar,
        "webcal": f"webcal:{calendar.partition(':')[2]}",
        "reader_zone": zone,
        "now": now,
        "said": said,
        "capped": capped,
        "here": "sessions",
    }
    with timezone.override(ZoneInfo(zone)):
        return render(request, "registrations/me/sessions.html", context, status=status)


def button(act: Act) -> Callable[..., HttpResponse]:
    """A view that one button presses: it acts, and leads back to the page, which says what came of it."""

    @signed_in
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(act)
    def press(request: HttpRequest, attendee: Attendee) -> HttpResponse:
        if request.method != "POST":
            return redirect("registrations:me")
        try:
            said = act(request, attendee)
        except people.Gone:
            return redirect("registrations:me")
        except people.MustAgree as refusal:
            return personal.to_agree(refusal)
        except caps.CapReached as refusal:
            return page(request, attendee, capped=words.sentences(refusal), status=409)
        except REFUSED:
            return page(request, attendee, said="refused", status=409)
        return redirect(f"{reverse('registrations:me')}?said={said}")

    return press


@button
def register(request: HttpRequest, attendee: Attendee) -> str:
    wish = request.POST.get("mode", "")
    mode = wish if wish in PlaceMode.values else ""
    made = places.register_known(attendee=attendee, session=_session(request), mode=mode, now=clock.now())
    return "waiting" if made.is_waiting else "registered"


@button
def cancel(request: HttpRequest, attendee: Attendee) -> str:
    """Opt out of one session, leave its waiting list, or decline the place that is kept."""
    return "cancelled" if places.cancel(registration=_mine(request, attendee), now=clock.now()) else "already"


@button
def take(request: HttpRequest, attendee: Attendee) -> str:
    offers.take(registration=_mine(request, attendee), now=clock.now())
    return "taken"


@button
def was_there(request: HttpRequest, attendee: Attendee) -> str:
    appeals.say(registration=_mine(request, attendee), words=request.POST.get("words", ""), now=clock.now())
    return "was_there"


@button
def saw_recording(request: HttpRequest, attendee: Attendee) -> str:
    arrivals.saw_recording(registration=_mine(request, attendee), now=clock.now())
    return "recording"


@button
def enrol(request: HttpRequest, attendee: Attendee) -> str:
    places.enrol(attendee=attendee, series=_series(request), now=clock.now())
    return "enrolled"


@button
def leave(request: HttpRequest, attendee: Attendee) -> str:
    places.leave_series(attendee=attendee, series=_series(request), now=clock.now())
    return "left"


@button
def renew_calendar(request: HttpRequest, attendee: Attendee) -> str:
    people.renew_calendar(attendee=attendee)
    return "calendar"


def _mine(request: HttpRequest, attendee: Attendee) -> Registration:
    found = my_sessions.registration_of(attendee, _number(request, "registration"))
    return found or _nothing()


def _session(request: HttpRequest) -> Session:
    return my_sessions.session_for(_number(request, "session")) or _nothing()


def _series(request: HttpRequest) -> Series:
    return my_sessions.series_for(_number(request, "series")) or _nothing()


def _nothing() -> Never:
    raise Http404


def _number(request: HttpRequest, field: str) -> int:
    """A key out of a form; 0, which is nobody's, for what is none."""
    typed = request.POST.get(field, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0
