"""How a session stands at one moment, as a reader meets it: phase, places, chip, and what one can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from iatp_events.lib import languages
from workshops import when
from workshops.choices import Phase
from workshops.models import Places, Session, Speaker

_AHEAD = (Phase.ANNOUNCED, Phase.OPEN, Phase.CLOSED, Phase.LIVE)
_KINDS = {
    Phase.TO_BE_ANNOUNCED: "quiet",
    Phase.ANNOUNCED: "info",
    Phase.OPEN: "ok",
    Phase.CLOSED: "quiet",
    Phase.LIVE: "now",
    Phase.ENDED: "quiet",
    Phase.CANCELLED: "error",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A status in one word and one glyph; `kind` is its colour and its glyph."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    session: Session
    phase: Phase
    when: when.When
    places: tuple[Places, ...]
    takes_registrations: bool

    @property
    def is_full(self) -> bool:
        """Every way of taking part is full: who comes now waits."""
        return bool(self.places) and all(places.are_full for places in self.places)

    @property
    def has_few_places(self) -> bool:
        """Some way of taking part is nearly full."""
        return any(places.are_few for places in self.places)

    @property
    def limited_places(self) -> tuple[Places, ...]:
        return tuple(places for places in self.places if places.capacity is not None)

    @property
    def is_ahead(self) -> bool:
        return self.phase in _AHEAD

    @property
    def is_over(self) -> bool:
        return self.phase == Phase.ENDED

    @property
    def is_live(self) -> bool:
        return self.phase == Phase.LIVE

    @property
    def is_unknown(self) -> bool:
        """Neither day nor question: there is nothing to show but its number."""
        subject = languages.pick(self.session.question) or languages.pick(self.session.title)
        return self.phase == Phase.TO_BE_ANNOUNCED and not subject

    @property
    def chip(self) -> Chip:
        if self.phase == Phase.OPEN and self.is_full:
            return Chip("warn", _("Full: waiting list"))
        if self.phase == Phase.OPEN and self.has_few_places:
            return Chip("warn", _("Few places left"))
        if self.phase == Phase.ENDED and self.session.recording:
            return Chip("certificate", _("Recording"))
        return Chip(_KINDS[self.phase], str(self.phase.label))

    @property
    def speakers(self) -> list[Speaker]:
        return [seat.speaker for seat in self.session.panel.seats]


@dataclass(frozen=True, slots=True)
class Unknown:
    """The planned sessions about which nothing is known yet, shown as one."""

    numbers: tuple[int, ...]

    @classmethod
    def of(cls, planned: int, standings: Iterable[Standing]) -> Unknown:
        known = {standing.session.number for standing in standings if not standing.is_unknown}
        return cls(tuple(number for number in range(1, planned + 1) if number not in known))

    def __bool__(self) -> bool:
        return bool(self.numbers)

    @property
    def first(self) -> int:
        return self.numbers[0]

    @property
    def last(self) -> int:
        return self.numbers[-1]

    @property
    def is_unbroken(self) -> bool:
        return self.last - self.first == len(self.numbers) - 1


def of(session: Session, *, now: datetime, zone: str = "") -> Standing:
    """Read how a session stands. Prefetch `places` to do so without queries.

    zone: the reader's; without one the session's own.
    """
    modes: list[str] = [*session.place_modes]
    return Standing(
        session=session,
        phase=session.phase(now),
        when=when.of(session, zone),
        places=tuple(sorted((p for p in session.places.all() if p.mode in modes), key=lambda p: modes.index(p.mode))),
        takes_registrations=session.takes_registrations(now),
    )


def next_of(sessions: Iterable[Session], *, now: datetime) -> Session | None:
    """The session that is on, or comes next."""
    ahead = [(session.day, session.number, session) for session in sessions if session.phase(now) in _AHEAD]
    return min(ahead, default=(None, 0, None))[2]
