from django.http import HttpRequest, HttpResponse

from iatp_events.lib.doors import public


@public
def series(request: HttpRequest, series_slug: str) -> HttpResponse: return HttpResponse("series")
@public
def session(request: HttpRequest, series_slug: str, number: int) -> HttpResponse: return HttpResponse("session")
@public
def photo(request: HttpRequest, path: str) -> HttpResponse: return HttpResponse("speaker")
