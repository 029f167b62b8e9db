"""The form of somebody to whom a colleague passes a place."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset, Layout
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registrations.forms.person import PersonForm
from registrations.services.people import Person

_OF_PERSON = (
    *("full_name", "email", "country", "timezone", "language", "organisation", "position"),
    *("sector", "gender"),
)


class SubstituteForm(PersonForm):
    @cached_property
    def helper(self) -> FormHelper:
        """How crispy-forms lays the form out; built when it is shown."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(
            Fieldset(
                _("Who are you?"),
                "full_name",
                "email",
                "email_kept",
                Div("country", "timezone", css_class="form-pair"),
                Div("organisation", "position", css_class="form-pair"),
                Div("sector", "gender", css_class="form-pair"),
                "language",
                css_class="form-section",
            ),
            Fieldset(
                pgettext_lazy("form", "Agreement"),
                HTML('{% include "registrations/_agreement.html" %}'),
                "code_of_conduct",
                "announcements",
                css_class="form-section",
            ),
        )
        return helper

    def person(self) -> dict[str, Any]:
        """What `substitutes.take_over` takes, from a valid form."""
        cleaned = self.cleaned_data
        return {
            "person": Person(**{name: cleaned[name] for name in _OF_PERSON}),
            "announcements": cleaned["announcements"],
        }
