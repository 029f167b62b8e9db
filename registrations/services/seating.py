"""Places behind their lock: the one hand that gives them, and passes freed ones on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, QuerySet

from iatp_events.lib.prepared import PreparedModels
from registrations import turns
from registrations.choices import MessageKind, RegistrationState
from registrations.models import Message, Registration
from registrations.services import outbox
from workshops.choices import Mode, PlaceMode
from workshops.models import Places, Session

# How many people one transaction moves; the lock of a session is never held for long.
BATCH = 200


# No act reads them.
SERIES_TEXTS = ("series__purpose", "series__audience", "series__code_of_conduct", "series__privacy_notice")


def _behind(numbers: Sequence[int]) -> QuerySet[Session, Session]:
    """The sessions as they are behind the lock; `has_line` says whether anybody waits."""
    waiting = Registration.objects.filter(session=OuterRef("pk"), state=RegistrationState.WAITLISTED)
    sessions = Session.objects.without_texts().select_related("series").defer(*SERIES_TEXTS)
    return sessions.filter(pk__in=numbers).annotate(has_line=Exists(waiting))


def _lines(sessions: Sequence[int]) -> Iterable[tuple[int, str]]:
    waiting = Registration.objects.filter(session__in=sessions, state=RegistrationState.WAITLISTED)
    return waiting.order_by().values_list("session_id", "mode").distinct()


_LOCKED = PreparedModels(lambda session: Places.objects.locked().filter(session=session), int)
_BEHIND = PreparedModels(lambda session: _behind([session]), int)


class Seats:
    """The places of some sessions, locked in id order until the transaction ends.

    Counts change in memory and are written once, by `record`.
    """

    def __init__(self, sessions: Iterable[int]) -> None:
        numbers = sorted(set(sessions))
        # Most acts are about one session: what they ask is written once.
        one = numbers[0] if len(numbers) == 1 else None
        rows = _LOCKED.rows(one) if one else list(Places.objects.locked().filter(session__in=numbers))
        # A second statement: what the lock's own statement joined would be as old as our wait for the lock.
        behind = _BEHIND.rows(one) if one else list(_behind(numbers))
        seated = {row.session_id for row in rows}
        self.sessions = {session.pk: session for session in behind if session.pk in seated}
        for row in rows:
            row.session = self.sessions[row.session_id]
        self._rows = {(row.session_id, row.mode): row for row in rows}
        with_line = [session.pk for session in behind if vars(session)["has_line"]]
        self._lines = set(_lines(with_line)) if with_line else set()
        self._changed: set[tuple[int, str]] = set()

    def of(self, session: int, wish: str = "") -> Places:
        """The places a person takes who wishes to come in this way; a session of one mode leaves no choice."""
        mode = self.sessions[session].mode
        return self._rows[session, (wish or PlaceMode.ONLINE) if mode == Mode.HYBRID else mode]

    def all_of(self, session: int) -> list[Places]:
        return [row for (held, _mode), row in self._rows.items() if held == session]

    def seat(self, registration: Registration, places: Places, now: datetime) -> None:
        """Confirm while there is a place and nobody waits for it, else put at the end of the line; saves nothing."""
        registration.session = places.session
        if registration.awaits_answer(now):
            # The place is kept for them already.
            _confirm(registration, now)
            return
        self.pass_on(places, now)
        registration.mode = places.mode
        if places.are_full or self._has_line(places):
            registration.state = RegistrationState.WAITLISTED
            registration.joined_waitlist_at, registration.called_at = self._end_of_line(places, now), None
            self._lines.add((places.session_id, places.mode))
        else:
            _confirm(registration, now)
            self._take(places, places.taken + 1)

    def admit(self, registration: Registration, places: Places, now: datetime) -> None:
        """Confirm somebody who has come, whatever the capacity says and whoever waits; saves nothing."""
        if not registration.holds_place:
            registration.session, registration.mode = places.session, places.mode
            places.admit()
            self._changed.add((places.session_id, places.mode))
        _confirm(registration, now)

    def free(self, places: Places) -> None:
        self._take(places, max(0, places.taken - 1))
        if self._has_line(places):
            # Another place: whoever was called before may be called once more.
            Registration.objects.at(places).waiting().filter(called_at__isnull=False).update(called_at=None)

    def take(self, places: Places) -> None:
        self._take(places, places.taken + 1)

    def room(self, places: Places, now: datetime) -> int | None:
        """How many places are free for newcomers once whoever waits was served; None without a limit."""
        self.pass_on(places, now)
        return 0 if self._has_line(places) else places.left

    def pass_on(self, places: Places, now: datetime) -> int:
        """Offer free places to those who waited longest, and tell them; near the start tell all who wait.

        Without a limit there is nothing to choose: everyone is confirmed. Returns how many moved.
        """
        session = places.session
        over = session.ends_at is not None and session.ends_at <= now
        if not self._has_line(places) or places.are_full or session.is_cancelled or over:
            return 0
        if places.left is not None and turns.is_open_to_all(session, now):
            self._call(places, now)
            return 0
        room = BATCH if places.left is None else min(places.left, BATCH)
        waiting = list(Registration.objects.at(places).waiting().select_related("attendee")[:room])
        for registration in waiting:
            registration.session = session
        outbox.queue([_give(registration, places, now) for registration in waiting])
        self._take(places, places.taken + len(waiting))
        if not Registration.objects.at(places).waiting().exists():
            self._lines.discard((places.session_id, places.mode))
        return len(waiting)

    def _call(self, places: Places, now: datetime) -> None:
        """Tell everyone who waits that a place is free for who presses first; each once per place that comes free."""
        if places.session.starts_at is not None and places.session.starts_at <= now:
            return
        line = Registration.objects.at(places).waiting().filter(called_at__isnull=True).select_related("attendee")
        waiting = list(line[:BATCH])
        for registration in waiting:
            registration.session = places.session
        outbox.queue([outbox.about(one, MessageKind.CALL, now=now, occasion=outbox.stamp(now)) for one in waiting])
        Registration.objects.filter(pk__in=[one.pk for one in waiting]).update(called_at=now)

    def recount(self, places: Places) -> None:
        """Take the count from the registrations; people who are in stay in, whatever the capacity says."""
        places.taken = Registration.objects.at(places).holding().count()
        places.ceiling = None if places.capacity is None else max(places.capacity, places.taken)
        self._changed.add((places.session_id, places.mode))

    def record(self) -> None:
        """Write the counts."""
        for key in sorted(self._changed):
            self._rows[key].save(update_fields=["taken", "ceiling"])
        self._changed.clear()

    def _take(self, places: Places, taken: int) -> None:
        places.count(taken)
        self._changed.add((places.session_id, places.mode))

    def _has_line(self, places: Places) -> bool:
        return (places.session_id, places.mode) in self._lines

    def _end_of_line(self, places: Places, now: datetime) -> datetime:
        """The moment that puts a newcomer last: `now` was read before the lock, so another may have come since."""
        last = Registration.objects.at(places).waiting().aggregate(last=Max("joined_waitlist_at"))["last"]
        return max(now, last) if last else now


def _confirm(registration: Registration, now: datetime) -> None:
    """Unsaved."""
    registration.state, registration.confirmed_at = RegistrationState.CONFIRMED, now
    registration.round += 1


def _give(registration: Registration, places: Places, now: datetime) -> Message:
    """Keep a place for somebody until their deadline; where places have no limit it is theirs at once."""
    if places.left is None:
        registration.confirm(at=now)
        return outbox.about(registration, MessageKind.PROMOTED, now=now)
    until = turns.kept_until(places.session, registration.attendee.timezone, now)
    if until is None:
        raise ValueError("nothing is kept for anybody this near to the start")
    registration.offer(until=until)
    return outbox.about(registration, MessageKind.OFFER, now=now, occasion=outbox.stamp(now), expires_at=until)
