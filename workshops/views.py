"""Public pages: the same bytes for everyone, no cookie, no session; `?tz=` picks a city."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Max, Min, OuterRef, Prefetch, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from iatp_events.lib import zones
from iatp_events.lib.doors import public
from workshops import standing
from workshops.models import Panellist, Series, Session, Speaker

# Short, because a full session or a moved hour must be seen soon; long enough for a crowd that opens one mail.
_kept_a_minute: Callable[..., Callable[..., HttpResponse]] = cache_control(public=True, max_age=60)
_SEATS = Prefetch("panellists", Panellist.objects.select_related("speaker"))


@public
@require_safe
@_kept_a_minute
@conditional_page
def home(request: HttpRequest) -> HttpResponse:
    """The current series, or a word that there is none yet."""
    current = Series.objects.current()
    if current is None:
        return render(request, "workshops/none.html", status=404)
    return _series_page(request, current)


@public
@require_safe
@_kept_a_minute
@conditional_page
def series(request: HttpRequest, series_slug: str) -> HttpResponse:
    return _series_page(request, get_object_or_404(Series.objects.published(), slug=series_slug))


def _series_page(request: HttpRequest, shown: Series) -> HttpResponse:
    now, zone = timezone.now(), _zone(request)
    sessions = list(shown.sessions.published().with_places().prefetch_related(_SEATS).order_by("number"))
    standings = [standing.of(session, now=now, zone=zone) for session in sessions]
    coming = standing.next_of(sessions, now=now)
    context = {
        "series": shown,
        "sessions": sessions,
        "cards": [card for card in standings if not card.is_unknown],
        "unknown": standing.Unknown.of(shown.planned_sessions, standings),
        "next": next((card for card in standings if card.session == coming), None),
        "now": now,
    }
    return render(request, "workshops/series.html", context)


@public
@require_safe
@_kept_a_minute
@conditional_page
def session(request: HttpRequest, series_slug: str, number: int) -> HttpResponse:
    shown = get_object_or_404(_with_neighbours(series_slug), number=number)
    now = timezone.now()
    context = {
        "series": shown.series,
        "session": shown,
        "standing": standing.of(shown, now=now, zone=_zone(request)),
        "panel": shown.panel,
        "now": now,
    }
    return render(request, "workshops/session.html", context)


@public
@require_safe
@_kept_a_minute
@conditional_page
def speaker(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(Speaker.objects.published(), slug=slug)
    now, zone = timezone.now(), _zone(request)
    seen = Session.objects.published().filter(panellists__speaker=shown).distinct()
    sessions = (
        seen.select_related("series").with_places().prefetch_related(_SEATS).order_by("series__created_at", "number")
    )
    cards = [standing.of(session, now=now, zone=zone) for session in sessions]
    if not cards:
        raise Http404
    context = {"speaker": shown, "series": cards[-1].session.series, "cards": cards, "now": now}
    return render(request, "workshops/speaker.html", context)


def _with_neighbours(series_slug: str) -> QuerySet[Session]:
    """Sessions of a series with all that their page shows, and the numbers before and after."""
    published = Session.objects.published().filter(series=OuterRef("series")).order_by().values("series")
    before = published.filter(number__lt=OuterRef("number")).annotate(found=Max("number")).values("found")
    after = published.filter(number__gt=OuterRef("number")).annotate(found=Min("number")).values("found")
    return (
        Session.objects.published()
        .filter(series__slug=series_slug)
        .select_related("series")
        .with_places()
        .prefetch_related(_SEATS)
        .annotate(number_before=Subquery(before), number_after=Subquery(after))
    )


def _zone(request: HttpRequest) -> str:
    asked = request.GET.get("tz", "")
    return asked if asked and zones.exists(asked) else ""
