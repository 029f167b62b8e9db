"""The form of somebody to whom a colleague passes a place."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Layout

from iatp_events.lib import languages
from registrations.forms.person import DETAILS, PersonForm, agreement, who
from registrations.services.people import Person


class SubstituteForm(PersonForm):
    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"language": languages.current()})

    def person(self) -> dict[str, Any]:
        """What `substitutes.take_over` takes, from a valid form."""
        cleaned = self.cleaned_data
        return {
            "person": Person(**{name: cleaned[name] for name in (*DETAILS, "email")}),
            "announcements": cleaned["announcements"],
        }

    def _layout(self) -> Layout:
        return Layout(
            who(Div("sector", "gender", css_class="form-pair"), "language"),
            agreement("code_of_conduct", "announcements"),
        )
