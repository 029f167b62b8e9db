"""Reports of meeting platforms: the list of all, and the addresses of the desk's pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from registrations.admin import hours, report_views
from registrations.admin.filters import SessionFilter
from registrations.admin.readonly import ReadPage
from registrations.models import Report

_AT = hours.column(Report, "at", lambda report: report.session.timezone)


@admin.register(Report)
class ReportAdmin(ReadPage):
    list_display = ["session", "layout", _AT, "by", "is_taken_over"]
    list_filter = [SessionFilter, ("batch", admin.EmptyFieldListFilter)]
    list_select_related = ["session__series", "by", "batch"]
    ordering = ["-at", "-pk"]
    fields = ["session", "layout"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return super().get_queryset(request).defer("content", "problems", "asks")

    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_options: Any) -> HttpResponse:
        """The desk shows a report whole."""
        return redirect("admin:registrations_report_review", int(object_id) if object_id.isdecimal() else 0)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path(
                f"<int:pk>/{name.replace('_', '-')}/",
                guard(getattr(report_views, name)),
                name=f"registrations_report_{name}",
            )
            for name in ("review", "again", "throw_away", "undo")
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=_("taken over"), boolean=True)
    def is_taken_over(self, report: Report) -> bool:
        return report.batch is not None and report.batch.undone_at is None
