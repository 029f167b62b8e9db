"""What a person who is signed in says of themselves, and how we reach them."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import zones
from registrations.forms.fields import AddressField, LineField
from registrations.forms.page import PageForm
from registrations.forms.person import DETAILS, DetailsForm
from registrations.models import Attendee
from registrations.services.profile import Details

_NAME_LOCKED = _(
    "Your certificates say “%(certified)s”. If you write another name here, the organisers are asked to correct it."
)
NAMES = (*DETAILS, "initiative")


class ProfileForm(DetailsForm):
    initiative = LineField(
        label=_("Initiative you coordinate"),
        required=False,
        max_length=200,
        help_text=_("Type a few letters and choose it if it is known already."),
        widget=forms.TextInput(attrs={"list": "initiatives", "autocomplete": "off"}),
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
        self.fields["language"].required = True

    def details(self) -> Details:
        """What `profile.change` takes, from a valid form."""
        return Details(**{name: self.cleaned_data[name] for name in NAMES})

    def _layout(self) -> Layout:
        return Layout(
            Field("full_name"),
            Div("country", "timezone", css_class="form-pair"),
            Div("organisation", "position", css_class="form-pair"),
            Div("initiative", "sector", css_class="form-pair"),
            Div("gender", "language", css_class="form-pair"),
        )


class NewAddressForm(PageForm):
    email = AddressField(
        label=_("Another address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


def _said(attendee: Attendee) -> dict[str, Any]:
    said = {name: getattr(attendee, name) for name in NAMES}
    return said | {"country": attendee.country.code or "", "full_name": attendee.wanted_name or attendee.full_name}
