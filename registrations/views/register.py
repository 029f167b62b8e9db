"""Register for sessions of a series, and what happens next."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from iatp_events.lib import clock, ratelimit
from iatp_events.lib.doors import public
from registrations.forms import caps as words
from registrations.forms.register import RegisterForm
from registrations.services import caps, initiatives, places
from workshops.choices import SessionState
from workshops.models import Series


@public
@never_cache
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, series_slug: str) -> HttpResponse:
    form = _form(request, series_slug)
    if request.method != "POST":
        return _page(request, form, status=200)
    if not form.is_valid():
        return _page(request, form, status=422)
    if not _is_within_limits(request, form):
        form.add_error(None, gettext("Many forms arrived from your network just now. Send yours again in a minute."))
        return _page(request, form, status=429)
    try:
        places.register(now=form.now, **form.registration())
    except places.RegistrationClosed:
        form.add_error("sessions", gettext("Registration closed a moment ago. Look at what is still open."))
        return _page(request, form, status=422)
    except caps.CapReached as refusal:
        for sentence in words.sentences(refusal):
            form.add_error("sessions", sentence)
        return _page(request, form, status=422)
    # A first and a second registration get the same answer, so the page never tells who is coming.
    return redirect("registrations:registered", series_slug=series_slug)


@never_cache
@gzip_page
def stale(request: HttpRequest, series_slug: str) -> HttpResponse:
    """Answer a form whose token had expired: what was typed stays, and the page carries a fresh token."""
    form = _form(request, series_slug)
    form.is_valid()
    form.add_error(None, gettext("The page was open for a long time. Nothing is lost: please send the form again."))
    return _page(request, form, status=403)


@public
@gzip_page
@require_safe
def registered(request: HttpRequest, series_slug: str) -> HttpResponse:
    """Say what happens next, in the same bytes to everyone."""
    series = get_object_or_404(Series.objects.published(), slug=series_slug)
    sessions = series.sessions.published().taking_registrations(clock.now()).order_by("starts_at")
    for session in sessions:
        session.series = series
    return render(request, "registrations/registered.html", {"series": series, "sessions": sessions})


def _form(request: HttpRequest, series_slug: str) -> RegisterForm:
    series = get_object_or_404(Series.objects.published(), slug=series_slug)
    # What can be chosen, and what was chosen though it cannot be: of that the form says why.
    named = [int(number) for number in request.POST.getlist("sessions") if _is_number(number)]
    choosable = Q(state=SessionState.OPEN) | Q(number__in=named)
    sessions = list(series.sessions.published().filter(choosable).without_texts().order_by("number"))
    for session in sessions:
        session.series = series
    chosen = request.GET.get("session", "")
    return RegisterForm(
        request.POST if request.method == "POST" else None,
        series=series,
        sessions=sessions,
        now=clock.now(),
        chosen=int(chosen) if _is_number(chosen) else None,
        whole_series="whole_series" in request.GET,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


def _page(request: HttpRequest, form: RegisterForm, *, status: int) -> HttpResponse:
    context = {"series": form.series, "form": form, "initiatives": initiatives.suggestions()}
    return render(request, "registrations/register.html", context, status=status)


def _is_within_limits(request: HttpRequest, form: RegisterForm) -> bool:
    address, said = form.cleaned_data["email"].casefold(), repr(sorted(form.cleaned_data.items()))
    return ratelimit.allows("registrations_per_address", ratelimit.client_address(request)) and ratelimit.allows(
        "registrations_per_email", address, said
    )


register.when_stale = stale  # type: ignore[attr-defined]
