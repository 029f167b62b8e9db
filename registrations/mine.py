"""A series as it concerns one person: what they attended, are registered for, missed, and could still join.

No database: `services.my_sessions` reads what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registrations import links, progress, room_codes, turns
from registrations.choices import CAME, AttendanceStatus, EvidenceKind, RegistrationState
from registrations.models import Appeal, Attendance, Certificate, Enrolment, Evidence, Registration
from registrations.models.appeals import may_be_said
from registrations.progress import Progress
from workshops import when
from workshops.choices import Mode, PlaceMode
from workshops.models import Places, Series, Session
from workshops.standing import Chip, Standing, next_of


class Mark(StrEnum):
    """What a person has of one session; empty when it is not theirs."""

    ATTENDED = "attended"
    PARTLY = "partly"
    CAUGHT_UP = "caught-up"
    EXCUSED = "excused"
    MISSED = "missed"
    UNRECORDED = "unrecorded"
    REGISTERED = "registered"
    WAITING = "waiting"
    OFFERED = "offered"
    OPEN = "open"
    NONE = ""


_JUDGED = {
    AttendanceStatus.PRESENT: Mark.ATTENDED,
    AttendanceStatus.PARTIAL: Mark.PARTLY,
    AttendanceStatus.CAUGHT_UP: Mark.CAUGHT_UP,
    AttendanceStatus.EXCUSED: Mark.EXCUSED,
    AttendanceStatus.ABSENT: Mark.MISSED,
}
# Where a person may say that they were there all the same.
_APPEALABLE = {Mark.MISSED, Mark.PARTLY, Mark.CAUGHT_UP, Mark.EXCUSED}
# Whoever saw the recording since has caught up.
_MISSING = {Mark.MISSED, Mark.PARTLY, Mark.EXCUSED, Mark.UNRECORDED}
_LIVE = {
    RegistrationState.CONFIRMED: Mark.REGISTERED,
    RegistrationState.WAITLISTED: Mark.WAITING,
    RegistrationState.OFFERED: Mark.OFFERED,
}


@dataclass(frozen=True)
class Mine:
    """One session, and what one person has of it."""

    standing: Standing
    registration: Registration | None
    evidence: tuple[Evidence, ...]
    is_recorded: bool
    """Somebody wrote down who came."""
    certificate: Certificate | None
    now: datetime

    @property
    def session(self) -> Session:
        return self.standing.session

    @cached_property
    def mark(self) -> Mark:
        held = self.registration
        if self.attendance and self._is_judged:
            return _JUDGED[AttendanceStatus(self.attendance.status)]
        if self.standing.is_over:
            came = held is not None and held.is_confirmed
            return (Mark.MISSED if self.is_recorded else Mark.UNRECORDED) if came else Mark.NONE
        if self.session.is_cancelled:
            return Mark.NONE
        if held is not None and held.is_live:
            return _LIVE[RegistrationState(held.state)]
        return Mark.OPEN if self.can_register else Mark.NONE

    @property
    def attendance(self) -> Attendance | None:
        return getattr(self.registration, "attendance", None)

    @property
    def _is_judged(self) -> bool:
        """While a session lasts, whoever is there has not been there for long: what they missed is said afterwards."""
        there = self.attendance is not None and self.attendance.status in CAME
        return there or self.standing.is_over

    def halves(self, series: Series) -> int:
        """What it counts for the certificate of the series, once it is over."""
        if self.attendance is None or not self.standing.is_over or self.session.is_cancelled:
            return 0
        return progress.halves(series, self.attendance.status, self.attendance.part)

    @property
    def is_mine(self) -> bool:
        """The person means to come."""
        return self.registration is not None and self.registration.is_live

    @property
    def holds_place(self) -> bool:
        return self.registration is not None and self.registration.holds_place

    @property
    def is_removed(self) -> bool:
        return self.registration is not None and self.registration.state == RegistrationState.REMOVED

    @property
    def was_cancelled(self) -> bool:
        """The person gave their place up."""
        return self.registration is not None and self.registration.state == RegistrationState.CANCELLED

    @property
    def can_register(self) -> bool:
        return self.standing.takes_registrations and not self.is_mine and not self.is_removed

    @property
    def can_invite(self) -> bool:
        """A place can still be kept for colleagues until they answer."""
        is_near = turns.is_open_to_all(self.session, self.now)
        return self.standing.takes_registrations and not self.standing.is_full and not is_near

    @property
    def modes(self) -> tuple[Places, ...]:
        """The ways of taking part, where there is a choice."""
        return self.standing.places if self.session.mode == Mode.HYBRID else ()

    @property
    def appeal(self) -> Appeal | None:
        """What the person said of a session at which nobody saw them."""
        return getattr(self.registration, "appeal", None)

    @property
    def is_doubtful(self) -> bool:
        """The person may know better than what was written down."""
        return self.standing.is_over and self.mark in _APPEALABLE

    @property
    def can_appeal(self) -> bool:
        held = self.registration
        return held is not None and self.is_doubtful and self.appeal is None and may_be_said(held, self.now)

    @property
    def takes_code(self) -> bool:
        """The room shows a code that this person can type."""
        held = self.registration
        return held is not None and held.is_confirmed and room_codes.is_shown(self.session, self.now)

    @property
    def has_typed_code(self) -> bool:
        return any(one.kind == EvidenceKind.ROOM_CODE for one in self.evidence)

    @property
    def can_catch_up(self) -> bool:
        """There is a recording of what the person did not see whole."""
        held, over = self.registration, self.standing.is_over and not self.session.is_cancelled
        there_is = over and bool(self.session.recording) and self.mark in _MISSING
        return there_is and held is not None and held.is_confirmed

    @property
    def place_in_line(self) -> int:
        return int(getattr(self.registration, "ahead_in_line", 0)) + 1

    @property
    def can_take(self) -> bool:
        """A place is kept for this person, or free to whoever waits and presses first."""
        held, session = self.registration, self.session
        if held is None or session.is_cancelled or self.standing.is_over:
            return False
        if not held.is_waiting or not turns.is_open_to_all(session, self.now):
            return held.is_offered(self.now)
        return any(places.mode == held.mode and not places.are_full for places in self.standing.places)

    @property
    def offered_until(self) -> str:
        """The deadline of an offer, in the zone that is active while the page is rendered."""
        until = self.registration.offered_until if self.registration else None
        if until is None:
            return ""
        local = timezone.localtime(until)
        return f"{when.long_date(local.date())}, {local:%H:%M}"

    @property
    def enters_online(self) -> bool:
        held = self.registration
        return held is not None and held.is_confirmed and PlaceMode.ONLINE in (self.session.mode, held.mode)

    @property
    def token(self) -> str:
        return links.token(self.registration) if self.registration else ""

    @property
    def join_token(self) -> str:
        return links.join_token(self.registration) if self.registration else ""

    @property
    def chip(self) -> Chip:
        if self.session.is_cancelled:
            return self.standing.chip
        chips = {
            Mark.ATTENDED: Chip("ok", _("You were there")),
            Mark.PARTLY: Chip("ok", _("You were there in part")),
            Mark.CAUGHT_UP: Chip("ok", _("You caught up")),
            Mark.EXCUSED: Chip("quiet", _("You were excused")),
            Mark.MISSED: Chip("quiet", _("You were not there")),
            Mark.UNRECORDED: Chip("quiet", _("You were registered")),
            Mark.REGISTERED: Chip("ok", pgettext("registration", "Registered")),
            Mark.WAITING: Chip("warn", _("Waiting list: place %(n)s") % {"n": self.place_in_line}),
            Mark.OFFERED: Chip("now", _("A place is kept for you")),
        }
        return chips.get(self.mark, self.standing.chip)

    @property
    def words(self) -> str:
        """What the path says below its number."""
        words = {
            Mark.ATTENDED: pgettext("path", "attended"),
            Mark.PARTLY: pgettext("path", "attended in part"),
            Mark.CAUGHT_UP: pgettext("path", "caught up"),
            Mark.EXCUSED: pgettext("path", "excused"),
            Mark.MISSED: pgettext("path", "missed"),
            Mark.REGISTERED: pgettext("path", "registered"),
            Mark.WAITING: pgettext("path", "waiting list"),
            Mark.OFFERED: pgettext("path", "place kept"),
            Mark.OPEN: pgettext("path", "open to you"),
        }
        if self.session.is_cancelled:
            return _("cancelled")
        return words.get(self.mark) or (_("past") if self.standing.is_over else _("to come"))


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the path, as includes/_path.html draws it."""

    number: int
    kind: str
    words: str
    session: Session | None


@dataclass(frozen=True)
class MySeries:
    """One series of a person."""

    series: Series
    sessions: tuple[Mine, ...]
    enrolment: Enrolment | None
    certificate: Certificate | None
    now: datetime

    @property
    def is_enrolled(self) -> bool:
        return self.enrolment is not None and self.enrolment.left_at is None

    @cached_property
    def stops(self) -> list[Stop]:
        known = {mine.session.number: mine for mine in self.sessions}
        coming = next_of((mine.session for mine in self.sessions), now=self.now)
        last = max(self.series.planned_sessions, *known, 1)
        return [_stop(n, known.get(n), coming) for n in range(1, last + 1)]

    @cached_property
    def ahead(self) -> list[Mine]:
        """What the person means to come to, the earliest first; before it the places that wait for an answer."""
        mine = [mine for mine in self.sessions if mine.is_mine and not _is_past(mine)]
        unknown = datetime.max.replace(tzinfo=UTC)
        return sorted(mine, key=lambda one: (not one.can_take, one.session.starts_at or unknown, one.session.number))

    @property
    def asks(self) -> bool:
        """A place waits for an answer: its button is the one that matters."""
        return any(mine.can_take for mine in self.ahead)

    @property
    def rooms(self) -> list[Mine]:
        """Where the person can type the code of the room now."""
        return [mine for mine in self.sessions if mine.takes_code]

    @cached_property
    def open(self) -> list[Mine]:
        return [mine for mine in self.sessions if mine.can_register]

    @cached_property
    def past(self) -> list[Mine]:
        """What is over, the latest first."""
        return [mine for mine in reversed(self.sessions) if _is_past(mine)]

    @cached_property
    def progress(self) -> Progress | None:
        """How far to the certificate of the series; None where it gives none."""
        needed, planned = self.series.sessions_needed, self.series.planned_sessions
        if needed is None:
            return None
        counted = sum(mine.halves(self.series) for mine in self.sessions)
        gone = sum(mine.standing.is_over or mine.session.is_cancelled for mine in self.sessions)
        return Progress(needed, planned, counted, max(planned, len(self.sessions)) - gone)

    @property
    def attended(self) -> int:
        return sum(mine.mark == Mark.ATTENDED for mine in self.sessions)

    @property
    def to_come(self) -> int:
        return sum(mine.mark == Mark.REGISTERED for mine in self.sessions)


def _is_past(mine: Mine) -> bool:
    ends_at = mine.session.ends_at
    return mine.standing.is_over or (ends_at is not None and ends_at <= mine.now)


def _stop(number: int, mine: Mine | None, coming: Session | None) -> Stop:
    if mine is None:
        return Stop(number, "ahead", _("to come"), None)
    session = mine.session
    if session.is_cancelled:
        kind = "cancelled"
    elif session == coming:
        kind = "next"
    else:
        kind = "past" if mine.standing.is_over else "ahead"
    return Stop(number, f"{kind} my-{mine.mark}" if mine.mark else kind, mine.words, session)
