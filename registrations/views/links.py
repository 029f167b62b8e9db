from django.http import HttpRequest, HttpResponse

from iatp_events.lib.doors import by_link


@by_link("registration")
def registration(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse: return HttpResponse("r")
@by_link("registration")
def join(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse: return HttpResponse("r")
@by_link("registration")
def cancel(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse: return HttpResponse("r")
@by_link("stop")
def stop(request: HttpRequest, token: str, pk: int) -> HttpResponse: return HttpResponse("r")
@by_link("calendar")
def calendar(request: HttpRequest, token: str, pk: int) -> HttpResponse: return HttpResponse("r")
