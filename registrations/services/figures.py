"""Figures for the note: who was there, of one session and of a series. Reads only, counted by the database.

The audience is counted, by what the registrations kept: so who was erased still counts, and who was merged counts once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from registrations import disclosure
from registrations.choices import AttendanceStatus, Gender, Part
from registrations.disclosure import Said
from registrations.models import Attendance, Initiative, Registration
from registrations.models.registrations import RegistrationQuerySet
from registrations.services import initiatives
from workshops.models import Series, Session

_SILENT = ("", Gender.UNDISCLOSED)


@dataclass(frozen=True, slots=True)
class Country:
    """said: None where it could tell what a single person said."""

    code: str
    people: int
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """An initiative under the name most of its people wrote."""

    name: str
    people: int


@dataclass(frozen=True, slots=True)
class Figures:
    """present: people. statuses: of the audience, each registration once.

    is_final: what they are about is over. Before, nobody counts as absent: who is not there may still come.
    """

    present: int
    said: Said | None
    countries: tuple[Country, ...]
    initiatives: tuple[Named, ...]
    statuses: dict[AttendanceStatus, int]
    is_final: bool = True

    @property
    def is_recorded(self) -> bool:
        return any(self.statuses.values())


@dataclass(frozen=True, slots=True)
class OfSeries:
    """whole: each person once, however many sessions they came to."""

    whole: Figures
    sessions: tuple[tuple[Session, Figures], ...]

    @property
    def attendances(self) -> int:
        return sum(figures.present for _session, figures in self.sessions)


def of_session(session: Session, *, now: datetime) -> Figures:
    """Six queries."""
    return _each([session], now)[session.pk]


def of_series(series: Series, *, now: datetime) -> OfSeries:
    """Of every session that somebody may have come to, and of all together. Twelve queries."""
    sessions = list(series.sessions.without_texts().select_related("series").order_by("number"))
    each = _each(sessions, now)
    recorded = tuple((session, each[session.pk]) for session in sessions if each[session.pk].is_recorded)
    return OfSeries(_whole(series, [figures for _session, figures in recorded]), recorded)


def _present() -> RegistrationQuerySet:
    there = {"attendance__status": AttendanceStatus.PRESENT, "attendance__part": Part.AUDIENCE}
    return Registration.objects.filter(**there).order_by()


def _each(about: Collection[Session], now: datetime) -> dict[int, Figures]:
    over = {session.pk: session.ends_at is not None and session.ends_at <= now for session in about}
    sessions = list(over)
    statuses = _statuses(over)
    people: defaultdict[int, list[tuple[str, str, int]]] = defaultdict(list)
    named: defaultdict[int, list[tuple[str, str, int]]] = defaultdict(list)
    present = _present().filter(session__in=sessions)
    for values, found in ((("country", "gender"), people), (("initiative", "country"), named)):
        rows = present.values_list("session_id", *values).annotate(people=Count("pk"))
        for session, first, second, count in rows:
            found[session].append((first, second, count))
    known = Initiative.objects.other_names()
    return {pk: _figures(people[pk], _named(named[pk], known), statuses[pk], over[pk]) for pk in sessions}


def _figures(
    people: Iterable[tuple[str, str, int]],
    named: tuple[Named, ...],
    statuses: Counter[AttendanceStatus],
    is_final: bool,
) -> Figures:
    by_country: Counter[str] = Counter()
    said: defaultdict[str, Said] = defaultdict(Said)
    for country, gender, count in people:
        by_country[country] += count
        said[country] += _said(gender, count)
    shown = disclosure.parts(said)
    whole = sum(said.values(), Said())
    return Figures(
        present=by_country.total(),
        said=whole if whole.is_safe else None,
        countries=_countries(by_country, shown),
        initiatives=named,
        statuses={status: statuses[status] for status in AttendanceStatus},
        is_final=is_final,
    )


def _whole(series: Series, each: Collection[Figures]) -> Figures:
    """Each person once, by what they said last of themselves."""
    present = _present().filter(session__series=series)
    by_gender = _latest(present.exclude(gender__in=_SILENT), "gender")
    by_country = _latest(present.exclude(country=""), "country")
    named = _latest(present.exclude(initiative=""), "initiative", "country")
    said = sum((_said(gender, count) for gender, count in by_gender), Said())
    return Figures(
        present=present.aggregate(people=Count("attendee", distinct=True))["people"],
        said=disclosure.union(said, [one.said for one in each if one.said]),
        countries=_countries(Counter(dict(by_country)), {}),
        initiatives=_named(named, Initiative.objects.other_names()),
        statuses={status: sum(one.statuses[status] for one in each) for status in AttendanceStatus},
        is_final=all(one.is_final for one in each),
    )


def _latest(present: RegistrationQuerySet, *said: str) -> list[tuple[Any, ...]]:
    """What each person said in the last session they came to and said anything; with how many people."""
    last = present.values("attendee").annotate(last=Max("pk")).values("last")
    rows = Registration.objects.filter(pk__in=last).order_by().values_list(*said)
    return list(rows.annotate(people=Count("pk")))


def _statuses(over: Mapping[int, bool]) -> defaultdict[int, Counter[AttendanceStatus]]:
    """What the audience came to; who was registered and left no trace where others did was absent, once it is over.

    over: whether it is, by the key of the session.
    """
    counted: defaultdict[int, Counter[AttendanceStatus]] = defaultdict(Counter)
    audience = Attendance.objects.filter(registration__session__in=over, part=Part.AUDIENCE).order_by()
    rows = audience.values_list("registration__session", "status").annotate(people=Count("pk"))
    for session, status, people in rows:
        if over[session] or status != AttendanceStatus.ABSENT:
            counted[session][AttendanceStatus(status)] += people
    ended = [session for session, is_over in over.items() if is_over]
    there = Attendance.objects.witnessed().filter(registration__session__in=ended).order_by()
    recorded = set(there.values_list("registration__session", "registration__mode").distinct())
    unseen = Registration.objects.confirmed().filter(session__in=ended, attendance__isnull=True).order_by()
    for session, mode, people in unseen.values_list("session", "mode").annotate(people=Count("pk")):
        if (session, mode) in recorded:
            counted[session][AttendanceStatus.ABSENT] += people
    return counted


def _said(gender: str, people: int) -> Said:
    if gender in _SILENT:
        return Said()
    return Said(people, 0) if gender == Gender.WOMAN else Said(0, people)


def _countries(people: Counter[str], shown: dict[str, Said]) -> tuple[Country, ...]:
    known = sorted(((code, count) for code, count in people.items() if code), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Country(code, count, shown.get(code)) for code, count in known)


def _named(rows: Iterable[tuple[Any, ...]], known: dict[tuple[str, str], str]) -> tuple[Named, ...]:
    """Initiatives without accents and case, names that staff merged as one."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, country, people in rows:
        folded = initiatives.key_of(name, country)
        if folded[0]:
            spellings[known.get(folded, folded[0])][name.strip()] += people
    found = [Named(min(names, key=lambda name: (-names[name], name)), names.total()) for names in spellings.values()]
    return tuple(sorted(found, key=lambda one: (-one.people, one.name)))
