"""Register for sessions of a series, and what happens next."""

import secrets
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from iatp_events.lib import answers, clock, ratelimit
from iatp_events.lib.answers import Answer, Answers, kept
from iatp_events.lib.doors import public
from iatp_events.lib.prepared import PreparedModels
from registrations.forms import caps as words
from registrations.forms.register import RegisterForm
from registrations.services import caps, initiatives, places
from workshops.choices import SessionState
from workshops.models import Series, Session

_TEMPLATE = "registrations/register.html"
# Where a kept page has the token of whoever asks for it; nobody can write this into a text of ours.
_TOKEN = secrets.token_hex(32)
_EMPTY_FORMS = Answers(most_bytes=2_000_000)
_SERIES = PreparedModels(lambda slug: Series.objects.published().filter(slug=slug), str)
_OPEN = PreparedModels(
    lambda series: Session.objects.filter(series=series, state=SessionState.OPEN).without_texts().order_by("number"),
    int,
)


@public
@never_cache
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, series_slug: str) -> HttpResponse:
    if request.method != "POST":
        return _empty_form(request, series_slug)
    form = _form(request, series_slug)
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
@kept
@require_safe
@gzip_page
@cache_control(public=True, max_age=1, stale_while_revalidate=1, stale_if_error=300)
@conditional_page
def registered(request: HttpRequest, series_slug: str) -> HttpResponse:
    """Say what happens next, in the same bytes to everyone."""
    series = get_object_or_404(Series.objects.published(), slug=series_slug)
    sessions = series.sessions.published().taking_registrations(clock.now()).order_by("starts_at")
    for session in sessions:
        session.series = series
    return render(request, "registrations/registered.html", {"series": series, "sessions": sessions})


def _empty_form(request: HttpRequest, series_slug: str) -> HttpResponse:
    """The page as everyone gets it; only the token against forged requests is somebody's own."""
    asked = [request.GET.get(name) for name in ("session", "tz")]
    key = (get_language(), request.path, *asked, "whole_series" in request.GET)
    seconds = 0.0 if settings.DEBUG else settings.PAGES_KEPT.total_seconds()
    page = _EMPTY_FORMS.get(key, seconds)
    if page is None:
        began = answers.now()
        context = _context(_form(request, series_slug)) | {"csrf_token": _TOKEN}
        page = Answer(render_to_string(_TEMPLATE, context, request).encode(), {}, began)
        _EMPTY_FORMS.put(key, page)
    return HttpResponse(page.body.replace(_TOKEN.encode(), get_token(request).encode()))


def _form(request: HttpRequest, series_slug: str) -> RegisterForm:
    series = _SERIES.first(series_slug)
    if series is None:
        raise Http404
    chosen = request.GET.get("session", "")
    return RegisterForm(
        request.POST if request.method == "POST" else None,
        series=series,
        sessions=_sessions(request, series),
        now=clock.now(),
        chosen=int(chosen) if _is_number(chosen) else None,
        whole_series="whole_series" in request.GET,
    )


def _sessions(request: HttpRequest, series: Series) -> list[Session]:
    """What can be chosen, and what was chosen though it cannot be: of that the form says why."""
    sessions = _OPEN.rows(series.pk)
    named = {int(number) for number in request.POST.getlist("sessions") if _is_number(number)}
    if shut := named.difference(session.number for session in sessions):
        others = series.sessions.published().exclude(state=SessionState.OPEN).filter(number__in=shut)
        sessions = sorted([*sessions, *others.without_texts()], key=lambda session: session.number)
    for session in sessions:
        session.series = series
    return sessions


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


def _page(request: HttpRequest, form: RegisterForm, *, status: int) -> HttpResponse:
    return render(request, _TEMPLATE, _context(form), status=status)


def _context(form: RegisterForm) -> dict[str, Any]:
    return {"series": form.series, "form": form, "initiatives": initiatives.suggestions()}


def _is_within_limits(request: HttpRequest, form: RegisterForm) -> bool:
    address, said = form.cleaned_data["email"].casefold(), repr(sorted(form.cleaned_data.items()))
    return ratelimit.allows("registrations_per_address", ratelimit.client_address(request)) and ratelimit.allows(
        "registrations_per_email", address, said
    )


register.when_stale = stale  # type: ignore[attr-defined]
