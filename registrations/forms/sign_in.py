"""Ask for a link by mail, and type the code that came with it."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registrations.forms.fields import AddressField

_ADDRESS = {"autocomplete": "email", "inputmode": "email", "class": "form-control"}
_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "form-control sign-in-code"}


class AskForm(forms.Form):
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The one with which you registered."),
        widget=forms.EmailInput(attrs=_ADDRESS),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("Write an address like name@example.org."),
        },
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=40,
        widget=forms.TextInput(attrs=_CODE),
        error_messages={"required": _("Type the six digits of the mail.")},
    )

    def clean_code(self) -> str:
        """Spaces and dashes are forgiven."""
        digits = re.sub(r"[\s-]", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise ValidationError(_("Type the six digits of the mail."), code="invalid")
        return digits
