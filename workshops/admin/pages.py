"""What every page of our admin has in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.paginator import Paginator
from django.db import models
from django.db.models.options import Options
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from iatp_events.lib.folding import FoldedField, fold
from workshops.admin import multilingual


class Inputs(BaseModelAdmin):  # type: ignore[type-arg]
    """Inputs as our pages and their rows have them."""

    formfield_overrides = multilingual.OVERRIDES

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # A cross beside a choice reads as "take the choice away", not as "delete that series".
            field.widget.can_delete_related = False
        return field


class Rows(BaseInlineFormSet):  # type: ignore[type-arg]
    """Rows of a table on another page; the box that deletes one says so to who cannot see the table's heading."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Delete")


class Pages(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody turns pages: to count a million rows takes as long as to read them."""

    furthest = 20_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.furthest + 1].count())

    @property
    def is_cut(self) -> bool:
        return self.count > self.furthest

    @property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, self.furthest) // self.per_page))


class Page(Inputs, admin.ModelAdmin):  # type: ignore[type-arg]
    """Texts in four languages side by side; a form writes nothing but what was changed in it."""

    list_per_page = 50
    show_full_result_count = False
    paginator = Pages

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        # A form is open for minutes; the columns it did not touch may have moved on meanwhile.
        obj.save(update_fields=changed_columns(obj._meta, form.changed_data)) if change else obj.save()


def changed_columns(meta: Options[Any], changed: list[str]) -> list[str]:
    """The columns among the changed form fields, with the folded ones that may follow from them."""
    columns = [field.name for field in meta.concrete_fields if field.name in changed]
    folded = [field.name for field in meta.concrete_fields if isinstance(field, FoldedField)]
    return columns + folded if columns else []


class FoldedSearch(Page):
    """Search in columns that hold folded text: accents and case don't matter."""

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, folded_term(search_term))


def folded_term(term: str) -> str:
    """Fold the words; an address keeps its accents, and its domain is read as its column has it."""
    return " ".join(_address(word.casefold()) if "@" in word else fold(word) for word in term.split())


def _address(word: str) -> str:
    local, _at, domain = word.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return word


class TextSearch(Page):
    """Search without accents in multilingual columns of tables so small that they are read whole.

    Such a column holds JSON in which accents are escaped, so the database could not even find "qué".
    """

    searched_texts: tuple[str, ...] = ()
    search_help_text = ""

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.searched_texts

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        words = fold(search_term).split()
        if not words:
            return queryset, False
        rows = queryset.order_by().values_list("pk", *self.searched_texts)
        found = [pk for pk, *texts in rows if _holds(words, texts)]
        return queryset.filter(pk__in=found), False


def _holds(words: list[str], texts: list[Any]) -> bool:
    folded = fold(" ".join(_every_language(text.data) for text in texts))
    return all(word in folded for word in words)


def _every_language(translations: Any) -> str:
    values = translations.values() if isinstance(translations, dict) else [translations]
    return " ".join(str(value) for value in values if value)
