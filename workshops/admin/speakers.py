"""Speakers: who they are, what they look like, where they have spoken."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.db import models, transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from workshops.admin.fields import HttpsLinksField, PhotoField, ZoneField
from workshops.admin.pages import FoldedSearch
from workshops.models import Speaker


class SpeakerForm(forms.ModelForm):  # type: ignore[type-arg]
    links = HttpsLinksField(label=_("Links"), required=False, help_text=_("One per line, each starting with https://."))

    timezone = ZoneField(required=False, help_text=_("For the hours in their mails; empty: that of the country."))

    class Meta:
        help_texts = {"photo": _("JPEG, PNG or WebP, at most 5 MB. It is cut to a square and made small.")}


@admin.register(Speaker)
class SpeakerAdmin(FoldedSearch):
    form = SpeakerForm
    formfield_overrides = FoldedSearch.formfield_overrides | {
        models.ImageField: {"form_class": PhotoField, "widget": AdminFileWidget}
    }
    list_display = ["name", "organisation", "sector", "country_name", "panel_count", "has_photo"]
    list_filter = ["sector"]
    search_fields = ["folded"]
    ordering = ["name", "pk"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["portrait", "where_they_have_spoken"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "position", "organisation", "sector", "country"]}),
        (_("For their page"), {"fields": ["portrait", "photo", "biography", "links"]}),
        (_("For mails to them"), {"fields": ["email", "timezone", "language"]}),
        (_("Where they have spoken"), {"fields": ["where_they_have_spoken"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Speaker]:
        speakers: QuerySet[Speaker] = super().get_queryset(request).annotate(seat_count=Count("panel_seats"))
        return speakers

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        before = form.initial.get("photo")
        super().save_model(request, obj, form, change)
        if before and "photo" in form.changed_data:
            # A photo is a person's: what they replaced must not stay behind.
            transaction.on_commit(lambda: before.storage.delete(before.name))

    def view_on_site(self, speaker: Speaker) -> str | None:
        visible = Speaker.objects.published().filter(pk=speaker.pk).exists()
        return reverse("workshops:speaker", args=[speaker.slug]) if visible else None

    @admin.display(description=_("country"), ordering="country")
    def country_name(self, speaker: Speaker) -> str:
        return str(speaker.country.name)

    @admin.display(description=_("panels"), ordering="seat_count")
    def panel_count(self, speaker: Any) -> int:
        return int(speaker.seat_count)

    @admin.display(description=_("photo"), boolean=True)
    def has_photo(self, speaker: Speaker) -> bool:
        return bool(speaker.photo)

    @admin.display(description=_("as people see it"))
    def portrait(self, speaker: Speaker) -> SafeString | str:
        if speaker.photo:
            return format_html('<img class="portrait" src="{}" alt="" width="96" height="96">', speaker.photo.url)
        return format_html('<span class="portrait initials" aria-hidden="true">{}</span>', speaker.initials or "?")

    @admin.display(description=_("sessions"))
    def where_they_have_spoken(self, speaker: Speaker) -> SafeString | str:
        seats = speaker.panel_seats.select_related("session__series")
        rows = [
            (
                reverse("admin:workshops_session_change", args=[seat.session_id]),
                seat.session,
                seat.session.series,
                seat.get_role_display(),
            )
            for seat in seats.order_by("session__starts_at", "session__number", "pk")
        ]
        if not rows:
            return str(_("On no panel yet."))
        return format_html(
            '<ul class="plain">{}</ul>', format_html_join("", '<li><a href="{}">{}</a> · {} · {}</li>', rows)
        )
