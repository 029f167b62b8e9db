"""What holds for every request and every response."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

PRIVATE_PATHS = ("/n/", "/p/", "/r/", "/s/", "/u/", "/calendar/")
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


def keep_links_private(get_response: Handler) -> Handler:
    """Pages with a token in the path are named nowhere, stored nowhere and indexed nowhere, errors included."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(PRIVATE_PATHS):
            response["Referrer-Policy"] = "no-referrer"
            response["Cache-Control"] = "private, no-store"
            response["X-Robots-Tag"] = "noindex"
        return response

    return respond
