"""What the desk remembers for the next report: under what somebody appears, and what unknown columns hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from registrations.admin import hours
from registrations.admin.report_forms import MEANINGS
from registrations.models import Alias, Attendee, ColumnMap
from registrations.platforms.rows import Meaning
from registrations.services import drafts
from workshops.admin.pages import FoldedSearch

_CONFIRMED = hours.column(Alias, "confirmed_at")
_SAID = hours.column(ColumnMap, "at")


class Remembered(FoldedSearch):
    """Rows that the desk writes: read here, and forgotten one by one or together."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Alias)
class AliasAdmin(Remembered):
    list_display = ["__str__", "kind", "person", _CONFIRMED, "confirmed_by"]
    list_select_related = ["attendee", "confirmed_by"]
    search_fields = ["address", "name_key", "attendee__folded"]
    search_help_text = _("As a report writes it, or the person’s name; accents don’t matter.")
    ordering = ["-confirmed_at", "-pk"]
    fields = ["kind", "__str__", "person", _CONFIRMED, "confirmed_by"]
    readonly_fields = ["kind", "__str__", "person", _CONFIRMED]

    def delete_model(self, request: HttpRequest, obj: Alias) -> None:
        self._tell(request, drafts.forget_alias(alias=obj))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Alias]) -> None:
        self._tell(request, sum(drafts.forget_alias(alias=alias) for alias in queryset.order_by("pk")))

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Alias]) -> list[LogEntry]:
        """In the log of the person, and without the address: what is forgotten must not stand there."""
        page: Any = admin.site.get_model_admin(Attendee)
        said = gettext("Forgot a name or an address under which reports knew them.")
        return [page.log_change(request, alias.attendee, said) for alias in queryset]

    @admin.display(description=pgettext_lazy("alias", "what it is"))
    def kind(self, alias: Alias) -> str:
        return str(_("E-mail address") if alias.address else _("Name"))

    @admin.display(description=_("attendee"), ordering="attendee__full_name")
    def person(self, alias: Alias) -> SafeString:
        address = reverse("admin:registrations_attendee_change", args=[alias.attendee_id])
        return format_html('<a href="{}">{}</a>', address, alias.attendee)

    def _tell(self, request: HttpRequest, lines: int) -> None:
        if lines:
            said = ngettext(
                "In a report that was not taken over yet, %(count)s line has to be decided again.",
                "In reports that were not taken over yet, %(count)s lines have to be decided again.",
                lines,
            )
            messages.warning(request, said % {"count": lines})


@admin.register(ColumnMap)
class ColumnMapAdmin(Remembered):
    list_display = ["__str__", "columns", _SAID, "by"]
    list_select_related = ["by"]
    ordering = ["-at", "-pk"]
    fields = ["__str__", "columns", _SAID, "by"]
    readonly_fields = ["__str__", "columns", _SAID]

    @admin.display(description=_("columns"))
    def columns(self, known: ColumnMap) -> str:
        """ "1 Name · 3 Joined at": by position, for the header itself is not kept."""
        said = sorted((int(position), Meaning(meaning)) for position, meaning in known.meanings.items())
        return " · ".join(f"{position + 1} {MEANINGS.get(meaning, meaning)}" for position, meaning in said)
