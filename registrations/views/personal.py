"""What a personal link opens, and the page it is shown on: in its reader's language and hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.functional import cached_property

from iatp_events.lib import clock, languages, zones
from registrations import links, turns
from registrations.models import Merge, Registration
from registrations.services import arrivals, offers, people, places
from workshops import when
from workshops.choices import PlaceMode
from workshops.models import Series, Session

LINK_OUTLIVES_SESSION = timedelta(days=30)

View = Callable[..., HttpResponse]
# A form that ends in a redirect to the meeting is refused without this.
leads_to_the_meeting: Callable[[View], View] = csp_update(
    {"form-action": [f"https://{host}" for name in settings.MEETING_HOSTS for host in (name, f"*.{name}")]}
)


@dataclass(frozen=True, slots=True)
class Door:
    """The door of a session's room, for somebody who may enter it."""

    opens_at: datetime | None
    has_opened: bool
    is_open: bool

    @classmethod
    def of(cls, session: Session, *, opens_before: timedelta, now: datetime) -> Door:
        if session.starts_at is None or session.ends_at is None:
            return cls(None, has_opened=False, is_open=False)
        opens_at = session.starts_at - opens_before
        takes_place = now < session.ends_at and not session.is_cancelled and bool(session.meeting_link)
        return cls(opens_at, has_opened=opens_at <= now, is_open=opens_at <= now and takes_place)

    @property
    def opens_on(self) -> str:
        """The day, in the zone that is active while the page is rendered."""
        return when.long_date(timezone.localtime(self.opens_at).date()) if self.opens_at else ""


@dataclass(frozen=True)
class Place:
    """One registration as its pages show it."""

    registration: Registration
    token: str
    door: Door
    now: datetime

    @property
    def is_over(self) -> bool:
        return has_ended(self.registration.session, self.now)

    @property
    def link_is_over(self) -> bool:
        return is_forgotten(self.registration.session, self.now)

    @property
    def door_is_open(self) -> bool:
        """The room is open, and to this person."""
        held, session = self.registration, self.registration.session
        return self.door.is_open and held.is_confirmed and PlaceMode.ONLINE in (session.mode, held.mode)

    @property
    def can_take(self) -> bool:
        """A place is kept for this person, or free to whoever waits and presses first."""
        return offers.can_take(registration=self.registration, now=self.now)

    @property
    def waits_for_the_fastest(self) -> bool:
        """Too near the start for a place to be kept for anybody."""
        return turns.is_open_to_all(self.registration.session, self.now)

    @property
    def offered_on(self) -> str:
        """The day on which the offer ends, in the zone that is active while the page is rendered."""
        until = self.registration.offered_until
        return when.long_date(timezone.localtime(until).date()) if until else ""

    @property
    def way_back(self) -> places.WayBack:
        return places.way_back(registration=self.registration, until=self.undo_until, now=self.now)

    @cached_property
    def undo_until(self) -> datetime | None:
        return places.undo_until(self.registration)

    @property
    def join_token(self) -> str:
        return links.join_token(self.registration)

    @property
    def is_enrolled(self) -> bool:
        """A standing enrolment will register this person for the sessions that open later."""
        return self.registration.attendee.enrolments.filter(
            series=self.registration.session.series_id, left_at__isnull=True
        ).exists()

    @property
    def takes_code(self) -> bool:
        return arrivals.takes_code(self.registration, self.now)

    @property
    def has_typed_code(self) -> bool:
        return arrivals.has_typed(self.registration)

    @property
    def place_in_line(self) -> int | None:
        return self.registration.place_in_line() if self.registration.is_waiting else None


def place(token: str, pk: int, version: int) -> Place:
    """Load what a link opens: of two registrations that were joined, the one that stayed.

    Raises Http404 for a link that was revoked.
    """
    related = Registration.objects.select_related("session__series", "attendee")
    found = related.filter(pk=pk, link_version=version).first()
    if found is None and (named := Merge.objects.now_named(pk, version)) is not None:
        found = related.filter(pk=named[0], link_version=named[1]).first()
    if found is None:
        raise Http404
    now = clock.now()
    return Place(found, token, Door.of(found.session, opens_before=settings.JOIN_OPENS_BEFORE, now=now), now)


def opens_anew(view: View) -> View:
    """Where staff merged the person between our look and the act nothing was done: the link is opened once more."""

    @wraps(view)
    def door(request: HttpRequest, token: str, *numbers: int) -> HttpResponse:
        try:
            return view(request, token, *numbers)
        except (people.Gone, Registration.DoesNotExist):
            return HttpResponseRedirect(request.path)
        except people.MustAgree as refusal:
            return to_agree(refusal)

    return door


def to_agree(refusal: people.MustAgree) -> HttpResponse:
    """Where somebody accepts the code of conduct: with the invitation that waits for them, else with the form."""
    if refusal.invitation is not None:
        return redirect("links:invitation", links.token(refusal.invitation))
    return redirect("registrations:register", series_slug=refusal.series.slug)


def page(request: HttpRequest, template: str, shown: Place, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show a page about one registration, or that its link is no longer in use."""
    held = shown.registration
    zone = known_zone(held.attendee.timezone, held.session)
    context = {
        "place": shown,
        "registration": held,
        "attendee": held.attendee,
        "session": held.session,
        "series": held.session.series,
        "reader_zone": zone,
        "now": shown.now,
    }
    with in_words_of(request, held.attendee.language, zone):
        if shown.link_is_over:
            return link_over(request, held.session.series)
        return render(request, template, context | more, status=status)


def link_over(request: HttpRequest, series: Series) -> HttpResponse:
    return render(request, "registrations/link_over.html", {"series": series}, status=410)


@contextmanager
def in_words_of(request: HttpRequest, language: str, zone: str) -> Iterator[None]:
    """Write in the reader's language, which `?lang=` overrides, and by the reader's clock."""
    wanted = request.GET.get("lang", "")
    with (
        translation.override(wanted if wanted in languages.CODES else language),
        timezone.override(ZoneInfo(zone)),
    ):
        yield


def known_zone(zone: str, session: Session | None = None) -> str:
    """A zone that does not exist (written by SQL) counts as that of the session: the page opens all the same."""
    otherwise = session.timezone if session else settings.TIME_ZONE
    return zone if zones.exists(zone) else otherwise


def has_ended(session: Session, now: datetime) -> bool:
    return session.ends_at is not None and now >= session.ends_at


def is_forgotten(session: Session, now: datetime) -> bool:
    """Personal links end some weeks after their session."""
    return session.ends_at is not None and now > session.ends_at + LINK_OUTLIVES_SESSION
