"""Public pages: the same bytes for everyone, no cookie, no session; `?tz=` picks a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from iatp_events.lib import zones
from iatp_events.lib.answers import kept
from iatp_events.lib.doors import public
from iatp_events.lib.prepared import Prepared, PreparedModels
from workshops import standing
from workshops.models import Panellist, Places, Series, Session, Speaker

View = Callable[..., HttpResponse]

_PLACES = ("pk", "mode", "capacity", "ceiling", "taken")

_SEATS = Prefetch("panellists", Panellist.objects.select_related("speaker"))


def _page(view: View) -> View:
    """Read-only, small on the wire, kept for a moment, and not sent again while unchanged."""
    # With the two seconds of our own memory: a full session or a moved hour shows within four, whatever stands between.
    fresh = cache_control(public=True, max_age=1, stale_while_revalidate=1, stale_if_error=300)
    page: View = kept(require_safe(gzip_page(fresh(conditional_page(view)))))
    return page


@public
@_page
def home(request: HttpRequest) -> HttpResponse:
    """The current series, or a word that there is none yet."""
    current = Series.objects.current()
    if current is None:
        return render(request, "workshops/none.html", status=404)
    return _series_page(request, current)


@public
@_page
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
@_page
def session(request: HttpRequest, series_slug: str, number: int) -> HttpResponse:
    shown, near = _with_neighbours(series_slug, number)
    now = timezone.now()
    context = {
        "series": shown.series,
        "session": shown,
        "standing": standing.of(shown, now=now, zone=_zone(request)),
        "panel": shown.panel,
        "before": number - 1 if number - 1 in near else None,
        "after": number + 1 if number + 1 in near else None,
        "now": now,
    }
    return render(request, "workshops/session.html", context)


@public
@_page
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


def _with_neighbours(series_slug: str, number: int) -> tuple[Session, frozenset[int]]:
    """A session with all that its page shows, and the numbers there are next to it: three queries in all."""
    for shown in _ONE.rows(series_slug, number):
        near = _NEAR.rows(shown.series_id, number - 1, number + 1)
        places = [
            Places(session=shown, **dict(zip(_PLACES, row, strict=True)))
            for there, *row in near
            if there == number and row[0]
        ]
        # As a prefetch would leave them; it would build these queries anew each time.
        vars(shown)["_prefetched_objects_cache"] = {"places": places, "panellists": _PANEL.rows(shown.pk)}
        return shown, frozenset(there for there, *_ in near)
    raise Http404


def _near(series: int, first: int, last: int) -> QuerySet[Session, tuple[Any, ...]]:
    near = Session.objects.published().filter(series=series, number__range=(first, last))
    return near.order_by().values_list("number", *(f"places__{name}" for name in _PLACES))


_ONE = PreparedModels(
    lambda slug, number: Session.objects.published().filter(series__slug=slug, number=number).select_related("series"),
    str,
    int,
)
_NEAR = Prepared(_near, int, int, int)
_PANEL = PreparedModels(lambda pk: Panellist.objects.filter(session=pk).select_related("speaker"), int)


def _zone(request: HttpRequest) -> str:
    asked = request.GET.get("tz", "")
    return asked if asked and zones.exists(asked) else ""
