"""Addresses whose owners said “this was not me”: found by typing one, freed by deleting its row."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from registrations.admin import hours
from registrations.models import BlockedAddress
from registrations.models.blocked_addresses import digests

_UNTIL = hours.column(BlockedAddress, "until")


@admin.register(BlockedAddress)
class BlockedAddressAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["__str__", _UNTIL]
    search_fields = ["digest"]
    search_help_text = _("A whole e-mail address. Deleting its row lets it register again.")
    ordering = ["-until", "pk"]
    show_full_result_count = False
    fields = ["digest", _UNTIL]
    readonly_fields = ["digest", _UNTIL]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BlockedAddress], search_term: str
    ) -> tuple[QuerySet[BlockedAddress], bool]:
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(digest__in=digests(search_term)), False
        except ValueError:
            return queryset.none(), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
