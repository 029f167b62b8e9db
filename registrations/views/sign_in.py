"""Sign in by mail: ask for a link, open it or type its code, and sign out again. Looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock, ratelimit
from iatp_events.lib.doors import by_link, public
from registrations import links, sign_in_cookie
from registrations.doors import own_page, signed_in
from registrations.forms.sign_in import AskForm, CodeForm
from registrations.models import Attendee, SignIn
from registrations.models.attendees import normalise
from registrations.services import sign_in
from registrations.services.sign_in import Standing
from registrations.views import personal

# Longer than a mail may take and its link may open.
COOKIE_LASTS = 3600
LONGEST_PATH = 200


@public
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """One address; the answer is the same whether anybody has it or not."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _ask_page(request, form)
    if not form.is_valid():
        return _ask_page(request, form, status=422)
    email = form.cleaned_data["email"]
    if not _is_within_limits(request, email):
        form.add_error(None, _too_many())
        return _ask_page(request, form, status=429)
    browser = sign_in.new_browser()
    sign_in.ask(email=email, browser=browser, leads_to=_wanted(request), now=clock.now())
    response = redirect("registrations:sign_in_code")
    _set_asked(response, browser, COOKIE_LASTS)
    return response


@public
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Type the code of the mail, in the browser in which one asked."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _code_page(request, form)
    if not form.is_valid():
        return _code_page(request, form, status=422)
    if not ratelimit.allows("sign_ins_per_address", ratelimit.client_address(request)):
        form.add_error(None, _too_many())
        return _code_page(request, form, status=429)
    try:
        attendee, asked = sign_in.by_code(code=form.cleaned_data["code"], browser=_browser(request), now=clock.now())
    except sign_in.WrongCode:
        said = gettext(
            "This code opens nothing. Take the one of the newest mail: it works once, for ten minutes, "
            "and ends after five wrong ones. If in doubt, ask for a new mail."
        )
        form.add_error("code", said)
        return _code_page(request, form, status=422)
    return _enter(attendee, asked)


@csrf_exempt
@by_link(links.SIGN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def use(request: HttpRequest, token: str, pk: int, nonce: int) -> HttpResponse:
    """One button, in the browser in which one asked; anywhere else the page says what to do.

    No CSRF token: without the cookie of that browser a press does nothing, whoever makes it.
    """
    asked, now = sign_in.find(pk, nonce), clock.now()
    if asked is None or asked.address is None:
        raise Http404
    attendee, browser = asked.address.attendee, _browser(request)
    with personal.in_words_of(request, attendee.language, personal.known_zone(attendee.timezone)):
        standing = sign_in.standing(asked=asked, browser=browser, now=now)
        if request.method == "POST":
            try:
                return _enter(sign_in.by_link(asked=asked, browser=browser, now=now), asked)
            except sign_in.Refused as refused:
                standing = refused.standing
        return _link_page(request, standing)


@signed_in
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    if request.method != "POST":
        return render(request, "registrations/sign_in/sign_out.html")
    if "everywhere" in request.POST:
        attendee.sign_out_everywhere()
    response = redirect("workshops:home")
    sign_in_cookie.forget(response)
    return response


@gzip_page
def stale_ask(request: HttpRequest) -> HttpResponse:
    return _stale(request, AskForm(request.POST), _ask_page)


@gzip_page
def stale_code(request: HttpRequest) -> HttpResponse:
    return _stale(request, CodeForm(request.POST), _code_page)


def _ask_page(request: HttpRequest, form: AskForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": _wanted(request)}
    return render(request, "registrations/sign_in/ask.html", context, status=status)


def _code_page(request: HttpRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "registrations/sign_in/code.html", {"form": form}, status=status)


def _link_page(request: HttpRequest, standing: Standing) -> HttpResponse:
    status = 200 if standing == Standing.OPEN else 410
    if standing == Standing.ELSEWHERE:
        # To look at it here is no mistake, to press is.
        status = 403 if request.method == "POST" else 200
    return render(request, "registrations/sign_in/use.html", {"standing": standing.value}, status=status)


def _stale(request: HttpRequest, form: Form, page: Callable[..., HttpResponse]) -> HttpResponse:
    """Answer a form whose token had expired: what was typed stays, and the page carries a fresh token."""
    form.is_valid()
    form.add_error(None, gettext("The page was open for a long time. Nothing is lost: please send the form again."))
    return page(request, form, status=403)


def _enter(attendee: Attendee, asked: SignIn) -> HttpResponse:
    response = redirect(asked.leads_to or reverse("registrations:me"))
    sign_in_cookie.remember(response, attendee)
    _set_asked(response, "", 0)
    return response


def _wanted(request: HttpRequest) -> str:
    """The page of one's own that one was on the way to; "" for none."""
    path = own_page(request.POST.get("next", "") or request.GET.get("next", ""))
    return path if len(path) <= LONGEST_PATH else ""


def _browser(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.ASKED_COOKIE_NAME, "")


def _set_asked(response: HttpResponseBase, browser: str, seconds: int) -> None:
    response.set_cookie(
        settings.ASKED_COOKIE_NAME, browser, max_age=seconds, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def _is_within_limits(request: HttpRequest, email: str) -> bool:
    return ratelimit.allows("sign_ins_per_address", ratelimit.client_address(request)) and ratelimit.allows(
        "sign_ins_per_email", normalise(email)
    )


def _too_many() -> str:
    return gettext("Many forms arrived from your network just now. Send yours again in a minute.")


ask.when_stale = stale_ask  # type: ignore[attr-defined]
code.when_stale = stale_code  # type: ignore[attr-defined]
