"""Forget people whose last session is long over."""

from __future__ import annotations

import logging
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from registrations.choices import Suggest
from registrations.models import Attendee, Certificate, Consent, Enrolment, Initiative, Registration
from registrations.services import blocking, erasure, initiatives
from workshops.choices import SessionState
from workshops.models import Session

UNANSWERED = timedelta(days=30)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Forgotten:
    people: int
    failed: int
    blocked_addresses: int
    mail_files: int
    initiatives: int


def forgettable(*, months: int, now: datetime) -> QuerySet[Attendee]:
    """People whose last session ended longer ago, and with whom nothing younger or still to come connects us.

    Who never registered for a session counts from the day they came to us; who never answered a colleague's
    invitation is forgotten much sooner.
    """
    since = months_before(now, months)
    recent = Q(ends_at__gt=since) | Q(ends_at__isnull=True) & ~Q(state=SessionState.CANCELLED)
    sessions = Session.objects.filter(recent)
    registered = Registration.objects.filter(attendee=OuterRef("pk"))
    kept = Q(session__in=sessions.values("pk")) | Q(created_at__gt=since)
    standing = Enrolment.objects.standing().filter(attendee=OuterRef("pk"))
    # Somebody in the whole series waits for what is still planned of it.
    awaited = Q(series__in=sessions.values("series")) | Q(enrolled_at__gt=since)
    certified = Certificate.objects.filter(holder=OuterRef("pk"), issued_at__gt=since)
    agreed = Consent.objects.filter(attendee=OuterRef("pk"), given_at__gt=since)
    known = Exists(registered.filter(kept)) | Exists(standing.filter(awaited)) | Exists(agreed) | Exists(certified)
    long_ago = Q(created_at__lte=since) & ~known
    # Whom a colleague typed, and who accepted nothing while the links to the session stood.
    ahead = Q(session__ends_at__gt=now - UNANSWERED) | Q(session__ends_at__isnull=True)
    never_answered = Q(must_agree=True) & ~Exists(registered.filter(ahead))
    return Attendee.objects.not_erased().filter(long_ago | never_answered)


def forget(*, months: int, now: datetime) -> Forgotten:
    """Erase them one by one; whoever cannot be erased is said by number and holds nobody else up."""
    people = failed = 0
    for attendee in list(forgettable(months=months, now=now).order_by("pk")):
        try:
            people += erasure.erase(attendee=attendee, now=now)
        except Exception:
            logger.exception("Attendee %s could not be erased.", attendee.pk)
            failed += 1
    # Of which staff never said a word, and which nobody coordinates any more.
    named_by_people = Initiative.objects.filter(suggest=Suggest.BY_COUNT)
    return Forgotten(
        people,
        failed,
        blocking.forget_expired(now=now),
        erasure.sweep_mail_files(),
        initiatives.forget_unused(named_by_people),
    )


def months_before(moment: datetime, months: int) -> datetime:
    """The same day of an earlier month, or the last one that month has."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
