"""“This wasn’t me”: one button takes back what somebody else typed with an address."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import by_link
from registrations import links
from registrations.models import Message
from registrations.services import blocking, erasure
from registrations.views import personal


@csrf_exempt
@by_link(links.NOT_ME)
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, token: str, number: int) -> HttpResponse:
    related = Message.objects.select_related("attendee", "series").filter(attendee__isnull=False)
    message = get_object_or_404(related, pk=uuid.UUID(int=number))
    attendee = message.attendee
    if attendee is None or attendee.is_erased:
        # Nobody is left whose language we knew.
        return _page(request, message, done=True, status=410)
    with personal.in_words_of(request, attendee.language, personal.known_zone(attendee.timezone)):
        if erasure.is_disowned(message):
            return _page(request, message, done=True, status=410)
        if request.method == "POST":
            erasure.disown(message=message, now=clock.now())
            return _page(request, message, done=True)
        return _page(request, message, done=False)


def _page(request: HttpRequest, message: Message, *, done: bool, status: int = 200) -> HttpResponse:
    context = {
        "series": message.series,
        "registrations": [] if done else list(erasure.typed_by(message)),
        "done": done,
        "days": blocking.LASTS.days,
    }
    return render(request, "registrations/not_me.html", context, status=status)
