"""“This wasn’t me”, from a mail to an older address: a button takes the new address away again."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import by_link
from registrations import links
from registrations.choices import MessageKind
from registrations.models import Message
from registrations.services import addresses
from registrations.views import personal


@csrf_exempt
@by_link(links.TAKE_BACK)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Looking changes nothing, the button acts."""
    related = Message.objects.select_related("attendee", "claim", "series")
    told = get_object_or_404(related, pk=uuid.UUID(int=number), kind=MessageKind.ADDRESS_ADDED)
    attendee = told.attendee
    if attendee is None or attendee.is_erased:
        # Nobody is left whose language we knew.
        return _page(request, told, outcome="over")
    with personal.in_words_of(request, attendee.language, personal.known_zone(attendee.timezone)):
        return _page(request, told, outcome=_outcome(request, told))


def _outcome(request: HttpRequest, told: Message) -> str:
    now = clock.now()
    if request.method != "POST":
        return "" if addresses.can_be_taken_back(told, now) else "over"
    try:
        addresses.take_back(told=told, now=now)
    except addresses.ClaimOver:
        return "over"
    return "done"


def _page(request: HttpRequest, told: Message, *, outcome: str) -> HttpResponse:
    context = {"claim": told.claim, "outcome": outcome, "days": addresses.TAKE_BACK_WITHIN.days}
    status = 410 if outcome == "over" else 200
    return render(request, "registrations/take_back.html", context, status=status)
