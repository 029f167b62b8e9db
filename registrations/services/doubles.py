"""Two registrations of one person for one session become one; behind the lock of both people and of the session."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.db.models import ForeignObjectRel, Model, Q

from iatp_events.lib.folding import fold
from registrations.choices import AppealAnswer, MessageState, RegistrationState, SkipReason
from registrations.models import Appeal, Attendance, Attendee, Evidence, Message, Registration
from registrations.models.messages import AGAIN
from registrations.services import attendance
from registrations.services.notices import NOTICES
from registrations.services.reminders import REMINDING
from registrations.services.seating import Seats

LIKELY = 10
_STRENGTH = [
    RegistrationState.CONFIRMED,
    RegistrationState.OFFERED,
    RegistrationState.WAITLISTED,
    RegistrationState.CANCELLED,
    RegistrationState.REMOVED,
]
# Where both say something, each is kept.
_WRITTEN = ("support_needed", "question")
_FIRST = ("confirmed_at", "joined_waitlist_at", "created_at")
_OF_FIGURES = ("country", "gender", "sector", "initiative")
_INVITED = ("invited_by", "invited_at")
_ANSWERED = [AppealAnswer.GRANTED, AppealAnswer.REFUSED, ""]
# Said once per round, and found missing by comparison.
_COMPARED = (*REMINDING, *NOTICES)


def strength(registration: Registration) -> tuple[int, datetime, int]:
    """Sorts the registration that stays first: by its state, then by who came first."""
    since = registration.joined_waitlist_at if registration.is_waiting else registration.confirmed_at
    order = _STRENGTH.index(RegistrationState(registration.state))
    return order, since or registration.created_at, registration.pk


def join(*, stays: Registration, goes: Registration, seats: Seats, now: datetime) -> dict[str, Any]:
    """Move all that belongs to one registration to the other, and free its place. Returns what the trail says of it."""
    said = _trail(stays, goes)
    said["evidence"] = _join_evidence(stays, goes)
    said["appeal"] = _join_appeals(stays, goes)
    said["messages"] = _join_messages(stays, goes)
    _join_answers(stays, goes)
    move_rest(goes, stays)
    attendance.derive([stays.pk])
    places = next((row for row in seats.all_of(goes.session_id) if row.mode == goes.mode), None)
    held = goes.holds_place
    goes.delete()
    if held and places is not None:
        seats.free(places)
        seats.pass_on(places, now)
    return said


def move_rest(old: Model, new: Model) -> None:
    """Let every row that still names the one name the other: a relation that is new is moved as well.

    One that allows a single row where there are two now refuses with IntegrityError; then nothing was merged.
    """
    for relation in old._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            name, rows = relation.field.name, relation.related_model._base_manager.all()
            if relation.related_model is type(old):
                # Nobody is their own.
                rows.filter(pk=new.pk, **{name: old}).update(**{name: None})
            rows.filter(**{name: old}).update(**{name: new})


def likely(attendee: Attendee) -> list[Attendee]:
    """People of the same name, whatever its accents, and the same country; a few of them."""
    name = fold(attendee.full_name)
    alike = Attendee.objects.not_erased().filter(country=attendee.country, folded__startswith=name)
    found = alike.exclude(pk=attendee.pk).prefetch_related("addresses").order_by("pk")[: LIKELY * 5]
    return [person for person in found if fold(person.full_name) == name][:LIKELY]


def _trail(stays: Registration, goes: Registration) -> dict[str, Any]:
    moments = ("created_at", "confirmed_at", "joined_waitlist_at", "cancelled_at")
    return {
        "session": goes.session_id,
        "into": stays.pk,
        "into_version": stays.link_version,
        "version": goes.link_version,
        "attendee": goes.attendee_id,
        "state": goes.state,
        "mode": goes.mode,
        "source": goes.source,
        "round": goes.round,
        "substitute_for": goes.substitute_for_id,
        "invited_by": goes.invited_by_id,
        **{name: moment.isoformat() for name in moments if (moment := getattr(goes, name)) is not None},
    }


def _join_evidence(stays: Registration, goes: Registration) -> int:
    """Make room for the lines of the other: of two that say the same, both are kept. Returns how many move."""
    Attendance.objects.filter(registration=goes).delete()
    taken = set(stays.evidence.values_list("key", "again"))
    lines = list(goes.evidence.order_by("pk"))
    for line in lines:
        again = next(number for number in count(line.again) if (line.key, number) not in taken)
        taken.add((line.key, again))
        Evidence.objects.filter(pk=line.pk).update(again=again)
    return len(lines)


def _join_answers(stays: Registration, goes: Registration) -> None:
    for name in _WRITTEN:
        said = [text for text in (getattr(stays, name), getattr(goes, name)) if text]
        setattr(stays, name, "\n\n".join(dict.fromkeys(said)))
    for name in (*_OF_FIGURES, *_INVITED):
        setattr(stays, name, getattr(stays, name) or getattr(goes, name))
    for name in _FIRST:
        moments = [moment for row in (stays, goes) if (moment := getattr(row, name)) is not None]
        setattr(stays, name, min(moments, default=None))
    also = {"also": goes.typed} if stays.typed and goes.typed not in ({}, stays.typed) else {}
    if stays.substitute_for_id in (None, goes.pk):
        # Nobody takes their own place.
        stays.substitute_for_id = None if goes.substitute_for_id == stays.pk else goes.substitute_for_id
    stays.typed = {**(stays.typed or goes.typed), **also}
    if goes.told_facts == stays.session.revised_facts:
        stays.told_facts = goes.told_facts
    stays.save(update_fields=[*_WRITTEN, *_OF_FIGURES, *_INVITED, *_FIRST, "substitute_for", "typed", "told_facts"])


def _join_appeals(stays: Registration, goes: Registration) -> str:
    """The granted one stays, else the answered one, with the words of both. Returns the answer of the one that went."""
    found = list(Appeal.objects.filter(registration__in=[stays, goes]))
    found.sort(key=lambda appeal: (_ANSWERED.index(appeal.answer), appeal.registration_id != stays.pk))
    if not found:
        return ""
    kept, *others = found
    for other in others:
        kept.words = "\n\n".join(dict.fromkeys(text for text in (kept.words, other.words) if text))
        kept.reason = "\n\n".join(dict.fromkeys(text for text in (kept.reason, other.reason) if text))
        other.delete()
    kept.registration = stays
    kept.save(update_fields=["registration", "words", "reason"])
    return others[0].answer or "unanswered" if others else ""


def _join_messages(stays: Registration, goes: Registration) -> int:
    """What left counts as said to the one who stays; what did not leave yet is said by their own mails, once.

    Reminders and notices are found missing by comparison with registration and round, so those that left are given the
    round of the registration that stays, and those that did not leave never stand for one that is missing.
    """
    mails = Message.objects.filter(registration=goes)
    count = mails.count()
    # Also what was skipped: who takes reminders again would else be sent the skipped ones of both.
    unsent = mails.filter(Q(state=MessageState.QUEUED) | Q(state=MessageState.SKIPPED, kind__in=REMINDING))
    unsent.update(state=MessageState.SKIPPED, skip_reason=SkipReason.SUPERSEDED)
    left = Q(state__in=[MessageState.SENT, MessageState.SENDING])
    compared = mails.filter(kind__in=_COMPARED)
    for kind, rule, revision in list(compared.filter(left).values_list("kind", "rule", "revision")):
        _drop_unsent(stays, kind, rule, revision)
    compared.exclude(left).update(round=0)
    compared.filter(left).update(round=stays.round)
    mails.update(registration=stays)
    return count


def _drop_unsent(stays: Registration, kind: str, rule: int | None, revision: int) -> None:
    """The person was told the same by the mail of the other registration."""
    same = Message.objects.filter(registration=stays, kind=kind, rule=rule, revision=revision)
    own = same.filter(state__in=[MessageState.QUEUED, MessageState.SKIPPED]).exclude(key__contains=AGAIN)
    own.update(state=MessageState.SKIPPED, skip_reason=SkipReason.ALREADY_TOLD)
