"""A form that a page carries between its own form tags; crispy-forms lays out what is inside."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

REQUIRED = _("This is needed.")


class PageForm(forms.Form):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.error_messages["required"] = REQUIRED
        if "email" in self.fields:
            self.fields["email"].error_messages["invalid"] = _("Write an address like name@example.org.")

    @cached_property
    def helper(self) -> FormHelper:
        """How crispy-forms lays the form out; built when it is shown."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = self._layout()
        return helper

    def _layout(self) -> Layout:
        return Layout(*self.fields)
