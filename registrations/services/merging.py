"""Merge two people who are one: all that belongs to either is the one's who is kept, and a trail says what moved.

The row of the other stays, empty, and leads their links and their sign-in to the person who is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from registrations.choices import ConsentKind, MessageState, SkipReason
from registrations.models import (
    Attendee,
    Consent,
    Enrolment,
    Evidence,
    Merge,
    Message,
    Registration,
)
from registrations.services import belongings, certificates, doubles, erasure
from registrations.services.seating import Seats

# What the person who is kept never said is taken from the other.
_FILLED = ("position", "organisation", "initiative", "sector", "gender", "country")


class NotTwo(Exception):
    """There are no two people to merge: it is one, or one of them was erased or merged meanwhile."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A session for which both are registered, and which of the two stays."""

    stays: Registration
    goes: Registration

    @property
    def frees_a_place(self) -> bool:
        return self.goes.holds_place


@dataclass(frozen=True, slots=True)
class Moving:
    """How much of each kind belongs to one person."""

    registrations: int
    evidence: int
    messages: int
    addresses: int
    enrolments: int
    consents: int


def moving(attendee: Attendee) -> Moving:
    """Two queries, however much there is."""
    kinds = ("registrations", "messages", "addresses", "enrolments", "consents")
    evidence = Evidence.objects.filter(registration__attendee=attendee).count()
    counted = Attendee.objects.filter(pk=attendee.pk).aggregate(**{kind: Count(kind, distinct=True) for kind in kinds})
    return Moving(**counted, evidence=evidence)


def clashes(kept: Attendee, gone: Attendee) -> list[Clash]:
    """Sessions for which both are registered, in their order. One query."""
    found: dict[int, list[Registration]] = {}
    rows = Registration.objects.filter(attendee__in=[kept, gone]).select_related("session__series", "attendee")
    for row in rows.order_by("session__number", "session", "pk"):
        found.setdefault(row.session_id, []).append(row)
    pairs = [sorted(rows, key=doubles.strength) for rows in found.values() if len(rows) > 1]
    return [Clash(stays, goes) for stays, goes in pairs]


@transaction.atomic
def merge(*, kept: Attendee, gone: Attendee, by: int | None, now: datetime) -> Merge:
    """Give all that belongs to `gone` to `kept`. Of two registrations for one session the stronger one stays.

    by: the key of the member of staff. Raises NotTwo.
    """
    kept, gone = _locked(kept, gone)
    # People before places, and both in order of their keys, as every other act takes them.
    seats = belongings.hold(kept, gone)
    joined = _join_registrations(kept, gone, seats, now)
    moved: dict[str, Any] = {"joined": joined}
    moved["registrations"] = _keys(gone.registrations.all())
    gone.registrations.update(attendee=kept)
    seats.record()
    moved["enrolments"] = _move_enrolments(kept, gone)
    moved["consents"] = _move_consents(kept, gone, now)
    moved["messages"] = _move_messages(kept, gone, joined)
    moved["certificates"] = certificates.join(kept=kept, gone=gone, now=now)
    moved["addresses"] = _keys(gone.addresses.all())
    # Of a name under which staff met both, once is enough.
    gone.aliases.filter(name_key__in=kept.aliases.exclude(name_key="").values("name_key")).delete()
    # Addresses, claims, former merges, and whatever else belongs to a person one day.
    doubles.move_rest(gone, kept)
    erasure.forget_name(gone, kept=kept)
    _take_over(kept, gone)
    gone.lead_to(kept, at=now)
    return Merge.objects.create(kept=kept, gone=gone, by_id=by, at=now, moved=moved)


def _locked(kept: Attendee, gone: Attendee) -> tuple[Attendee, Attendee]:
    people = Attendee.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[kept.pk, gone.pk])
    found = {person.pk: person for person in people.order_by("pk") if not person.is_erased}
    if len(found) < 2:
        raise NotTwo
    return found[kept.pk], found[gone.pk]


def _join_registrations(kept: Attendee, gone: Attendee, seats: Seats, now: datetime) -> dict[str, Any]:
    joined, found = {}, clashes(kept, gone)
    _close(clash.goes.pk for clash in found)
    for clash in found:
        # Its key, before the row is deleted.
        pk = str(clash.goes.pk)
        joined[pk] = doubles.join(stays=clash.stays, goes=clash.goes, seats=seats, now=now)
    return joined


def _close(goes: Iterable[int]) -> None:
    """From here on the tick writes nothing that names a registration which goes; what it wrote before moves."""
    rows = Registration.objects.filter(pk__in=list(goes)).order_by("pk")
    # Stronger than the lock that `hold` took: it waits for, and keeps away, new rows that lead here.
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


def _move_enrolments(kept: Attendee, gone: Attendee) -> list[dict[str, Any]]:
    """One per series: the one that stands, and of two that do the older one. Returns what was not moved but joined."""
    joined = []
    theirs = {row.series_id: row for row in kept.enrolments.all()}
    for row in gone.enrolments.all():
        other = theirs.get(row.series_id)
        if other is not None:
            stays, goes = sorted((row, other), key=lambda one: (one.left_at is not None, one.enrolled_at, one.pk))
            joined.append(_of_enrolment(goes))
            goes.delete()
            row = stays
        Enrolment.objects.filter(pk=row.pk).update(attendee=kept)
    return joined


def _of_enrolment(row: Enrolment) -> dict[str, Any]:
    left_at = row.left_at.isoformat() if row.left_at else None
    return {"series": row.series_id, "enrolled_at": row.enrolled_at.isoformat(), "left_at": left_at, "mode": row.mode}


def _move_consents(kept: Attendee, gone: Attendee, now: datetime) -> list[str]:
    """All that either agreed to; who stopped the announcements of a series in one name stopped them.

    Returns when the same was agreed to a second time: of two that stand, the older one says it.
    """
    stopped = _stopped(kept) | _stopped(gone)
    both = Consent.objects.filter(attendee__in=[kept, gone])
    both.standing(ConsentKind.ANNOUNCEMENTS).filter(series__in=stopped).update(withdrawn_at=now)
    seen: set[tuple[int, str, str]] = set()
    twice = []
    for row in both.filter(withdrawn_at__isnull=True).order_by("given_at", "pk"):
        said = (row.series_id, row.kind, row.version)
        if said in seen:
            twice.append(row.given_at.isoformat())
            row.delete()
        seen.add(said)
    Consent.objects.filter(attendee=gone).update(attendee=kept)
    return twice


def _stopped(person: Attendee) -> set[int]:
    said = Consent.objects.filter(attendee=person, kind=ConsentKind.ANNOUNCEMENTS)
    rows = list(said.values_list("series", "withdrawn_at"))
    return {series for series, _at in rows} - {series for series, withdrawn_at in rows if withdrawn_at is None}


def _move_messages(kept: Attendee, gone: Attendee, joined: dict[str, Any]) -> int:
    both = Message.objects.filter(attendee__in=[kept, gone])
    for mail in both.exclude(bundle=[]).only("bundle"):
        bundle = [joined[str(pk)]["into"] if str(pk) in joined else pk for pk in mail.bundle]
        Message.objects.filter(pk=mail.pk).update(bundle=list(dict.fromkeys(bundle)))
    _send_once(kept, gone)
    return Message.objects.filter(attendee=gone).update(attendee=kept)


def _send_once(kept: Attendee, gone: Attendee) -> None:
    """A message to a group, or an announcement, that waits for both: whoever's left first, or the kept one's, is it."""
    about_both = Message.objects.filter(attendee__in=[kept, gone], registration=None)
    about_both = about_both.filter(Q(bulletin__isnull=False) | Q(session__isnull=False))
    said: set[tuple[object, ...]] = set()
    left = [MessageState.SENT, MessageState.SENDING]
    rows = list(about_both.filter(state__in=[*left, MessageState.QUEUED]))
    for mail in sorted(rows, key=lambda row: (row.state not in left, row.attendee_id != kept.pk)):
        what = (mail.bulletin_id, mail.session_id, mail.kind)
        if what in said and mail.state not in left and not mail.is_repeat:
            queued = Message.objects.filter(pk=mail.pk, state=MessageState.QUEUED)
            queued.update(state=MessageState.SKIPPED, skip_reason=SkipReason.ALREADY_TOLD)
        said.add(what)


def _take_over(kept: Attendee, gone: Attendee) -> None:
    """Fill what the kept person never said, and honour what the other stopped."""
    if not kept.initiative:
        kept.coordinates = gone.coordinates
    for name in _FILLED:
        setattr(kept, name, getattr(kept, name) or getattr(gone, name))
    stops = [at for at in (kept.reminders_stopped_at, gone.reminders_stopped_at) if at is not None]
    kept.reminders_stopped_at = min(stops, default=None)
    kept.must_agree = kept.must_agree and gone.must_agree
    kept.created_at = min(kept.created_at, gone.created_at)
    of_consent = ("reminders_stopped_at", "must_agree")
    kept.save(update_fields=[*_FILLED, "coordinates", *of_consent, "created_at", "folded"])


def _keys(rows: Any) -> list[int]:
    return sorted(rows.values_list("pk", flat=True))
