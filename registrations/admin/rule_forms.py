"""What staff say in a rule of the reminder plan, and what is wrong with it, in words beside the row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import clock
from registrations.choices import RuleKind
from registrations.models import ReminderRule
from registrations.models.reminders import LEAST, MOST
from registrations.services import plans
from workshops.admin.pages import Rows
from workshops.models import Series

UNITS = {"days": _("days"), "hours": _("hours"), "minutes": _("minutes")}
# A rule with another moment, or for others, reminds nobody of moments that are past.
_MOVES = {"kind", "audience", "offset", "at_hour", "quiet", "active"}
_DISTINCT = ("audience", "kind", "offset")
_EQUAL = _("Another rule says the same to the same people at the same distance.")
KEEP_ONE = _(
    "A series keeps at least one rule: without any, the usual plan comes back. "
    "To send nothing, switch the rules off instead of deleting them."
)
# "Starting now" a day ahead would be untrue.
_NOW = timedelta(hours=1)


class EqualRule(Exception):
    """Somebody wrote an equal rule between the check of this one and its writing."""


class LeadWidget(forms.MultiWidget):
    """A number and its unit: 7 days, 1 hour."""

    def __init__(self) -> None:
        number = forms.NumberInput(attrs={"min": 1, "class": "number", "aria-label": _("How many")})
        unit = forms.Select(attrs={"aria-label": _("Days, hours or minutes")}, choices=list(UNITS.items()))
        super().__init__([number, unit])

    def decompress(self, value: timedelta | None) -> list[Any]:
        if not value:
            return [None, "days"]
        unit = next(unit for unit in UNITS if not value % timedelta(**{unit: 1}) or unit == "minutes")
        return [value // timedelta(**{unit: 1}), unit]


class LeadField(forms.MultiValueField):
    """How long before the start, or after the end, a rule speaks."""

    widget = LeadWidget

    def __init__(self, **options: Any) -> None:
        number = forms.IntegerField(
            min_value=1,
            error_messages={
                "invalid": _("Give a whole number."),
                "min_value": _("1 or more: a reminder leaves before the start, what follows leaves after the end."),
            },
        )
        unit = forms.ChoiceField(choices=list(UNITS.items()))
        empty = {"required": _("Say how long before the start, or after the end.")}
        super().__init__((number, unit), error_messages=empty, **options)

    def compress(self, data_list: list[Any]) -> timedelta | None:
        if not data_list:
            return None
        try:
            return timedelta(**{data_list[1]: data_list[0]})
        except OverflowError:
            return timedelta.max

    def validate(self, value: timedelta | None) -> None:
        super().validate(value)
        if value and value < LEAST:
            raise ValidationError(_("5 minutes or more: a mail needs some time to arrive."))
        if value and value > MOST:
            raise ValidationError(_("At most 365 days."))


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    offset = LeadField(label=_("How long before"), help_text=_("What is sent after the session counts from its end."))

    class Meta:
        model = ReminderRule
        widgets = {"at_hour": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
        labels = {
            "at_hour": _("Hour of the reader"),
            "late": _("Registered later"),
        }
        fields = ["series", "session", "audience", "kind", "offset", "at_hour", "quiet", "late", "active"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._belongs_to_one()
        self._says_now()
        if self.instance.pk is None or _MOVES & set(self.changed_data):
            self.instance.active_from = clock.now()
        return self.cleaned_data

    def _belongs_to_one(self) -> None:
        owners = [self.cleaned_data[name] for name in ("series", "session") if name in self.cleaned_data]
        if len(owners) == 2 and bool(owners[0]) == bool(owners[1]):
            self.add_error("session", _("A rule belongs to a series or to one session."))

    def _says_now(self) -> None:
        offset = self.cleaned_data.get("offset")
        if self.cleaned_data.get("kind") == RuleKind.STARTING and offset and offset > _NOW:
            self.add_error("offset", _("“Starting now” leaves in the last hour before the start."))


class LoneRuleForm(RuleForm):
    """A rule on a page of its own, where its neighbours are not beside it."""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        owner = {name: given.get(name) or getattr(self.instance, name) for name in ("series", "session")}
        same = ReminderRule.objects.filter(**owner, **{name: given.get(name) for name in _DISTINCT})
        if given.get("offset") and same.exclude(pk=self.instance.pk).exists():
            self.add_error("offset", _EQUAL)
        return given


class RuleFormSet(Rows):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name in ("audience", "kind", "at_hour", "quiet", "late", "active"):
            # A table's heading names the column; who listens to the page hears only the input's own label.
            if name in form.fields:
                form.fields[name].widget.attrs["aria-label"] = form.fields[name].label

    def clean(self) -> None:
        """Django does not hold a constraint with a condition against the rows of a page, so equal rules meet here."""
        super().clean()
        kept = [form for form in self.forms if _is_kept(form)]
        self._find_equal(kept)
        if not kept and self.initial_forms and isinstance(self.instance, Series):
            raise ValidationError(KEEP_ONE)

    def save(self, commit: bool = True) -> Any:
        # Two rules may change places: what they said steps aside before either is written.
        for place, form in enumerate(self.initial_forms if commit else [], start=1):
            if "offset" in form.changed_data and form.instance.pk:
                aside = form.initial["offset"] + timedelta(microseconds=place)
                ReminderRule.objects.filter(pk=form.instance.pk).update(offset=aside)
        try:
            return super().save(commit)
        except IntegrityError as clash:
            raise EqualRule from clash

    def delete_existing(self, obj: Any, commit: bool = True) -> None:
        if commit:
            plans.delete_rule(rule=obj)

    def _find_equal(self, kept: list[Any]) -> None:
        seen = self._elsewhere()
        for form in kept:
            said = tuple(form.cleaned_data.get(name) for name in _DISTINCT)
            if None not in said and said in seen:
                form.add_error("offset", _EQUAL)
            seen.add(said)

    def _elsewhere(self) -> set[tuple[Any, ...]]:
        """What the rules say that were added since this page was opened."""
        if self.instance.pk is None:
            return set()
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        return set(self.instance.reminder_rules.exclude(pk__in=shown).values_list(*_DISTINCT))


def _is_kept(form: Any) -> bool:
    """A row that will be there after saving; the empty last one of a page is none."""
    given = getattr(form, "cleaned_data", None) or {}
    return bool(given) and not given.get("DELETE") and (form.has_changed() or form.instance.pk)
