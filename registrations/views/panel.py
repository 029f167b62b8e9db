"""What a speaker needs on the day, by link: no account, no registration."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import by_link
from registrations import links
from registrations.services import panels, plans
from registrations.views import personal
from workshops.choices import Mode, SessionState
from workshops.models import Panellist, Session, Speaker
from workshops.models.panels import Panel

# The panel tries its sound and its slides before the others come.
DOOR_OPENS_BEFORE = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Part:
    """The part one speaker has in one session."""

    speaker: Speaker
    session: Session
    seats: tuple[Panellist, ...]
    door: personal.Door
    now: datetime

    @property
    def is_over(self) -> bool:
        return personal.has_ended(self.session, self.now)

    @property
    def is_online(self) -> bool:
        return self.session.mode != Mode.IN_PERSON

    @property
    def zone(self) -> str:
        return plans.zone_of(self.speaker.timezone, str(self.speaker.country or ""), self.session)

    @property
    def language(self) -> str:
        return self.speaker.language or str(self.session.series.languages[0])


@csrf_exempt
@personal.leads_to_the_meeting
@by_link(links.PANEL)
@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, token: str, speaker_pk: int, session_pk: int) -> HttpResponse:
    part = _part(speaker_pk, session_pk)
    if request.method != "POST":
        return _page(request, part)
    if not (part.door.is_open and part.is_online):
        return _page(request, part, status=409)
    panels.note_join(speaker=part.speaker, session=part.session, now=part.now)
    return HttpResponseRedirect(part.session.meeting_link)


def _part(speaker_pk: int, session_pk: int) -> Part:
    """Load the seats of a speaker. Raises Http404 when they sit on this panel no more, and for a draft."""
    found = Panellist.objects.filter(speaker=speaker_pk, session=session_pk).select_related(
        "speaker", "session__series"
    )
    seats = Panel.of(list(found), to_be_announced=False).seats
    if not seats or seats[0].session.state == SessionState.DRAFT:
        raise Http404
    session, now = seats[0].session, clock.now()
    opens_before = max(DOOR_OPENS_BEFORE, settings.JOIN_OPENS_BEFORE)
    door = personal.Door.of(session, opens_before=opens_before, now=now)
    return Part(seats[0].speaker, session, seats, door, now)


def _page(request: HttpRequest, part: Part, *, status: int = 200) -> HttpResponse:
    context = {
        "part": part,
        "session": part.session,
        "series": part.session.series,
        "reader_zone": part.zone,
        "now": part.now,
    }
    with personal.in_words_of(request, part.language, part.zone):
        if personal.is_forgotten(part.session, part.now):
            return personal.link_over(request, part.session.series)
        return render(request, "registrations/panel.html", context, status=status)
