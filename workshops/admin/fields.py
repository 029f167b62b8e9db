"""Form fields for what staff type into columns that hold lists, zones and pictures."""

import hashlib
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import photos, zones


class LanguageOrderField(forms.Field):
    """Language codes in an order, typed as "es, pt, en, fr"; the model says which are allowed."""

    widget = forms.TextInput

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return value if isinstance(value, list) else str(value or "").replace(",", " ").lower().split()


class HttpsLinksField(forms.Field):
    """A list of https addresses, typed one per line."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 60})
    _check = URLValidator(schemes=["https"])

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(link) for link in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        for link in value:
            try:
                self._check(link)
            except ValidationError:
                raise ValidationError(_("“%(link)s” is not an https:// link."), params={"link": link}) from None
            # URLValidator lets both pass; a browser shows one host and opens another.
            if "\\" in link or "@" in link.split("/")[2]:
                raise ValidationError(_("“%(link)s” is not an https:// link."), params={"link": link})


class PhotoField(forms.FileField):
    """An uploaded picture, checked by its content and made into a small square portrait."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"accept": "image/jpeg,image/png,image/webp"}

    def to_python(self, data: Any) -> File | None:  # type: ignore[type-arg]
        uploaded = super().to_python(data)
        if uploaded is None:
            return None
        try:
            content = photos.portrait(uploaded.read(photos.MOST_BYTES + 1))
        except photos.PhotoRefused as refusal:
            raise ValidationError(str(refusal), code="photo") from None
        # Named by its content: a new photo has a new address, so that no cache shows the old one.
        return SimpleUploadedFile(f"{hashlib.sha256(content).hexdigest()[:24]}.webp", content, "image/webp")


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The region's cities from north to south, then the continent's other zones by their identifier."""
    cities = [(zone, f"{zones.city(zone)} ({zone})") for zone in zones.CITIES]
    others = sorted(zone for zone in available_timezones() if zone.startswith("America/") and zone not in zones.CITIES)
    return [(str(_("Cities")), cities), (str(_("Other time zones")), [(zone, zone) for zone in others])]


def _zones_or_none() -> list[Any]:
    return [("", "—"), *zone_choices()]


class ZoneSelect(forms.Select):
    """Offers the zone that is set as well, wherever it lies: people come from everywhere."""

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> list[Any]:
        groups = super().optgroups(name, value, attrs)
        if any(option["selected"] for _name, options, _place in groups for option in options):
            return groups
        own = [self.create_option(name, zone, zone, True, 0) for zone in value if zone]
        return [*groups, (None, own, len(groups))]


class ZoneField(forms.ChoiceField):
    widget = ZoneSelect

    def __init__(self, *, initial: str = "", required: bool = True, help_text: Any = "") -> None:
        choices = zone_choices if required else _zones_or_none
        super().__init__(label=_("Time zone"), choices=choices, initial=initial, required=required, help_text=help_text)

    def valid_value(self, value: Any) -> bool:
        return zones.exists(str(value))
