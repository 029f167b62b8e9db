"""Pages and rows that staff read: what they show is changed by acts, never by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from registrations.models import Attendee
from workshops.admin.pages import FoldedSearch, folded_term


class ReadPage(FoldedSearch):
    """Every field is shown, none can be typed over, nothing is added or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Deleting a row would leave the count of places, and what people were told, untrue.
        return False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any) -> Any:
        # Who may act on a row may still not type over it: a button that saves nothing would promise something.
        context |= {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **options)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        shown = [name for name in self.get_fields(request, obj) if isinstance(name, str)]
        return [*shown, *self.readonly_fields]


class PersonSearch(ReadPage):
    """Rows that belong to people are searched by finding the people first: few rows, and each of them once."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = folded_term(search_term).split()
        return (queryset.filter(self.belonging_to(words)) if words else queryset), False

    def belonging_to(self, words: list[str]) -> Q:
        return Q(attendee__in=Attendee.objects.matching(words).values("pk"))


class ReadInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows of another page, with a link to it."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
