"""What a person who is signed in says of themselves, and how we reach them."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.conf import settings
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import zones
from registrations.choices import Gender
from registrations.forms.fields import AddressField, CountryField, LineField, ZoneField
from registrations.models import Attendee
from registrations.services.profile import Details
from workshops.choices import Sector

REQUIRED = _("This is needed.")
_NAME_LOCKED = _(
    "Your certificates say “%(certified)s”. If you write another name here, the organisers are asked to correct it."
)
NAMES = (
    *("full_name", "country", "timezone", "language", "organisation", "position"),
    *("initiative", "sector", "gender"),
)


class ProfileForm(forms.Form):
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
    language = forms.ChoiceField(label=_("Language of our mails"), choices=settings.LANGUAGES)
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
    initiative = LineField(
        label=_("Initiative you coordinate"),
        required=False,
        max_length=200,
        help_text=_("Type a few letters and choose it if it is known already."),
        widget=forms.TextInput(attrs={"list": "initiatives", "autocomplete": "off"}),
    )
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", ""), *Sector.choices])
    gender = forms.ChoiceField(
        label=_("Gender"),
        required=False,
        choices=[("", ""), *Gender.choices],
        help_text=_("Optional. The organisers publish only the share of women among all who came."),
    )

    def __init__(self, data: Any = None, *, attendee: Attendee, name_locked: bool = False) -> None:
        super().__init__(data, initial=_said(attendee))
        if name_locked:
            self.fields["full_name"].help_text = escape(_NAME_LOCKED % {"certified": attendee.full_name})
        timezone = self.fields["timezone"]
        if zones.exists(attendee.timezone) and attendee.timezone not in zones.CITIES:
            # Somebody may keep the hour of a city that the list does not name.
            own = (attendee.timezone, zones.city(attendee.timezone))
            timezone.widget = forms.Select(choices=[own, *((zone, zones.city(zone)) for zone in zones.CITIES)])
        for field in self.fields.values():
            field.error_messages["required"] = REQUIRED

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(
            Field("full_name"),
            Div("country", "timezone", css_class="form-pair"),
            Div("organisation", "position", css_class="form-pair"),
            Div("initiative", "sector", css_class="form-pair"),
            Div("gender", "language", css_class="form-pair"),
        )
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["timezone"] = cleaned.get("timezone") or zones.of_country(cleaned.get("country", ""))
        return cleaned

    def details(self) -> Details:
        """What `profile.change` takes, from a valid form."""
        return Details(**{name: self.cleaned_data[name] for name in NAMES})


class NewAddressForm(forms.Form):
    email = AddressField(
        label=_("Another address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["email"].error_messages["required"] = REQUIRED
        self.fields["email"].error_messages["invalid"] = _("Write an address like name@example.org.")

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


def _said(attendee: Attendee) -> dict[str, Any]:
    said = {name: getattr(attendee, name) for name in NAMES}
    return said | {"country": attendee.country.code or "", "full_name": attendee.wanted_name or attendee.full_name}
