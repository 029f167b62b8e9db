"""Who somebody is, as every form asks it."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import HTML, Div, Fieldset
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iatp_events.lib import languages, zones
from registrations.choices import Gender
from registrations.forms.fields import AddressField, CountryField, LineField, ZoneField, likely_address
from registrations.forms.page import PageForm
from workshops.choices import Sector

# What `people.Person` and `profile.Details` are made of, besides address and initiative.
DETAILS = ("full_name", "country", "timezone", "language", "organisation", "position", "sector", "gender")


class DetailsForm(PageForm):
    """What a person says of themselves, wherever they say it."""

    full_name = LineField(
        label=_("Full name"),
        max_length=200,
        help_text=_("As it should stand on the certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    country = CountryField(label=_("Country"), widget=forms.Select(attrs={"autocomplete": "country"}))
    timezone = ZoneField(
        label=_("City whose hour you keep"), required=False, help_text=_("Empty: the usual one of your country.")
    )
    organisation = LineField(
        label=_("Organisation"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    position = LineField(
        label=_("Position"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", ""), *Sector.choices])
    gender = forms.ChoiceField(
        label=_("Gender"),
        required=False,
        choices=[("", ""), *Gender.choices],
        help_text=_("Optional. The organisers publish only the share of women among all who came."),
    )
    language = forms.ChoiceField(label=_("Language of our mails"), required=False, choices=settings.LANGUAGES)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["timezone"] = cleaned.get("timezone") or zones.of_country(cleaned.get("country", ""))
        cleaned["language"] = cleaned.get("language") or languages.current()
        return cleaned


class PersonForm(DetailsForm):
    """Who somebody is, with an address and the code of conduct: no account is needed."""

    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The confirmation and your personal link go there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    email_kept = forms.CharField(required=False, max_length=254, widget=forms.HiddenInput)
    code_of_conduct = forms.BooleanField(label=_("I have read the code of conduct and will follow it."))
    announcements = forms.BooleanField(
        label=_("Write to me when new sessions and series are announced."), required=False
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        # A copy: the form notes in a hidden field that it asked about an address.
        self._typed: Any = data.copy() if data is not None else None
        super().__init__(self._typed, **options)
        self.fields["code_of_conduct"].error_messages["required"] = _("Please accept the code of conduct.")

    def clean_email(self) -> str:
        """Ask once about an address that looks like a slip; who sends it again means it."""
        address: str = self.cleaned_data["email"]
        meant = likely_address(address)
        if meant and self.data.get("email_kept") != address:
            self._typed["email_kept"] = address
            raise ValidationError(
                _("Did you mean %(meant)s? Correct it, or send the form again to keep what you wrote."),
                code="slip",
                params={"meant": meant},
            )
        return address


def who(*last: str | Div, email: bool = True) -> Fieldset:
    """The part of the form that asks who somebody is; last: what stands below organisation and position."""
    return Fieldset(
        _("Who are you?"),
        *(("full_name", "email", "email_kept") if email else ("full_name",)),
        Div("country", "timezone", css_class="form-pair"),
        Div("organisation", "position", css_class="form-pair"),
        *last,
        css_class="form-section",
    )


def agreement(*names: str) -> Fieldset:
    """The part of the form where somebody agrees; names: of its boxes."""
    return Fieldset(
        pgettext_lazy("form", "Agreement"),
        HTML('{% include "registrations/_agreement.html" %}'),
        *names,
        css_class="form-section",
    )
