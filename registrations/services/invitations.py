"""A coordinator invites colleagues in one go: a place is kept for each until they answer for themselves.

All or nothing, and by what was typed: the answer never tells who is known, registered already, or wants no mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from registrations import turns
from registrations.choices import MessageKind, RegistrationState, Source
from registrations.models import Attendee, EmailAddress, Initiative, Registration
from registrations.models.attendees import normalise
from registrations.services import blocking, caps, initiatives, outbox, people, profile
from registrations.services.caps import Full
from registrations.services.offers import OfferOver
from registrations.services.places import RegistrationClosed, draft
from registrations.services.profile import Details
from registrations.services.seating import Seats
from workshops.models import Places, Session

MOST = 10
_TRIES = 3
_REWRITTEN = (
    *("mode", "state", "offered_until", "invited_by", "invited_at", "source", "typed", "told_facts"),
    *("country", "initiative"),
)


class TooSoon(Exception):
    """The session begins so soon that a place is kept for nobody."""


class NotAll(Exception):
    """Not everybody of the group fits, so nobody was invited.

    free: how many places there are, None without a limit; capped: the caps that each would exceed, by their place
    in the group, from 0.
    """

    def __init__(self, free: int | None, capped: dict[int, list[Full]]) -> None:
        super().__init__(f"{free} places, {len(capped)} beyond a cap")
        self.free, self.capped = free, capped


class _Moved(Exception):
    """An address became somebody else's while we waited for its owner."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """What a coordinator wrote of somebody."""

    name: str
    address: str

    @property
    def normalised(self) -> str:
        return normalise(self.address)


def invite(
    *, inviter: Attendee, session: Session, colleagues: Sequence[Colleague], initiative: str, mode: str, now: datetime
) -> None:
    """Keep a place for each and write to them, all or nothing.

    Whoever has a place already, was taken off the session, or said of their address that it was not them, counts as
    the others do and hears nothing. mode: the wish at a hybrid session.
    Raises RegistrationClosed, TooSoon, NotAll, Gone, MustAgree, and ValueError when an address can be none.
    """
    said = {"inviter": inviter, "session": session, "colleagues": colleagues, "initiative": initiative, "mode": mode}
    for _try in range(_TRIES - 1):
        try:
            return _invite(**said, now=now)  # type: ignore[arg-type]
        except (IntegrityError, _Moved):
            # Somebody wrote one of these addresses at the same moment; now it has an owner whom we can lock.
            continue
    return _invite(**said, now=now)  # type: ignore[arg-type]


@transaction.atomic
def accept(
    *, registration: Registration, details: Details | None, announcements: bool = False, now: datetime
) -> Registration:
    """Make the place theirs: they accepted the code of conduct, and who is new to us said who they are.

    Returns the registration as it stands; who accepted before is answered alike. Raises OfferOver, CapReached, Gone.
    """
    attendee = people.lock(registration.attendee)
    seats = Seats([registration.session_id])
    held = Registration.objects.get(pk=registration.pk)
    held.session, held.attendee = seats.sessions[held.session_id], attendee
    if held.is_confirmed:
        return held
    if not can_answer(held, now):
        raise OfferOver
    if details is not None and attendee.must_agree:
        _complete(held, details, now)
    series = held.session.series
    people.consent(attendee=attendee, series=series, announcements=announcements, now=now)
    held.confirm(at=now)
    outbox.queue([outbox.about(held, MessageKind.CONFIRMATION, now=now)])
    return held


def can_answer(registration: Registration, now: datetime) -> bool:
    """Unlocked: the act itself may still refuse."""
    session = registration.session
    over = session.is_cancelled or (session.ends_at is not None and session.ends_at <= now)
    return registration.awaits_answer(now) and not over


def _complete(held: Registration, details: Details, now: datetime) -> None:
    if details.country != held.country:
        # The initiative stays that of who invited; a country that comes anew may have too many already.
        caps.Room([held.session]).require([held.session], initiative="", country=details.country)
    profile.change(attendee=held.attendee, details=details, now=now)
    held.country, held.gender, held.sector = details.country, details.gender, details.sector
    held.save(update_fields=["country", "gender", "sector"])


@transaction.atomic
def _invite(
    *, inviter: Attendee, session: Session, colleagues: Sequence[Colleague], initiative: str, mode: str, now: datetime
) -> None:
    # People before places, and both in order of their keys, as every other act takes them.
    inviter, known = _lock(inviter, colleagues)
    people.require_agreement(inviter, session.series)
    reached = _reached(colleagues, now)
    fresh = _create([one for one in reached if one.normalised not in known], inviter, initiative, now)
    seats = Seats([session.pk])
    if session.pk not in seats.sessions or not seats.sessions[session.pk].takes_registrations(now):
        raise RegistrationClosed([session.number])
    session = seats.sessions[session.pk]
    if turns.is_open_to_all(session, now):
        raise TooSoon
    places = seats.of(session.pk, mode)
    country = inviter.country.code or ""
    _require_room(seats, places, len(colleagues), initiative, country, now)
    held = {row.attendee_id: row for row in Registration.objects.filter(session=session, attendee__in=known.values())}
    made: dict[int, Registration] = {}
    for one in reached:
        attendee = fresh.get(one.normalised) or known[one.normalised]
        registration = held.get(attendee.pk) or draft(session, attendee, Source.INVITATION, now)
        is_free = registration.pk is None or registration.state == RegistrationState.CANCELLED
        # Two addresses of one person are one person.
        if is_free and attendee.pk not in made:
            registration.session, registration.attendee = session, attendee
            _keep(registration, inviter, places, now)
            registration.initiative, registration.country = initiative, country
            # Of a person we know, what a colleague typed goes into nothing but this registration.
            registration.typed = {} if one.normalised in fresh else {"full_name": one.name, "email": one.address}
            seats.take(places)
            made[attendee.pk] = registration
    _write(list(made.values()), seats, now)


def _lock(inviter: Attendee, colleagues: Sequence[Colleague]) -> tuple[Attendee, dict[str, Attendee]]:
    """The inviter, and whoever of the colleagues we know by their address, as they are behind their lock."""
    written = EmailAddress.objects.filter(normalised__in=[one.normalised for one in colleagues])
    rows = Attendee.objects.not_erased().select_for_update(of=("self",), no_key=True)
    found = rows.filter(Q(pk=inviter.pk) | Q(pk__in=written.values("attendee"))).order_by("pk")
    locked = {person.pk: person for person in found}
    if inviter.pk not in locked:
        raise people.Gone
    # A second statement: an address may have changed hands while we waited.
    owners = dict(written.values_list("normalised", "attendee"))
    if not set(owners.values()) <= set(locked):
        raise _Moved
    return locked[inviter.pk], {address: locked[owner] for address, owner in owners.items()}


def _reached(colleagues: Sequence[Colleague], now: datetime) -> list[Colleague]:
    """Those who never said of their address that it was not them."""
    blocked = blocking.among([one.address for one in colleagues], now=now)
    return [one for one in colleagues if one.normalised not in blocked]


def _create(fresh: Sequence[Colleague], inviter: Attendee, initiative: str, now: datetime) -> dict[str, Attendee]:
    """Write down people we did not know, with no more than a colleague says of them."""
    # In order of their addresses, so that two groups with the same people never wait for each other.
    fresh = sorted(fresh, key=lambda one: one.normalised)
    coordinates = _same_initiative(inviter, initiative, now) if fresh else None
    attendees = Attendee.objects.bulk_create(
        [
            Attendee(
                full_name=one.name,
                country=inviter.country.code or "",
                timezone=inviter.timezone,
                language=inviter.language,
                initiative=initiative,
                coordinates=coordinates,
                must_agree=True,
                created_at=now,
            )
            for one in fresh
        ]
    )
    EmailAddress.objects.bulk_create(
        [
            EmailAddress(attendee=attendee, address=one.address, normalised=one.normalised, source=Source.INVITATION)
            for one, attendee in zip(fresh, attendees, strict=True)
        ]
    )
    return {one.normalised: attendee for one, attendee in zip(fresh, attendees, strict=True)}


def _same_initiative(inviter: Attendee, initiative: str, now: datetime) -> Initiative | None:
    """That of who invites, where they coordinate it; else it is found by its name, or made."""
    country, coordinated = inviter.country.code or "", inviter.coordinates
    if coordinated is not None and coordinated.folded == initiatives.key_of(initiative, country)[0]:
        return coordinated
    return initiatives.find_or_make(name=initiative, country=country, sector=inviter.sector, now=now)


def _require_room(seats: Seats, places: Places, group: int, initiative: str, country: str, now: datetime) -> None:
    """Judge the group as if nobody of it were known: the answer must not tell who is."""
    free = seats.room(places, now)
    room = caps.Room([places.session])
    said = {"session": places.session, "initiative": initiative, "country": country, "created_at": now}
    fitting = sum(room.admit(Registration(**said)) for _ in range(group))
    # All say the same, so whoever comes after the last one who fits meets the same caps.
    full = room.full(places.session, initiative=initiative, country=country)
    capped = dict.fromkeys(range(fitting, group), full)
    if capped or (free is not None and free < group):
        raise NotAll(free, capped)


def _keep(registration: Registration, inviter: Attendee, places: Places, now: datetime) -> None:
    zone = registration.attendee.timezone
    until = turns.kept_until(places.session, zone, now, most=turns.MOST_INVITED)
    registration.mode, registration.state, registration.offered_until = places.mode, RegistrationState.OFFERED, until
    registration.source, registration.invited_by, registration.invited_at = Source.INVITATION, inviter, now
    # Who comes back is told everything anew.
    registration.told_facts = ""


def _write(made: list[Registration], seats: Seats, now: datetime) -> None:
    returning = [registration for registration in made if registration.pk is not None]
    Registration.objects.bulk_create([registration for registration in made if registration.pk is None])
    Registration.objects.bulk_update(returning, _REWRITTEN)
    outbox.queue(
        outbox.about(one, MessageKind.INVITED, now=now, occasion=outbox.stamp(now), expires_at=one.offered_until)
        for one in made
    )
    seats.record()
