"""When reminders leave: rules on the page of their series or session, and a list of all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from registrations.admin import attendance_views, figures_views, hours, outlook_views, report_views
from registrations.admin.rule_forms import KEEP_ONE, EqualRule, LoneRuleForm, RuleForm, RuleFormSet
from registrations.models import ReminderRule
from registrations.services import plans
from workshops.admin.pages import Page
from workshops.admin.series import SeriesAdmin
from workshops.admin.sessions import SessionAdmin
from workshops.models import Series, Session


def _zone(rule: ReminderRule) -> str:
    owner = rule.series or rule.session
    return owner.timezone if owner else ""


# Beside other rules in UTC: a row of a page does not know the zone of its series without asking.
_SINCE = hours.column(ReminderRule, "active_from")
_SINCE_THERE = hours.column(ReminderRule, "active_from", _zone)


class RuleInline(admin.TabularInline):  # type: ignore[type-arg]
    model = ReminderRule
    form = RuleForm
    formset = RuleFormSet
    template = "admin/registrations/reminderrule/rows.html"
    fields = ["audience", "kind", "offset", "at_hour", "quiet", "late", "active", _SINCE]
    readonly_fields = [_SINCE]
    ordering = ["audience", "-offset", "pk"]
    verbose_name_plural = _("reminder plan")
    extra = 0


class ReadsTwice(BaseModelAdmin):  # type: ignore[type-arg]
    """Two of staff may write equal rules in the same second: the second form is read again, and then says so."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        page: Any = super()
        try:
            return page.changeform_view(request, object_id, form_url, extra_context)
        except EqualRule:
            # The database kept the first one; nothing of this form was written.
            return page.changeform_view(request, object_id, form_url, extra_context)


# Workshops must not know of registrations, so what sits above adds its rows to the pages below, as Django
# documents it for its own user page: the class below is extended and registered in its place.
class SeriesWithRemindersAdmin(ReadsTwice, SeriesAdmin):
    inlines = [*SeriesAdmin.inlines, RuleInline]

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        view = figures_views.of_series
        own = [
            path("<int:pk>/figures/", guard(view), name="workshops_series_figures"),
            path("<int:pk>/figures.<slug:kind>", guard(view), name="workshops_series_figures_file"),
        ]
        return [*own, *super().get_urls()]


class SessionWithRemindersAdmin(ReadsTwice, SessionAdmin):
    inlines = [*SessionAdmin.inlines, RuleInline]

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        figures = figures_views.of_session
        own = [
            path("<int:pk>/messages/", guard(outlook_views.show), name="workshops_session_messages"),
            path("<int:pk>/attendance/", guard(attendance_views.show), name="workshops_session_attendance"),
            path(
                "<int:pk>/attendance/<int:batch>/undo/",
                guard(attendance_views.undo),
                name="workshops_session_undo_batch",
            ),
            path("<int:pk>/attendance/policy/", guard(attendance_views.policy), name="workshops_session_policy"),
            path("<int:pk>/figures/", guard(figures), name="workshops_session_figures"),
            path("<int:pk>/figures.<slug:kind>", guard(figures), name="workshops_session_figures_file"),
            path("<int:pk>/reports/", guard(report_views.of_session), name="workshops_session_reports"),
        ]
        return [*own, *super().get_urls()]


for model, page in ((Series, SeriesWithRemindersAdmin), (Session, SessionWithRemindersAdmin)):
    admin.site.unregister(model)
    admin.site.register(model, page)


@admin.register(ReminderRule)
class ReminderRuleAdmin(ReadsTwice, Page):
    form = LoneRuleForm
    list_display = ["words", "what", "to_whom", "series", "session", "quiet", "active", _SINCE_THERE]
    list_filter = ["active", "audience", "kind"]
    list_select_related = ["series", "session__series"]
    ordering = ["series", "session", "audience", "-offset", "pk"]
    fieldsets = [
        (None, {"fields": ["series", "session", "audience", "kind"]}),
        (_("When"), {"fields": ["offset", "at_hour", "quiet"]}),
        (None, {"fields": ["late", "active", _SINCE_THERE]}),
    ]
    readonly_fields = [_SINCE_THERE]

    def get_readonly_fields(self, request: HttpRequest, obj: ReminderRule | None = None) -> list[str]:
        # A rule that moved to another series would leave its own perhaps without any.
        return [*self.readonly_fields, *(["series", "session"] if obj else [])]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # Rules are deleted one by one, so that the last of a series can be refused in words.
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        rule = self.get_object(request, object_id)
        if rule and self.has_delete_permission(request, rule) and _is_last(rule):
            return self._refuse(request, rule)
        return super().delete_view(request, object_id, extra_context)

    def _refuse(self, request: HttpRequest, rule: ReminderRule) -> HttpResponse:
        messages.error(request, KEEP_ONE)
        return redirect("admin:registrations_reminderrule_change", rule.pk)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        try:
            super().save_model(request, obj, form, change)
        except IntegrityError as clash:
            raise EqualRule from clash
        if change:
            # Follows from what was changed; no input of the form says it.
            obj.save(update_fields=["active_from"])

    def delete_model(self, request: HttpRequest, obj: ReminderRule) -> None:
        plans.delete_rule(rule=obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "session":
            sessions: QuerySet[Session] = Session.objects.without_texts().select_related("series")
            options["queryset"] = sessions.order_by("-series__created_at", "number", "pk")
        return super().formfield_for_foreignkey(db_field, request, **options)

    @admin.display(description=_("when"), ordering="offset")
    def words(self, rule: ReminderRule) -> str:
        return str(rule)

    @admin.display(description=_("what"), ordering="kind")
    def what(self, rule: ReminderRule) -> str:
        return rule.get_kind_display()

    @admin.display(description=_("to whom"), ordering="audience")
    def to_whom(self, rule: ReminderRule) -> str:
        return rule.get_audience_display()


def _is_last(rule: ReminderRule) -> bool:
    same = ReminderRule.objects.filter(series=rule.series_id).exclude(pk=rule.pk)
    return rule.series_id is not None and not same.exists()
