"""Fields that know how people of the region write names, addresses, countries and cities."""

import unicodedata
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from iatp_events.lib import zones
from registrations.models.attendees import normalise

LONGEST_ADDRESS = 254
# What fingers make of the addresses most people of the region have.
_SLIPS = {
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gamil.com": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail.co": "gmail.com",
    "gmail.cm": "gmail.com",
    "gnail.com": "gmail.com",
    "gmal.com": "gmail.com",
    "hotmial.com": "hotmail.com",
    "hotmai.com": "hotmail.com",
    "hotmail.con": "hotmail.com",
    "hotmal.com": "hotmail.com",
    "homail.com": "hotmail.com",
    "outlok.com": "outlook.com",
    "outloo.com": "outlook.com",
    "outlook.con": "outlook.com",
    "yaho.com": "yahoo.com",
    "yahoo.con": "yahoo.com",
    "yahooo.com": "yahoo.com",
}


def validate_one_line(value: str) -> None:
    """A line break in a name would be a header of a mail, or a row of a report."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise ValidationError(_("Write this on one line."), code="one_line")


class LineField(forms.CharField):
    """One line of text."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.validators.append(validate_one_line)


class AddressField(forms.EmailField):
    """An e-mail address that can be normalised."""

    def clean(self, value: str) -> str:
        address: str = super().clean(value)
        # A quoted local part may hold line breaks; nobody's address needs one, and a header is no place for it.
        if address and ('"' in address or not _is_sendable(address)):
            raise ValidationError(_("Write an address like name@example.org."), code="invalid")
        return address


class CountryField(forms.ChoiceField):
    """A country by its two letters; the list in the reader's language is built when it is shown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=country_choices, **options)

    def valid_value(self, value: object) -> bool:
        return value in _country_codes()


class ZoneField(forms.CharField):
    """An IANA zone: a city of the list, or any other that exists."""

    def __init__(self, **options: Any) -> None:
        # Django takes a callable here; its stubs do not know.
        super().__init__(widget=forms.Select(choices=city_choices), **options)  # type: ignore[arg-type]

    def clean(self, value: str) -> str:
        zone: str = super().clean(value)
        if zone and not zones.exists(zone):
            raise ValidationError(_("Choose a city from the list."), code="invalid_choice")
        return zone


def _is_sendable(address: str) -> bool:
    try:
        return address.isprintable() and len(normalise(address)) <= LONGEST_ADDRESS
    except ValueError:
        return False


def likely_address(address: str) -> str:
    """The address somebody probably meant; empty when nothing looks like a slip."""
    local, _at, domain = address.rpartition("@")
    meant = _SLIPS.get(domain.lower())
    return f"{local}@{meant}" if meant else ""


def country_choices() -> list[tuple[str, str]]:
    """Every country in the reader's language, the region's first; built once per language."""
    return _country_choices(translation.get_language() or "")


@cache
def _country_codes() -> frozenset[str]:
    return frozenset(country.code for country in countries)


@cache
def _country_choices(language: str) -> list[tuple[str, str]]:
    return [("", ""), *((country.code, country.name) for country in countries)]


def city_choices() -> list[tuple[str, str]]:
    """The region's cities in the reader's language; built once per language."""
    return _city_choices(translation.get_language() or "")


@cache
def _city_choices(language: str) -> list[tuple[str, str]]:
    return [("", ""), *((zone, zones.city(zone)) for zone in zones.CITIES)]
