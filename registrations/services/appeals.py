"""“I was there”: a person says so once, staff answer once; what they grant is evidence like any other."""

from datetime import datetime

from django.db import transaction

from registrations.choices import AppealAnswer, AttendanceStatus, EvidenceKind, Origin
from registrations.models import Appeal, Attendance, Registration
from registrations.models.appeals import may_be_said
from registrations.services import attendance, people
from registrations.services.attendance import Observation

LONGEST_WORDS = 500


class NothingToAppeal(Exception):
    """The session is not over or too long ago, the person held no place, or it is known that they came."""


class Answered(Exception):
    """Somebody else of staff was quicker."""


@transaction.atomic
def say(*, registration: Registration, words: str, now: datetime) -> Appeal:
    """Write down that a person says they were there; to say it twice changes nothing.

    Raises NothingToAppeal, and people.Gone of who was erased meanwhile.
    """
    people.lock(registration.attendee)
    held = Registration.objects.select_related("session").get(pk=registration.pk)
    said = Appeal.objects.filter(registration=held).first()
    if said is not None:
        return said
    if not may_be_said(held, now) or _was_seen(held):
        raise NothingToAppeal
    return Appeal.objects.create(registration=held, words=words.strip()[:LONGEST_WORDS], said_at=now)


@transaction.atomic
def answer(*, appeal: Appeal, granted: bool, reason: str, by: int | None, now: datetime) -> None:
    """Grant an appeal, which is evidence from then on, or refuse it with a reason.

    by: the key of the member of staff. Raises Answered.
    """
    outcome = AppealAnswer.GRANTED if granted else AppealAnswer.REFUSED
    said = {"answer": outcome, "reason": reason.strip(), "answered_at": now, "answered_by_id": by}
    if not Appeal.objects.unanswered().filter(pk=appeal.pk).update(**said):
        raise Answered
    if granted:
        seen = Observation(EvidenceKind.APPEAL, "appeal")
        attendance.record(registration=appeal.registration, seen=seen, origin=Origin.STAFF, now=now, by=by)


def _was_seen(registration: Registration) -> bool:
    return Attendance.objects.filter(registration=registration, status=AttendanceStatus.PRESENT).exists()
