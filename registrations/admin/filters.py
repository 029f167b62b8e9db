"""Filters beside the lists, each with a constant number of queries."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from registrations.choices import MessageState, SkipReason
from registrations.models import Initiative, Message, ReminderRule
from registrations.services import outlook
from workshops.models import Session

# No key is longer, and neither Python nor SQLite takes a number of any length.
_DIGITS = 18


def is_key(typed: str) -> bool:
    """What stands in an address may be the key of a row."""
    return typed.isdecimal() and len(typed) <= _DIGITS


class SessionFilter(admin.SimpleListFilter):
    """Sessions by number and question."""

    title = _("session")
    parameter_name = "session"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        sessions = Session.objects.without_texts().select_related("series")
        listed = sessions.order_by("-series__created_at", "number", "pk")
        return [(str(session.pk), Truncator(str(session)).chars(40)) for session in listed]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(session=value) if is_key(value) else queryset


class LinkedFilter(admin.SimpleListFilter):
    """By one row that a link from another page named; offered in no other way."""

    model: type[Model]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = request.GET.get(str(self.parameter_name), "")
        found = self.model._default_manager.filter(pk=value) if is_key(value) else []
        return [(str(row.pk), self.shown(row)) for row in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        narrowed: QuerySet[Any] = self.narrow(queryset, int(value)) if is_key(value) else queryset
        return narrowed

    def shown(self, row: Any) -> str:
        return str(row)

    def narrow(self, queryset: Any, key: int) -> Any:
        raise NotImplementedError


class RuleFilter(LinkedFilter):
    """The rule of the plan, from the plan's page."""

    title = _("reminder rule")
    parameter_name = "rule"
    model = ReminderRule

    def shown(self, row: ReminderRule) -> str:
        return f"{row.get_audience_display()} · {row}"

    def narrow(self, queryset: Any, key: int) -> Any:
        return queryset.filter(rule=key)


class InitiativeFilter(LinkedFilter):
    """The initiative, under any of its names, from its own page."""

    title = _("initiative")
    parameter_name = "initiative"
    model = Initiative

    def narrow(self, queryset: Any, key: int) -> Any:
        return queryset.coordinating(key)


class OutcomeFilter(admin.SimpleListFilter):
    """What the rows of the reminder plan come to: the query that counts on the page “what will be sent”."""

    title = _("the plan as it stands")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (outlook.AHEAD, pgettext_lazy("outcome", "Will leave")),
            (outlook.SENT, MessageState.SENT.label),
            (outlook.FAILED, MessageState.FAILED.label),
            *((reason.value, reason.label) for reason in SkipReason),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return outlook.standing(queryset).filter(Q(outcome=self.value())) if self.value() else queryset


class CountryFilter(admin.SimpleListFilter):
    """The countries that occur, by name."""

    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codes = model_admin.model.objects.exclude(country="").order_by().values_list("country", flat=True).distinct()
        return sorted(((str(code), str(countries.name(code))) for code in codes), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(country=self.value()) if self.value() else queryset
