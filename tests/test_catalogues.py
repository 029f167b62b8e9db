"""The catalogues are complete: every language says everything, in its own words."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po
from django.utils import translation
from django_countries import countries

from workshops.when import long_date

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("es", "pt", "fr")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
TAG = re.compile(r"</?[a-z]+")

# Words that are the same in the language as in English.
EVERYWHERE = {"Original", "original", "j M Y, H:i"}
SAME = {
    "es": {
        "Asunción",
        "Montevideo",
        "Santo Domingo",
        "Error:",
        "Panel",
        "panel",
        "series",
        "Folio",
        "folio",
        *("Certificado", "Constancia"),
        *EVERYWHERE,
    },
    "pt": {"Havana", "Los Angeles", "Paris", "Port of Spain", "Certificado", "E-mail", "Online", *EVERYWHERE},
    "fr": {
        "Programme",
        *("Belize City", "Los Angeles", "Montevideo", "New York", "Paris", "Port-au-Prince", "j F", "l j F Y"),
        *("Mode", "Organisation", "format", "initiative", "message", "messages", "minutes", "mode", "organisation"),
        *EVERYWHERE,
        *("Date", "date", "Initiative", "Initiatives", "Messages"),
        *("panel", "panels", "photo", "initiatives", "places", "source", "version"),
    },
}
PROPER = re.compile(r"^[\W\d_]*$")


def catalogue(language: str) -> Catalog:
    path = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def sayings(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_empty_or_doubtful(language: str) -> None:
    assert [message.id for message in messages(language) if message.fuzzy] == []
    assert [message.id for message in messages(language) if not all(sayings(message.string or ""))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_left_in_english(language: str) -> None:
    same = {
        english
        for message in messages(language)
        for english, said in zip(sayings(message.id), sayings(message.string or ""), strict=False)
        if english == said and not PROPER.match(PLACEHOLDER.sub("", english))
    }

    assert sorted(same - SAME[language]) == []
    assert sorted(SAME[language] - same) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_keeps_its_placeholders_and_tags(language: str) -> None:
    broken = [message.id for message in messages(language) if not keeps_marks(message)]

    assert broken == []


def keeps_marks(message: Message) -> bool:
    """Each translation names what the English names; a singular may say "one" instead of its number."""
    english = sayings(message.id)
    full = marks(english[-1])
    may_drop = {mark for mark in full if len(english) > 1}
    return all(marks(said) == full or (may_drop and marks(said) <= full) for said in sayings(message.string or ""))


def marks(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text)) | set(TAG.findall(text))


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not installed: apt-get install gettext")
def test_everything_the_sources_say_is_in_the_catalogues(tmp_path: Path) -> None:
    copy = tmp_path / "sources"
    ignored = shutil.ignore_patterns(".git", ".venv", "var", "node_modules", "__pycache__", "tests", "bench", "*.mo")
    shutil.copytree(ROOT, copy, ignore=ignored, symlinks=True)
    extract = ["makemessages", "--no-obsolete", "--no-location", *(f"-l{language}" for language in LANGUAGES)]
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-m", "django", *extract], cwd=copy, env=bare, check=True, capture_output=True)

    missing = {language: said_in(copy / "locale", language) - keys(catalogue(language)) for language in LANGUAGES}

    assert missing == {language: set() for language in LANGUAGES}


def said_in(folder: Path, language: str) -> set[tuple[str, str]]:
    with (folder / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return keys(read_po(file, locale=language))


def keys(found: Catalog) -> set[tuple[str, str]]:
    return {(message.context or "", sayings(message.id)[0]) for message in found if message.id}


def test_portuguese_is_brazils() -> None:
    """Django's own words come from Portugal; the second catalogue of the settings says them as Brazil does."""
    with translation.override("pt"):
        assert long_date(date(2026, 12, 3)) == "quinta-feira, 3 de dezembro de 2026"
        assert dict(countries)["AM"] == "Armênia"
