"""What somebody shows at the door, by link: whoever scans it with their own phone lands here, and nothing happens."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from iatp_events.lib.doors import by_link
from registrations import links
from registrations.views import personal


@csrf_exempt
@by_link(links.BADGE)
@require_safe
def badge(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    place = personal.place(token, pk, version)
    if place.is_over:
        return personal.page(request, "registrations/badge_over.html", place, status=410)
    return personal.page(request, "registrations/badge.html", place)
