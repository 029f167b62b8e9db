"""What people read when as many of their initiative or country are registered as a session takes."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from registrations.services.caps import By, CapReached, Full


def sentences(refusal: CapReached) -> list[str]:
    return [_sentence(full) for full in refusal.full]


def _sentence(full: Full) -> str:
    by_initiative = ngettext(
        "Session %(number)s takes %(most)s person of each initiative, and the place of this one is taken. "
        "Whoever is registered stays registered.",
        "Session %(number)s takes at most %(most)s people of each initiative, and this one has reached that number. "
        "Whoever is registered stays registered.",
        full.most,
    )
    by_country = ngettext(
        "Session %(number)s takes %(most)s person from each country, and the place of this one is taken. "
        "Whoever is registered stays registered.",
        "Session %(number)s takes at most %(most)s people from each country, and this one has reached that number. "
        "Whoever is registered stays registered.",
        full.most,
    )
    sentence = by_initiative if full.by == By.INITIATIVE else by_country
    return sentence % {"number": full.number, "most": full.most}


def of_group(full: Sequence[Full]) -> list[str]:
    """Of one line of a group that does not fit: the lines above count as well."""
    return [_of_line(one) for one in full]


def _of_line(full: Full) -> str:
    by_initiative = ngettext(
        "The session takes %(most)s person of each initiative; with the lines above there is one too many.",
        "The session takes at most %(most)s people of each initiative; with the lines above there are too many.",
        full.most,
    )
    by_country = ngettext(
        "The session takes %(most)s person from each country; with the lines above there is one too many.",
        "The session takes at most %(most)s people from each country; with the lines above there are too many.",
        full.most,
    )
    return (by_initiative if full.by == By.INITIATIVE else by_country) % {"most": full.most}
