"""Figures as people pass them on: a sentence in each language, and tables for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, pgettext
from django_countries import countries

from iatp_events.lib import languages
from registrations.choices import AttendanceStatus
from registrations.disclosure import Said
from registrations.services.figures import Figures, OfSeries

# Stands where a number could tell what a single person said, and where nobody said anything.
_HIDDEN = "–"
Cell = str | int
Rows = list[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    header: tuple[str, ...]
    rows: Rows


def sentences(figures: Figures, *, series: bool) -> list[tuple[str, str]]:
    """By language: "183 people from 14 countries came; 52 % of those who said were women." """
    found = []
    for code in languages.CODES:
        with translation.override(code):
            found.append((code, _sentence(figures, series=series)))
    return found


def _sentence(figures: Figures, *, series: bool) -> str:
    known = len(figures.countries)
    places = ngettext("%(count)s country", "%(count)s countries", known) % {"count": _number(known)}
    people = figures.present
    if not known:
        came = ngettext("%(people)s person came", "%(people)s people came", people)
    elif series:
        came = ngettext(
            "%(people)s person from %(countries)s has come to the series so far",
            "%(people)s people from %(countries)s have come to the series so far",
            people,
        )
    else:
        came = ngettext(
            "%(people)s person from %(countries)s came", "%(people)s people from %(countries)s came", people
        )
    came %= {"people": _number(people), "countries": places}
    if figures.said is None:
        return f"{came}."
    share = gettext("%(came)s; %(percent)s %% of those who said were women.")
    return share % {"came": came, "percent": figures.said.percent}


def of_session(figures: Figures) -> list[Sheet]:
    return [_main(figures), _of_countries(figures, with_share=True), _of_initiatives(figures)]


def of_series(figures: OfSeries) -> list[Sheet]:
    whole = figures.whole
    return [_main(whole), _of_sessions(figures), _of_countries(whole, with_share=False), _of_initiatives(whole)]


def lines(sheets: list[Sheet]) -> Iterator[tuple[Cell, ...]]:
    """All sheets below each other, each under its title and header, with an empty line between."""
    for place, sheet in enumerate(sheets):
        if place:
            yield ()
        yield (sheet.title,)
        yield sheet.header
        yield from sheet.rows


def _main(figures: Figures) -> Sheet:
    rows: Rows = [(pgettext("figures", "Present, people"), figures.present)]
    rows += [(gettext("Women, percent of those who said"), _percent(figures.said))]
    rows += [(gettext("Who said"), figures.said.people if figures.said else _HIDDEN)]
    rows += [(gettext("Countries"), len(figures.countries)), (gettext("Initiatives"), len(figures.initiatives))]
    others = (status for status in AttendanceStatus if status != AttendanceStatus.PRESENT)
    rows += [(str(status.label), figures.statuses[status]) for status in others]
    if not figures.is_final:
        rows.insert(0, (gettext("Not final: read before the end"), _HIDDEN))
    return Sheet(gettext("Figures"), (gettext("Figure"), gettext("Number")), rows)


def _of_sessions(figures: OfSeries) -> Sheet:
    header = (
        gettext("Session"),
        *(str(status.label) for status in AttendanceStatus),
        gettext("Women, percent of those who said"),
        gettext("Countries"),
        gettext("Initiatives"),
    )
    rows: Rows = [
        (
            str(session),
            *(one.statuses[status] for status in AttendanceStatus),
            _percent(one.said),
            len(one.countries),
            len(one.initiatives),
        )
        for session, one in figures.sessions
    ]
    return Sheet(gettext("Sessions"), header, rows)


def _of_countries(figures: Figures, *, with_share: bool) -> Sheet:
    header: tuple[str, ...] = (gettext("Country"), gettext("People"))
    rows: Rows = [(name_of(country.code), country.people) for country in figures.countries]
    if with_share:
        header = (*header, gettext("Women, percent of those who said"))
        shares = (_percent(country.said) for country in figures.countries)
        rows = [(*row, share) for row, share in zip(rows, shares, strict=True)]
    return Sheet(gettext("Countries"), header, rows)


def _of_initiatives(figures: Figures) -> Sheet:
    rows: Rows = [(one.name, one.people) for one in figures.initiatives]
    return Sheet(gettext("Initiatives"), (gettext("Initiative"), gettext("People")), rows)


def name_of(country: str) -> str:
    return str(countries.name(country) or country)


def _percent(said: Said | None) -> Cell:
    return said.percent if said else _HIDDEN


def _number(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)
