"""Error pages: in the reader's language, with a way on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Let a view that can show its form again do so, with what was typed; else explain."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return not_found(request)
    show_again = getattr(match.func, "when_stale", None)
    if show_again is not None:
        response: HttpResponse = show_again(request, **match.kwargs)
        return response
    return render(request, "403_csrf.html", status=403)
