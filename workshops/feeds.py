"""Calendars and photos: addresses without a language, the same for everyone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePosixPath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from django.views.static import serve

from iatp_events.lib import languages
from iatp_events.lib.doors import public
from workshops import ical, sharing
from workshops.models import Series, Session

_REFRESH = timedelta(hours=6)
_PHOTOS = "speakers"
_PHOTO_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


@public
@require_safe
@cache_control(public=True, max_age=600)
@conditional_page
def series(request: HttpRequest, series_slug: str) -> HttpResponse:
    """Every session whose hour is known; a calendar that subscribed looks again every six hours."""
    shown = get_object_or_404(Series.objects.published(), slug=series_slug)
    language = _language(request, shown)
    sessions = shown.sessions.published().order_by("number")
    return _calendar(list(sessions), language, name=str(shown), file_name=shown.slug, refresh=_REFRESH)


@public
@require_safe
@cache_control(public=True, max_age=600)
@conditional_page
def session(request: HttpRequest, series_slug: str, number: int) -> HttpResponse:
    published = Session.objects.published().select_related("series")
    shown = get_object_or_404(published, series__slug=series_slug, number=number)
    if shown.starts_at is None:
        # A calendar cannot hold "to be announced".
        raise Http404
    return _calendar([shown], _language(request, shown.series), file_name=f"{series_slug}-{number}")


@public
@require_safe
@cache_control(public=True, max_age=30 * 24 * 3600, immutable=True)
def photo(request: HttpRequest, path: str) -> HttpResponseBase:
    """A speaker's photo; nothing else that may lie beside it is served."""
    asked = PurePosixPath(path)
    content_type = _PHOTO_TYPES.get(asked.suffix.lower())
    if content_type is None or asked.parts[0] != _PHOTOS or ".." in asked.parts:
        raise Http404
    response = serve(request, "/".join(asked.parts[1:]), document_root=str(settings.MEDIA_ROOT / _PHOTOS))
    if response.status_code == 200:
        response["Content-Type"] = content_type
    return response


def _calendar(
    sessions: list[Session], language: str, *, file_name: str, name: str = "", refresh: timedelta | None = None
) -> HttpResponse:
    with translation.override(language):
        events = [
            ical.event(session, url=sharing.session_page(session), sequence=session.revision) for session in sessions
        ]
        content = ical.calendar(events, method=ical.PUBLISH, name=name, refresh=refresh)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}.ics"', "Content-Language": language}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8; method=PUBLISH", headers=headers)


def _language(request: HttpRequest, shown: Series) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in languages.CODES else str(shown.languages[0])
