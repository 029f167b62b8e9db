"""“I was there”: said once, answered once by staff, told by a mail; what they grant is evidence like any other."""

from datetime import datetime

from django.db import transaction

from registrations.choices import AppealAnswer, AttendanceStatus, EvidenceKind, MessageKind, Origin
from registrations.models import Appeal, Attendance, Attendee, Message, Registration
from registrations.models.appeals import may_be_said
from registrations.services import attendance, outbox, people
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
    """Grant an appeal, which is evidence from then on, or refuse it with a reason; the person is told by a mail.

    Of who was erased meanwhile only the answer is kept. by: the key of the member of staff. Raises Answered.
    """
    still_there = _hold(appeal)
    outcome = AppealAnswer.GRANTED if granted else AppealAnswer.REFUSED
    words = reason.strip() if still_there else ""
    said = {"answer": outcome, "reason": words, "answered_at": now, "answered_by_id": by}
    if not Appeal.objects.unanswered().filter(pk=appeal.pk).update(**said):
        raise Answered
    held = Registration.objects.select_related("session__series", "attendee").get(appeal=appeal.pk)
    if granted:
        seen = Observation(EvidenceKind.APPEAL, "appeal")
        attendance.record(registration=held, seen=seen, origin=Origin.STAFF, now=now, by=by)
    if still_there:
        outbox.queue([_news(appeal, held, now)])


def _hold(appeal: Appeal) -> bool:
    """Lock whose appeal it is, so that no erasure comes in between; False when nobody is left to be told."""
    while True:
        owner = Attendee.objects.filter(registrations__appeal=appeal.pk).first()
        if owner is None:
            # Two registrations became one, and the other's appeal stayed.
            raise Answered
        try:
            people.lock(owner)
        except people.Gone:
            # Where two people were merged at this moment the appeal is the other's now.
            if Attendee.objects.filter(pk=owner.pk, registrations__appeal=appeal.pk).exists():
                return False
        else:
            return True


def _news(appeal: Appeal, held: Registration, now: datetime) -> Message:
    """The session is over, so it is not its end that makes this mail useless."""
    until = now + outbox.PATIENCE
    return outbox.about(held, MessageKind.APPEAL, now=now, occasion=str(appeal.pk), expires_at=until)


def _was_seen(registration: Registration) -> bool:
    return Attendance.objects.filter(registration=registration, status=AttendanceStatus.PRESENT).exists()
