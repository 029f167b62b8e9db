from django.http import HttpRequest, HttpResponse

from iatp_events.lib.doors import public


@public
def home(request: HttpRequest) -> HttpResponse: return HttpResponse("home")
@public
def series(request: HttpRequest, series_slug: str) -> HttpResponse: return HttpResponse("series")
@public
def session(request: HttpRequest, series_slug: str, number: int) -> HttpResponse: return HttpResponse("session")
@public
def speaker(request: HttpRequest, slug: str) -> HttpResponse: return HttpResponse("speaker")
