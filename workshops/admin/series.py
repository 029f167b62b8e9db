"""Series of workshops."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from workshops.admin.fields import LanguageOrderField, ZoneField
from workshops.admin.pages import TextSearch
from workshops.models import Series


class SeriesForm(forms.ModelForm):  # type: ignore[type-arg]
    timezone = ZoneField(initial="America/Santiago")
    planned_sessions = forms.IntegerField(label=_("Planned sessions"), min_value=1, max_value=999, initial=1)
    languages = LanguageOrderField(
        label=_("Languages"),
        initial=["es", "pt", "en", "fr"],
        help_text=_("In the order in which a missing translation is replaced: “es, pt, en, fr”."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        needed, planned = cleaned.get("sessions_needed"), cleaned.get("planned_sessions")
        if needed and planned and needed > planned:
            self.add_error("sessions_needed", _("More than the series has sessions."))
        return cleaned


@admin.register(Series)
class SeriesAdmin(TextSearch):
    form = SeriesForm
    list_display = ["__str__", "slug", "planned_sessions", "sessions_so_far", "published", "demonstration", "contact"]
    list_filter = ["published", "demonstration"]
    searched_texts = ("name", "organiser", "platform", "unit")
    ordering = ["-created_at", "-pk"]
    readonly_fields = ["demonstration", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "published", "planned_sessions", "timezone", "languages", "contact"]}),
        (_("Who offers it"), {"fields": ["organiser", "platform", "unit"]}),
        (_("What it is for"), {"fields": ["purpose", "audience"]}),
        (
            _("Certificates"),
            {"fields": ["document", ("sessions_needed", "caught_up_counts_half")]},
        ),
        (_("What people agree to"), {"fields": ["code_of_conduct", "privacy_notice"]}),
        (_("History"), {"classes": ["collapse"], "fields": ["demonstration", "created_at"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        series: QuerySet[Series] = super().get_queryset(request).annotate(session_count=Count("sessions"))
        return series

    @admin.display(description=_("sessions so far"), ordering="session_count")
    def sessions_so_far(self, series: Any) -> int:
        return int(series.session_count)

    def view_on_site(self, series: Series) -> str | None:
        return reverse("workshops:series", args=[series.slug]) if series.published else None
