"""Registrations and enrolments: read, searched, and cancelled by the act that passes the place on."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from iatp_events.lib import clock
from registrations.admin import evidence_views, hours
from registrations.admin.filters import CountryFilter, SessionFilter
from registrations.admin.message_rows import MessageOfRegistrationInline
from registrations.admin.readonly import PersonSearch
from registrations.models import Enrolment, Registration
from registrations.services import places

_MOMENTS = [
    hours.column(Registration, name, lambda registration: registration.session.timezone)
    for name in ("created_at", "invited_at", "confirmed_at", "joined_waitlist_at", "cancelled_at")
]
_OF_ENROLMENT = [
    hours.column(Enrolment, name, lambda enrolment: enrolment.series.timezone) for name in ("enrolled_at", "left_at")
]


@admin.register(Registration)
class RegistrationAdmin(PersonSearch):
    inlines = [MessageOfRegistrationInline]
    list_display = ["attendee", "session", "state_chip", "mode", "country_name", "source"]
    list_filter = [SessionFilter, "state", "mode", CountryFilter, "source"]
    list_select_related = ["attendee", "session__series", "attendance"]
    search_fields = ["attendee__folded", "attendee__addresses__normalised"]
    search_help_text = _("Name, organisation, initiative or e-mail address; accents don’t matter.")
    ordering = ["-pk"]
    actions = ["cancel"]
    fields = [
        "attendee",
        "session",
        "state",
        "attendance_shown",
        "mode",
        "source",
        "substitute_for",
        "went_to",
        "invited_by",
        *_MOMENTS,
        "round",
        "support_needed",
        "question",
        "country_name",
        "gender",
        "sector",
        "initiative",
    ]
    readonly_fields = ["country_name", "went_to", "attendance_shown", *_MOMENTS]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Registration]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description=_("state"), ordering="state")
    def state_chip(self, registration: Registration) -> SafeString:
        label = registration.get_state_display()
        return format_html('<span class="chip registration-{}">{}</span>', registration.state, label)

    @admin.display(description=_("country"), ordering="country")
    def country_name(self, registration: Registration) -> str:
        return str(countries.name(registration.country)) if registration.country else ""

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = path("<int:pk>/evidence/", guard(evidence_views.show), name="registrations_registration_evidence")
        return [own, *super().get_urls()]

    @admin.display(description=pgettext_lazy("plural", "attendance"))
    def attendance_shown(self, registration: Registration) -> SafeString:
        return evidence_views.summary(registration)

    @admin.display(description=_("place went to"))
    def went_to(self, registration: Registration) -> str:
        return ", ".join(str(taken) for taken in registration.substitutes.select_related("attendee", "session__series"))

    @admin.action(description=_("Cancel these registrations; each person is told"), permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Registration]) -> None:
        cancelled = 0
        for registration in queryset:
            try:
                cancelled += places.cancel(registration=registration, now=clock.now())
            except places.SessionOver:
                sentence = gettext("%(registration)s: the session is over; there is no place left to give back.")
                messages.error(request, sentence % {"registration": registration})
        sentence = ngettext(
            "%(count)s registration was cancelled.", "%(count)s registrations were cancelled.", cancelled
        )
        messages.success(request, sentence % {"count": cancelled})


@admin.register(Enrolment)
class EnrolmentAdmin(PersonSearch):
    list_display = ["attendee", "series", "mode", *_OF_ENROLMENT]
    list_filter = ["mode", ("left_at", admin.EmptyFieldListFilter)]
    list_select_related = ["attendee", "series"]
    search_fields = ["attendee__folded", "attendee__addresses__normalised"]
    ordering = ["-enrolled_at", "-pk"]
    fields = ["attendee", "series", "mode", *_OF_ENROLMENT]
    readonly_fields = _OF_ENROLMENT
