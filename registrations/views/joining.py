"""The door of the room, for those who hold a place."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from iatp_events.lib.doors import by_link
from registrations import links
from registrations.services import attendance
from registrations.views import personal

logger = logging.getLogger(__name__)


@csrf_exempt
@personal.leads_to_the_meeting
@by_link(links.JOIN)
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str, pk: int, version: int) -> HttpResponse:
    place = personal.place(token, pk, version)
    if request.method != "POST":
        return personal.page(request, "registrations/join.html", place)
    if not place.door_is_open:
        return personal.page(request, "registrations/join.html", place, status=409)
    _note(place)
    return HttpResponseRedirect(place.registration.session.meeting_link)


def _note(place: personal.Place) -> None:
    try:
        attendance.note_join(registration=place.registration, now=place.now)
    except DatabaseError:  # a record that fails keeps nobody out of the room
        logger.exception("The join of registration %s was not recorded.", place.registration.pk)
