"""The trail of merges: who became whom, by whom, when, and what moved. Numbers only, as the trail keeps them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from registrations.admin import hours
from registrations.admin.filters import LinkedFilter, is_key
from registrations.admin.readonly import ReadPage
from registrations.models import Attendee, Merge

_AT = hours.column(Merge, "at")
_KINDS = {
    "registrations": _("Registrations"),
    "joined": _("Joined with one of the same session"),
    "messages": _("Messages"),
    "addresses": _("Addresses"),
    "certificates": _("Certificates"),
}


class KeptFilter(LinkedFilter):
    """The person who was kept, from their page."""

    title = _("attendee")
    parameter_name = "kept"
    model = Attendee

    def narrow(self, queryset: Any, key: int) -> Any:
        return queryset.filter(kept=key)


@admin.register(Merge)
class MergeAdmin(ReadPage):
    list_display = ["__str__", "person", _AT, "by", "what_moved"]
    list_filter = [KeptFilter]
    list_select_related = ["kept", "by"]
    search_fields = ["kept__folded"]
    search_help_text = _("The number of either person, or the name of who was kept; accents don’t matter.")
    ordering = ["-at", "-pk"]
    fields = ["person", "went", _AT, "by", "what_moved"]
    readonly_fields = ["person", "went", _AT, "what_moved"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Merge], search_term: str
    ) -> tuple[QuerySet[Merge], bool]:
        number = search_term.removeprefix("#")
        if is_key(number):
            return queryset.filter(Q(kept=number) | Q(gone=number)), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("who was kept"), ordering="kept__full_name")
    def person(self, merge: Merge) -> SafeString:
        return _link(merge.kept_id, merge.kept)

    @admin.display(description=_("who was merged into them"))
    def went(self, merge: Merge) -> SafeString:
        return _link(merge.gone_id, f"#{merge.gone_id}")

    @admin.display(description=_("what moved"))
    def what_moved(self, merge: Merge) -> str:
        """ "Registrations: 2 · Messages: 5"; the trail keeps keys, or for mails how many there were."""
        counts = {kind: merge.moved.get(kind) or 0 for kind in _KINDS}
        known = {kind: told if isinstance(told, int) else len(told) for kind, told in counts.items()}
        return " · ".join(f"{label}: {known[kind]}" for kind, label in _KINDS.items() if known[kind]) or "–"


def _link(pk: int, said: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:registrations_attendee_change", args=[pk]), said)
