"""Tell those who asked that a session takes registrations: found by comparison, once for each session."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from registrations import moments
from registrations.choices import ConsentKind, MessageKind
from registrations.models import Announcement, Consent, Enrolment, Message, Registration
from registrations.services import outbox
from workshops.models import Session

BATCH = 500


def unnoticed(now: datetime) -> QuerySet[Session]:
    """Sessions that take registrations and have not been seen doing so before."""
    return Session.objects.published().taking_registrations(now).filter(starts_at__gt=now, announcement__isnull=True)


def notice_open(*, now: datetime) -> int:
    """Note which sessions have opened; they are announced once that has stood for some minutes. Returns how many."""
    found = [Announcement(session=session, found_at=now) for session in unnoticed(now)]
    Announcement.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def untold(now: datetime) -> QuerySet[Any]:
    """Those who asked for announcements before a session opened and know nothing of it; with `session_pk`.

    Who is registered, was, or is enrolled in the whole series knows already.
    """
    opened = (
        Announcement.objects.filter(found_at__lte=now - settings.CHANGES_SETTLE, session__starts_at__gt=now)
        .filter(session__in=Session.objects.published().taking_registrations(now))
        .values("session")
    )
    same = {"session": OuterRef("session_pk"), "attendee": OuterRef("attendee")}
    told = Message.objects.filter(kind=MessageKind.ANNOUNCEMENT, **same)
    enrolled = Enrolment.objects.standing().filter(series=OuterRef("series"), attendee=OuterRef("attendee"))
    asked: QuerySet[Any] = Consent.objects.standing(ConsentKind.ANNOUNCEMENTS).annotate(
        session_pk=F("series__sessions__pk"), found_at=F("series__sessions__announcement__found_at")
    )
    return asked.filter(session_pk__in=opened, given_at__lt=F("found_at")).filter(
        ~Exists(told), ~Exists(Registration.objects.filter(**same)), ~Exists(enrolled)
    )


def queue_due(*, now: datetime) -> int:
    """Queue one announcement per session and person. Returns how many."""
    sessions = Session.objects.without_texts().in_bulk(set(untold(now).values_list("session_pk", flat=True)))
    return sum(_announce(session, now) for session in sessions.values())


def _announce(session: Session, now: datetime) -> int:
    queued = after = 0
    while batch := list(_next(session, after, now)):
        queued += _write(session, batch, now)
        after = batch[-1].attendee_id
    return queued


def _next(session: Session, after: int, now: datetime) -> QuerySet[Any]:
    # By person, not by row: two versions of the consent are one reader.
    rows = untold(now).filter(session_pk=session.pk, attendee__gt=after).select_related("attendee")
    return rows.order_by("attendee", "pk")[:BATCH]


@transaction.atomic
def _write(session: Session, batch: list[Consent], now: datetime) -> int:
    people = {consent.attendee_id: consent.attendee for consent in batch}
    return outbox.queue(
        outbox.draft(
            MessageKind.ANNOUNCEMENT,
            key=f"{MessageKind.ANNOUNCEMENT}:{session.pk}:{attendee.pk}",
            now=now,
            due_at=moments.out_of_the_night(now, attendee.timezone, session.timezone),
            expires_at=session.starts_at,
            attendee=attendee,
            series_id=session.series_id,
            session=session,
            revision=session.revision,
        )
        for attendee in people.values()
    )
