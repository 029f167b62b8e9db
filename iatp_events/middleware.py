"""What holds for every request and every response."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import Resolver404, resolve

from iatp_events.lib.addresses import FOLIO_PATHS, TOKEN_PATHS
from iatp_events.lib.doors import SHOWN

LINK_PATHS = tuple(f"/{first}/" for first in (*TOKEN_PATHS, *FOLIO_PATHS))
# After the language: pages of whoever is signed in, and those that a folio opens.
PERSONAL_PATHS = ("/me/", "/sign-in/", "/verify/", *(f"/{first}/" for first in FOLIO_PATHS))
# A speaker's photo of 5 MB with the form around it.
LARGEST_BODY = 8_000_000
Handler = Callable[[HttpRequest], HttpResponse]


def refuse_what_no_database_stores(get_response: Handler) -> Handler:
    """Answer 400 to a NUL in the address: PostgreSQL would answer it with an error of its own."""

    def respond(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest(content_type="text/plain")
        return get_response(request)

    return respond


def refuse_what_is_too_large(get_response: Handler) -> Handler:
    """Answer 413 by the length a request announces, before a byte of it is read or spooled to disk."""

    def respond(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY:
            return HttpResponse(status=413, content_type="text/plain")
        return get_response(request)

    return respond


def keep_personal_pages_private(get_response: Handler) -> Handler:
    """Personal pages are stored nowhere and indexed nowhere, errors included; one with a token is named nowhere.

    Pages without a token keep the policy of the house (same-origin): under no-referrer a browser sends the forms
    of a page with `Origin: null`, which no check against forged requests can tell from a stranger's.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        by_link = request.path_info.startswith(LINK_PATHS)
        if by_link:
            response["Referrer-Policy"] = "no-referrer"
        if by_link or request.path_info[3:].startswith(PERSONAL_PATHS):
            response["Cache-Control"] = "private, no-store"
            response["X-Robots-Tag"] = "noindex"
        return response

    return respond


def let_a_pass_in(get_response: Handler) -> Handler:
    """Where a view has a shortcut, whoever shows a pass is answered by it, if it answers (`iatp_events.lib.doors`)."""

    def respond(request: HttpRequest) -> HttpResponse:
        answer = _answer_at_once(request) if SHOWN in request.META else None
        return get_response(request) if answer is None else answer

    return respond


def _answer_at_once(request: HttpRequest) -> HttpResponse | None:
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return None
    # Who counts requests names them by it.
    request.resolver_match = found
    view = getattr(found.func, "shortcut", None)
    answer: HttpResponse | None = view(request, *found.args, **found.kwargs) if view else None
    return answer
