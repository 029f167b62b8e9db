"""Certificates that were issued: found by folio or name, read, and acted on by their buttons."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import codes
from registrations.admin import certificate_views, hours
from registrations.admin.readonly import ReadPage
from registrations.models import Certificate
from registrations.statements import Statement

_ISSUED, _ENDED = (
    hours.column(Certificate, name, lambda certificate: certificate.series.timezone)
    for name in ("issued_at", "ended_at")
)


@admin.register(Certificate)
class CertificateAdmin(ReadPage):
    list_display = ["folio", "name", "about", "state", _ISSUED]
    list_filter = ["state", "series", "document", "language"]
    search_fields = ["folded"]
    search_help_text = _("Folio, however it is typed, or name; accents don’t matter.")
    ordering = ["-issued_at", "-pk"]
    fields = [
        *("folio", "name", "holder", "about", "when", "minutes", "document", "language", "state"),
        *(_ISSUED, "issued_by", _ENDED, "ended_by", "reason", "successor", "page"),
    ]
    readonly_fields = ["about", "when", "minutes", _ISSUED, _ENDED, "successor", "page"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Certificate]:
        related = ("holder", "series", "session__series", "replaced_by", "issued_by", "ended_by")
        rows: QuerySet[Certificate] = super().get_queryset(request).select_related(*related)
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Certificate], search_term: str
    ) -> tuple[QuerySet[Certificate], bool]:
        """A folio as staff hear it over the telephone; anything else is a part of a folio or of a name."""
        return super().get_search_results(request, queryset, codes.read(search_term) or search_term)

    def get_urls(self) -> list[URLPattern]:
        guard, views = self.admin_site.admin_view, certificate_views
        return [
            path("session/<int:pk>/", guard(views.of_session), name="registrations_certificate_session"),
            path("series/<int:pk>/", guard(views.of_series), name="registrations_certificate_series"),
            path("name/<int:pk>/", guard(views.name), name="registrations_certificate_name"),
            path("<int:pk>/revoke/", guard(views.revoke), name="registrations_certificate_revoke"),
            path("<int:pk>/reissue/", guard(views.reissue), name="registrations_certificate_reissue"),
            *super().get_urls(),
        ]

    @admin.display(description=_("for what"), ordering="session__number")
    def about(self, certificate: Certificate) -> str:
        facts = Statement(certificate).facts
        return f"{facts.number}. {facts.title[0]}" if facts.number else facts.title[0]

    @admin.display(description=_("date"))
    def when(self, certificate: Certificate) -> str:
        return Statement(certificate).date or "–"

    @admin.display(description=_("length"))
    def minutes(self, certificate: Certificate) -> str:
        return Statement(certificate).minutes or "–"

    @admin.display(description=_("replaced by"))
    def successor(self, certificate: Certificate) -> SafeString | str:
        new = certificate.replaced_by
        if new is None:
            return "–"
        return format_html('<a href="{}">{}</a>', reverse("admin:registrations_certificate_change", args=[new.pk]), new)

    @admin.display(description=_("as everyone sees it"))
    def page(self, certificate: Certificate) -> SafeString:
        address = reverse("registrations:certificate", args=[certificate.folio])
        return format_html('<a href="{}">{}</a>', address, address)
