from django.http import HttpRequest, HttpResponse

from iatp_events.lib.doors import public


@public
def register(request: HttpRequest, series_slug: str) -> HttpResponse: return HttpResponse("register")
@public
def registered(request: HttpRequest, series_slug: str) -> HttpResponse: return HttpResponse("registered")
