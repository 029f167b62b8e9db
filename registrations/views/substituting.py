"""Pass a place to a colleague: a page with a link to send, and the form that the link opens."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from iatp_events.lib import clock, ratelimit
from iatp_events.lib.doors import by_link
from registrations import links
from registrations.forms.caps import sentences
from registrations.forms.substitute import SubstituteForm
from registrations.models import Registration
from registrations.services import caps, substitutes
from registrations.views import personal


@csrf_exempt
@by_link(links.REGISTRATION)
@require_safe
def pass_on(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    """To who holds the place: the link to send, and what it does."""
    place = personal.place(token, pk, version)
    held = place.registration
    possible = substitutes.can_pass_on(held, place.now)
    link = links.substitute(held) if possible else ""
    with personal.in_words_of(request, held.attendee.language, personal.known_zone(held.attendee.timezone)):
        words = gettext("I pass you my place in the session: %(link)s") % {"link": link}
        whatsapp = f"https://wa.me/?{urlencode({'text': words})}"
    more = {"link": link, "whatsapp": whatsapp}
    return personal.page(request, "registrations/pass_on.html", place, status=200 if possible else 409, **more)


@csrf_exempt
@by_link(links.SUBSTITUTE)
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, token: str, pk: int, version: int, round: int) -> HttpResponse:
    """To the colleague: the form. The answer is the same whoever they are."""
    giver = _giver(pk, version)
    # The form offers its page's language for the mails, and says in it what is wrong.
    with personal.in_words_of(request, giver.attendee.language, personal.known_zone(giver.session.timezone)):
        return _take_over(request, giver, round)


def _take_over(request: HttpRequest, giver: Registration, round: int) -> HttpResponse:
    now = clock.now()
    if giver.round != round or not substitutes.can_pass_on(giver, now):
        return _page(request, giver, None, status=410)
    form = SubstituteForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, giver, form, status=200)
    if not form.is_valid():
        return _page(request, giver, form, status=422)
    if not _is_within_limits(request, form):
        form.add_error(None, gettext("Many forms arrived from your network just now. Send yours again in a minute."))
        return _page(request, giver, form, status=429)
    try:
        substitutes.take_over(registration=giver, round=round, now=now, **form.person())
    except substitutes.NothingToPassOn:
        return _page(request, giver, None, status=410)
    except caps.CapReached as refusal:
        for sentence in sentences(refusal):
            form.add_error(None, sentence)
        return _page(request, giver, form, status=422)
    return redirect("registrations:registered", series_slug=giver.session.series.slug)


def _giver(pk: int, version: int) -> Registration:
    related = Registration.objects.select_related("session__series", "attendee")
    found = related.filter(pk=pk, link_version=version).first()
    if found is None or found.attendee.is_erased:
        raise Http404
    return found


def _page(request: HttpRequest, giver: Registration, form: SubstituteForm | None, *, status: int) -> HttpResponse:
    session = giver.session
    context: dict[str, Any] = {
        "giver": giver,
        "session": session,
        "series": session.series,
        "form": form,
        "reader_zone": session.timezone,
    }
    return render(request, "registrations/take_over.html", context, status=status)


def _is_within_limits(request: HttpRequest, form: SubstituteForm) -> bool:
    address, said = form.cleaned_data["email"].casefold(), repr(sorted(form.cleaned_data.items()))
    return ratelimit.allows("registrations_per_address", ratelimit.client_address(request)) and ratelimit.allows(
        "registrations_per_email", address, said
    )
