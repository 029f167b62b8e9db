"""Stop the mails one has had enough of: one click from the mail program (RFC 8058), or a page to choose."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import by_link
from registrations import links
from registrations.models import Attendee
from registrations.services import people
from registrations.services.people import Choice
from registrations.views import personal
from workshops.models import Series

SAVE, EVERYTHING = "save", "everything"
_SAID = {"send": True, "stop": False}


@csrf_exempt
@by_link(links.STOP)
@require_http_methods(["GET", "HEAD", "POST"])
@personal.opens_anew
def stop(request: HttpRequest, token: str, attendee_pk: int, series_pk: int | None = None) -> HttpResponse:
    """A token of one number is that of reminders; a second number names the series whose announcements it stops."""
    attendee = get_object_or_404(Attendee.objects.led_to_by(attendee_pk))
    choices = people.choices_of(attendee, also=series_pk)
    if request.method == "POST":
        reminders, announcements = _asked(request, choices, series_pk)
        people.choose_mails(attendee=attendee, reminders=reminders, announcements=announcements, now=clock.now())
        choices = people.choices_of(attendee, also=series_pk)
    context = {
        "attendee": attendee,
        "choices": choices,
        "series": choices[0].series if len(choices) == 1 else None,
        "saved": request.method == "POST",
    }
    with personal.in_words_of(request, attendee.language, personal.known_zone(attendee.timezone)):
        return render(request, "registrations/stop.html", context)


def _asked(
    request: HttpRequest, choices: list[Choice], series_pk: int | None
) -> tuple[bool | None, dict[Series, bool]]:
    """What a press asks for: reminders or not, and the announcements of which series or not."""
    if EVERYTHING in request.POST:
        return False, {choice.series: False for choice in choices}
    if SAVE in request.POST:
        said = {choice.series: _SAID.get(request.POST.get(field(choice), "")) for choice in choices}
        chosen = {series: wanted for series, wanted in said.items() if wanted is not None}
        return _SAID.get(request.POST.get("reminders", "")), chosen
    # One click: "List-Unsubscribe=One-Click", or from an old mail program nothing at all.
    if series_pk is None:
        return False, {}
    return None, {choice.series: False for choice in choices if choice.series.pk == series_pk}


def field(choice: Choice) -> str:
    return f"announcements-{choice.series.slug}"
