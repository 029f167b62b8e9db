"""What a device at the door sends: an event, and who somebody without a registration is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import languages, zones
from registrations.choices import Gender
from registrations.forms.fields import AddressField, CountryField, LineField
from registrations.forms.page import REQUIRED
from registrations.services.people import Person

CHECK_IN, UNDO, WALK_IN, UNDO_WALK_IN = "check_in", "undo", "walk_in", "undo_walk_in"
LARGEST_KEY = 2**63 - 1
# Milliseconds since 1970, as browsers count; the year 2100.
LATEST = 4_102_444_800_000
LONGEST_BADGE = 400
UUID_LENGTH = 36
_SELECT = {"class": "form-select"}


class EventForm(forms.Form):
    """Something that happened at a door."""

    id = forms.UUIDField()
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in (CHECK_IN, UNDO, WALK_IN, UNDO_WALK_IN)])
    at = forms.IntegerField(min_value=0, max_value=LATEST)
    registration = forms.IntegerField(min_value=1, max_value=LARGEST_KEY, required=False)
    badge = forms.CharField(max_length=LONGEST_BADGE, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        named = cleaned.get("registration") or cleaned.get("badge")
        if cleaned.get("kind") in (CHECK_IN, UNDO) and not named:
            self.add_error(None, "a registration or a badge is needed")
        return cleaned


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A check-in as devices write it; where there is a badge, it says who it is."""

    id: UUID
    at: int
    registration: int
    badge: str


def plain_check_in(said: Any) -> CheckIn | None:
    """Read what most events are without building a form; None for all else, which `EventForm` judges."""
    if not isinstance(said, dict) or said.get("kind") != CHECK_IN:
        return None
    number: Any = said.get("id")
    at: Any = said.get("at")
    registration, badge = said.get("registration", 0), said.get("badge", "")
    if [type(one) for one in (number, at, registration, badge)] != [str, int, int, str]:
        return None
    named = 0 < len(badge) <= LONGEST_BADGE or (not badge and 0 < registration <= LARGEST_KEY)
    if not (named and 0 <= at <= LATEST and len(number) == UUID_LENGTH):
        return None
    try:
        return CheckIn(UUID(number), at, registration, badge)
    except ValueError:
        return None


class WalkInForm(forms.Form):
    """Somebody without a registration; a name is enough."""

    full_name = LineField(
        label=_("Full name"),
        max_length=200,
        help_text=_("As it should stand on the certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control"}),
        error_messages={"required": REQUIRED},
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "class": "form-control"}),
        error_messages={"invalid": _("Write an address like name@example.org.")},
    )
    country = CountryField(label=_("Country"), required=False, widget=forms.Select(attrs=_SELECT))
    gender = forms.ChoiceField(
        label=_("Gender"),
        required=False,
        choices=[("", ""), *Gender.choices],
        widget=forms.Select(attrs=_SELECT),
    )

    def person(self, zone: str) -> Person:
        """zone: that of the session, for who names no country."""
        said = self.cleaned_data
        kept = zones.of_country(said["country"]) if said["country"] else zone
        return Person(**said, timezone=kept, language=languages.current())
