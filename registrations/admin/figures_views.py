"""Figures for the note, one click from a session's page and from a series': to read, to copy, as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from iatp_events.lib import languages, sheets
from iatp_events.lib.doors import staff
from registrations import disclosure, exports
from registrations.choices import AttendanceStatus
from registrations.services import figures
from workshops import when
from workshops.models import Series, Session

PERMISSION = "registrations.view_attendance"
# So many initiatives stand on the page; the files have all.
SHOWN = 12


@staff(PERMISSION)
@require_safe
def of_session(request: HttpRequest, pk: int, kind: str = "") -> HttpResponse:
    session = get_object_or_404(Session.objects.without_texts().select_related("series"), pk=pk)
    _allow(request, session)
    found = figures.of_session(session, now=timezone.now())
    if kind:
        return _file(kind, f"{session.series.slug}-{session.number}", exports.of_session(found))
    return _page(request, session, found, {"when": when.of(session)})


@staff(PERMISSION)
@require_safe
def of_series(request: HttpRequest, pk: int, kind: str = "") -> HttpResponse:
    series = get_object_or_404(Series, pk=pk)
    _allow(request, series)
    found = figures.of_series(series, now=timezone.now())
    if kind:
        return _file(kind, series.slug, exports.of_series(found))
    return _page(request, series, found.whole, {"of_series": found})


def _allow(request: HttpRequest, row: Session | Series) -> None:
    if not admin.site.get_model_admin(type(row)).has_view_permission(request, row):
        raise PermissionDenied


def _page(request: HttpRequest, row: Session | Series, found: figures.Figures, more: dict[str, Any]) -> HttpResponse:
    sentences = exports.sentences(found, series=isinstance(row, Series))
    others = [(status.label, found.statuses[status]) for status in AttendanceStatus][1:]
    context = {
        "title": gettext("Figures for the note"),
        "opts": row._meta,
        "row": row,
        "figures": found,
        "statuses": others,
        "countries": [(exports.name_of(country.code), country) for country in found.countries],
        "shown": found.initiatives[:SHOWN],
        "sentences": [(code, languages.NAMES[code], sentence) for code, sentence in sentences],
        "least": disclosure.LEAST,
        "page": f"admin:workshops_{row._meta.model_name}",
    }
    whole = admin.site.each_context(request) | context | more
    return render(request, "admin/registrations/figures.html", whole)


def _file(kind: str, name: str, tables: list[exports.Sheet]) -> HttpResponse:
    if kind == "csv":
        content: object = sheets.lines(exports.lines(tables))
        answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    elif kind == "xlsx":
        content = sheets.workbook((table.title, [table.header, *table.rows]) for table in tables)
        answer = HttpResponse(content, content_type=sheets.XLSX)
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="figures-{name}.{kind}"'
    return answer
