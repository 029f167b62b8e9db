"""The panel of a session, as ordered rows on the session's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Case, QuerySet, When
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext

from workshops.admin.pages import Inputs
from workshops.choices import PanelRole, SessionState
from workshops.models import Panellist, Session

if TYPE_CHECKING:
    PanelFormSetBase = BaseInlineFormSet[Panellist, Session, forms.ModelForm[Panellist]]
else:
    PanelFormSetBase = BaseInlineFormSet


class SeatForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Panellist
        fields = ["role", "order", "speaker", "topic", "point"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            # The inner widget of the one that adds the pencil and the plus.
            self.fields["speaker"].widget.widget.known = self.instance.speaker


class SpeakerSelect(AutocompleteSelect):
    """An autocomplete that names the speaker its row was loaded with, without a query per row."""

    known: Any = None

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> list[Any]:
        if self.known is None or list(value) != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        return [(None, [self.create_option(name, self.known.pk, str(self.known), True, 0)], 0)]


class PanelFormSet(PanelFormSetBase):
    def clean(self) -> None:
        """What only the panel can give is asked for at the panel; the session's form asks for the rest."""
        super().clean()
        session = self.instance
        # As sent: where the session's form refuses to open, the instance keeps its old state.
        if self.data.get("state") != SessionState.OPEN or self._has_seats():
            return
        for what in session.missing_for_opening(has_panel=False):
            if what not in session.missing_for_opening(has_panel=True):
                raise ValidationError(
                    gettext("Registration can open once there is %(what)s."), params={"what": what}, code="panel"
                )

    def _has_seats(self) -> bool:
        rows = [form.cleaned_data for form in self.forms if hasattr(form, "cleaned_data")]
        return any(row.get("speaker") and not row.get("DELETE") for row in rows)


class PanelInline(Inputs, admin.StackedInline):  # type: ignore[type-arg]
    model = Panellist
    form = SeatForm
    formset = PanelFormSet
    # As a reader meets them: opening, moderator, panellists, closing.
    ordering = [Case(*(When(role=role, then=place) for place, role in enumerate(PanelRole.values))), "order", "pk"]
    fields = [("speaker", "role", "order"), "topic", "point"]
    extra = 0
    verbose_name_plural = Panellist._meta.verbose_name_plural

    def get_queryset(self, request: HttpRequest) -> QuerySet[Panellist]:
        return super().get_queryset(request).select_related("speaker")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "speaker":
            options["widget"] = SpeakerSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **options)
