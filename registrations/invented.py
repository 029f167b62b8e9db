"""Made-up people of the whole region, always the same ones: number 17 is the same person on every machine."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from iatp_events.lib import zones
from iatp_events.lib.folding import fold

_FILE = Path(__file__).resolve().parent / "data" / "demonstration.json"
# As in the region's registers: mostly Spanish, then Portuguese, some English and French.
_LANGUAGES = ("es",) * 7 + ("pt",) * 2 + ("es", "en", "es", "pt", "fr")


@dataclass(frozen=True, slots=True)
class Invented:
    """Everything a form would have said."""

    full_name: str
    email: str
    country: str
    timezone: str
    language: str
    position: str
    organisation: str
    initiative: str
    sector: str
    gender: str
    question: str


def person(number: int) -> Invented:
    """Invent the person of this number; addresses lie in domains that are reserved for examples (RFC 2606)."""
    # Not for secrets: the same number must give the same person.
    choose = random.Random(number)  # noqa: S311
    language = _LANGUAGES[number % len(_LANGUAGES)]
    words = _words()["languages"][language]
    country = choose.choice(words["countries"])
    region = choose.choice(_words()["regions"][country])
    given, gender = _given_name(words, choose)
    families = choose.sample(words["family"], 2 if language in ("es", "pt") else 1)
    sector, sector_name = choose.choice(sorted(words["sectors"].items()))
    return Invented(
        full_name=" ".join([given, *families]),
        email=f"{fold(given)}.{fold(families[0])}.{number}@example.{choose.choice(('org', 'com'))}".replace(" ", "-"),
        country=country,
        timezone=zones.of_country(country),
        language=language,
        position=choose.choice(words["positions"]),
        organisation=choose.choice(words["organisations"]).format(region=region),
        initiative=words["initiative"].format(sector=sector_name, region=region),
        sector=sector,
        gender=gender,
        question=choose.choice(words["questions"]) if choose.random() < 0.15 else "",
    )


def _given_name(words: dict[str, Any], choose: random.Random) -> tuple[str, str]:
    """A given name, and what the form said about gender: some say nothing, some prefer not to say."""
    group, said = choose.choice((("women", "woman"), ("men", "man")))
    gender = choose.choices((said, "", "undisclosed", "other"), weights=(84, 8, 6, 2))[0]
    return choose.choice(words[group]), gender


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return words
