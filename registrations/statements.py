"""What a certificate says: the facts as they were at issue, in the words of the active language. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from iatp_events.lib import languages
from iatp_events.lib.languages import Text
from registrations.choices import AttendanceStatus, Because
from registrations.models import Certificate
from workshops import when
from workshops.choices import Document
from workshops.models import Series, Session

# More are no drawing.
MOST_STOPS = 24


@dataclass(frozen=True, slots=True)
class Attended:
    """One session as one person has it; seconds inside the schedule, None where nobody knows."""

    status: str
    because: str
    seconds: int | None
    day: date | None
    length: int | None

    @property
    def minutes(self) -> int | None:
        """Only where they decided: who was seen at the door was not there for as long as a telephone says."""
        known = self.seconds is not None and self.because == Because.MINUTES
        return self.seconds // 60 if known and self.seconds is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The texts with the language each is in; days as ISO 8601. length: of what was attended, in minutes."""

    title: tuple[str, str]
    series: tuple[str, str]
    organiser: tuple[str, str]
    number: int | None
    planned: int
    attended: int
    caught_up: int
    first_day: str
    day: str
    minutes: int | None
    length: int | None
    # Of made-up people and moved dates; kept, for the series may be a real one by then.
    demonstration: bool = False

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Facts:
        texts = {name: tuple(stored[name]) for name in ("title", "series", "organiser")}
        return cls(**stored | texts)


def facts_of(series: Series, session: Session | None, attended: Sequence[Attended]) -> Facts:
    """What a certificate says in the language that is active; for a session there is one attended."""
    days = sorted(one.day for one in attended if one.day)
    there = [one for one in attended if one.status == AttendanceStatus.PRESENT]
    name, organiser = (languages.pick(text, series.languages) for text in (series.name, series.organiser))
    return Facts(
        title=_told(session.heading) if session else _told(name),
        series=_told(name),
        organiser=_told(organiser),
        number=session.number if session else None,
        planned=series.planned_sessions,
        attended=len(there),
        caught_up=len(attended) - len(there),
        first_day=days[0].isoformat() if days else "",
        day=days[-1].isoformat() if days else "",
        minutes=_sum([one.minutes for one in there]),
        length=_sum([one.length for one in there]),
        demonstration=series.demonstration,
    )


def word(document: str) -> str:
    """What the paper calls itself."""
    if document == Document.CERTIFICADO:
        return pgettext("document", "Certificate of attendance")
    return pgettext("document", "Statement of attendance")


@dataclass(frozen=True)
class Statement:
    """A certificate in the words of the language that is active when they are asked for."""

    certificate: Certificate

    @cached_property
    def facts(self) -> Facts:
        return Facts.read(self.certificate.facts)

    @property
    def word(self) -> str:
        return word(self.certificate.document)

    @property
    def title(self) -> Text:
        return self._text(self.facts.title)

    @property
    def series(self) -> Text:
        return self._text(self.facts.series)

    @property
    def organiser(self) -> Text:
        return self._text(self.facts.organiser)

    @property
    def is_demonstration(self) -> bool:
        return self.facts.demonstration

    @property
    def is_of_series(self) -> bool:
        return self.facts.number is None

    @property
    def stops(self) -> list[bool]:
        """The path: a stop for each planned session, and which of them this is about."""
        facts = self.facts
        last = min(max(facts.planned, facts.number or 1), MOST_STOPS)
        return [facts.number in (None, number) for number in range(1, last + 1)]

    @property
    def took_part(self) -> str:
        """What follows the name, and leads to the title."""
        facts = self.facts
        if facts.number is not None:
            return _("took part in session %(number)s of %(planned)s") % asdict(facts)
        said = _("took part in %(attended)s of the %(planned)s sessions of the series") % asdict(facts)
        if not facts.caught_up:
            return said
        more = ngettext(
            "and caught up with %(caught_up)s by its recording",
            "and caught up with %(caught_up)s by their recordings",
            facts.caught_up,
        )
        return f"{said} {more % asdict(facts)}"

    @property
    def date(self) -> str:
        first, last = (date.fromisoformat(day) if day else None for day in (self.facts.first_day, self.facts.day))
        if first is None or last is None:
            return ""
        if first == last:
            return when.long_date(last)
        return _("%(first)s to %(last)s") % {"first": when.long_date(first), "last": when.long_date(last)}

    @property
    def minutes(self) -> str:
        """How long the person was there; where nobody knows, how long the sessions were."""
        facts = self.facts
        if facts.minutes is not None and facts.length and facts.minutes < facts.length:
            return _("%(minutes)s of %(length)s minutes") % asdict(facts)
        if facts.length is None:
            return ""
        return ngettext("%(length)s minute", "%(length)s minutes", facts.length) % asdict(facts)

    def _text(self, told: tuple[str, str]) -> Text:
        return Text(told[0], told[1], foreign=told[1] != languages.current())


def _told(text: Text) -> tuple[str, str]:
    return text.value, text.language


def _sum(parts: Sequence[int | None]) -> int | None:
    """Unknown as soon as one is."""
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None
