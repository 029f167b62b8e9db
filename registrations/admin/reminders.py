"""When reminders leave: rules on the page of their series or session, and a list of all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import clock
from registrations.models import ReminderRule
from workshops.admin.pages import Page, Rows
from workshops.admin.series import SeriesAdmin
from workshops.admin.sessions import SessionAdmin
from workshops.models import Series, Session

UNITS = {"days": _("days"), "hours": _("hours"), "minutes": _("minutes")}


class LeadWidget(forms.MultiWidget):
    """A number and its unit: 7 days, 1 hour."""

    def __init__(self) -> None:
        number = forms.NumberInput(attrs={"min": 1, "class": "number", "aria-label": _("How many before the start")})
        unit = forms.Select(attrs={"aria-label": _("Days, hours or minutes")}, choices=list(UNITS.items()))
        super().__init__([number, unit])

    def decompress(self, value: timedelta | None) -> list[Any]:
        if not value:
            return [None, "days"]
        unit = next(unit for unit in UNITS if not value % timedelta(**{unit: 1}) or unit == "minutes")
        return [value // timedelta(**{unit: 1}), unit]


class LeadField(forms.MultiValueField):
    """How long before the start a reminder leaves."""

    widget = LeadWidget

    def __init__(self, **options: Any) -> None:
        number = forms.IntegerField(min_value=1, max_value=10_000)
        super().__init__((number, forms.ChoiceField(choices=list(UNITS.items()))), **options)

    def compress(self, data_list: list[Any]) -> timedelta | None:
        return timedelta(**{data_list[1]: data_list[0]}) if data_list else None


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    offset = LeadField(label=_("Time before the start"))

    class Meta:
        model = ReminderRule
        widgets = {"active": forms.CheckboxInput(attrs={"aria-label": _("active")})}
        fields = ["series", "session", "offset", "active"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        owners = [self.cleaned_data[name] for name in ("series", "session") if name in self.cleaned_data]
        if len(owners) == 2 and bool(owners[0]) == bool(owners[1]):
            self.add_error("session", _("A rule belongs to a series or to one session."))
        if self.instance.pk is None or {"offset", "active"} & set(self.changed_data):
            # A rule that is new, moved or switched on again reminds nobody of moments that are past.
            self.instance.active_from = clock.now()
        return self.cleaned_data


class RuleFormSet(Rows):
    def clean(self) -> None:
        """Django does not hold a constraint with a condition against the rows of a page, so equal rules meet here."""
        super().clean()
        rows = [form.cleaned_data for form in self.forms if hasattr(form, "cleaned_data")]
        offsets = [row["offset"] for row in rows if row.get("offset") and not row.get("DELETE")]
        if len(set(offsets)) < len(offsets):
            raise ValidationError(_("Two rules say the same time."))


class RuleInline(admin.TabularInline):  # type: ignore[type-arg]
    model = ReminderRule
    form = RuleForm
    formset = RuleFormSet
    fields = ["offset", "active", "active_from"]
    readonly_fields = ["active_from"]
    ordering = ["-offset", "pk"]
    extra = 0


# Workshops must not know of registrations, so what sits above adds its rows to the pages below, as Django
# documents it for its own user page: the class below is extended and registered in its place.
class SeriesWithRemindersAdmin(SeriesAdmin):
    inlines = [*SeriesAdmin.inlines, RuleInline]


class SessionWithRemindersAdmin(SessionAdmin):
    inlines = [*SessionAdmin.inlines, RuleInline]


for model, page in ((Series, SeriesWithRemindersAdmin), (Session, SessionWithRemindersAdmin)):
    admin.site.unregister(model)
    admin.site.register(model, page)


@admin.register(ReminderRule)
class ReminderRuleAdmin(Page):
    form = RuleForm
    list_display = ["lead", "series", "session", "active", "active_from"]
    list_filter = ["active"]
    list_select_related = ["series", "session__series"]
    ordering = ["series", "session", "-offset", "pk"]
    fields = ["series", "session", "offset", "active", "active_from"]
    readonly_fields = ["active_from"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "session":
            sessions: QuerySet[Session] = Session.objects.select_related("series")
            options["queryset"] = sessions.order_by("-series__created_at", "number", "pk")
        return super().formfield_for_foreignkey(db_field, request, **options)

    @admin.display(description=_("time before the start"), ordering="offset")
    def lead(self, rule: ReminderRule) -> str:
        number, unit = LeadWidget().decompress(rule.offset)
        return f"{number} {UNITS[unit]}"
