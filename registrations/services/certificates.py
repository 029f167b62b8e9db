"""Certificates: issued to all who earned one by one act, corrected by another certificate, revoked with a reason.

Each act locks the people it is about, in the order of their keys, so two that are pressed at once see each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import translation

from iatp_events.lib import codes
from registrations import progress, statements
from registrations.choices import AttendanceStatus, CertificateState, MessageKind, Part
from registrations.models import Attendance, Attendee, Certificate, Message
from registrations.services import outbox, people
from registrations.statements import Attended
from workshops.choices import SessionState
from workshops.models import Series, Session

BATCH = 500


class NotOver(Exception):
    """The session is not over, was called off, or nobody knows when it is: nobody has attended it yet."""


class NotNeeded(Exception):
    """Nothing stands that this act could change: somebody else was faster, or nothing differs."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What certificates are about: one session, or without one the series as a whole."""

    series: Series
    session: Session | None = None

    def certificates(self) -> QuerySet[Certificate]:
        return Certificate.objects.of(self.series, self.session)


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many people there are of each kind; what pressing the button would do."""

    earned: int
    new: int
    valid: int
    revoked: int
    no_longer_earned: int


def outlook(*, scope: Scope, now: datetime) -> Outlook:
    """Two queries, however many people there are."""
    earned = set(_earned(scope, now))
    rows = list(scope.certificates().exclude(state=CertificateState.REPLACED).values_list("holder", "state"))
    held = {holder for holder, _state in rows}
    valid = [holder for holder, state in rows if state == CertificateState.VALID]
    lost = sum(holder is not None and holder not in earned for holder in valid)
    return Outlook(len(earned), len(earned - held), len(valid), len(rows) - len(valid), lost)


@transaction.atomic
def issue(*, scope: Scope, by: int | None, now: datetime, tell: bool = True) -> int:
    """Give everybody who earned it a certificate, and tell them by mail. Returns how many are new.

    Whoever was given one before gets no second, also when it was revoked. by: the key of the member of staff.
    tell: by mail; made-up people are told nothing. Raises NotOver.
    """
    _lock(scope)
    if scope.session is not None and not is_over(scope.session, now):
        raise NotOver
    earned = _earned(scope, now)
    holders = list(_locked(earned))
    # Behind the locks: whoever was merged meanwhile brought theirs along.
    held = set(scope.certificates().values_list("holder", flat=True))
    made = [_draft(scope, person, earned[person.pk], by, now) for person in holders if person.pk not in held]
    Certificate.objects.bulk_create(made, batch_size=BATCH)
    if tell:
        outbox.queue(_mail(certificate, now) for certificate in made)
    return len(made)


@transaction.atomic
def rename(*, attendee: Attendee, name: str, by: int | None, now: datetime) -> int:
    """Correct a person's name, and replace every valid certificate that says another. Returns how many.

    Raises people.Gone.
    """
    person = people.lock(attendee)
    person.full_name, person.wanted_name = name, ""
    person.save(update_fields=["full_name", "wanted_name", "folded"])
    outdated = list(_valid(person).exclude(name=name).select_related("series", "session").order_by("pk"))
    for old in outdated:
        _succeed(old, person, by=by, now=now)
    return len(outdated)


@transaction.atomic
def reissue(*, certificate: Certificate, by: int | None, now: datetime) -> Certificate:
    """Give the holder of a revoked certificate another, which says the same under their name of today.

    Raises NotNeeded, people.Gone.
    """
    if certificate.holder is None:
        raise NotNeeded
    person = people.lock(certificate.holder)
    related = Certificate.objects.select_related("series", "session")
    old = related.get(pk=certificate.pk)
    valid = _valid(person).filter(series=old.series, session=old.session)
    if old.state != CertificateState.REVOKED or old.holder_id != person.pk or valid.exists():
        raise NotNeeded
    return _succeed(old, person, by=by, now=now)


@transaction.atomic
def revoke(*, certificate: Certificate, reason: str, by: int | None, now: datetime) -> None:
    """Let a folio say that it holds no longer. Raises NotNeeded when it did not before."""
    if certificate.holder_id is not None:
        # The same order as every other act: the person first.
        list(Attendee.objects.select_for_update(no_key=True, of=("self",)).filter(pk=certificate.holder_id))
    ended = {"reason": reason.strip(), "ended_at": now, "ended_by_id": by}
    if not Certificate.objects.valid().filter(pk=certificate.pk).update(state=CertificateState.REVOKED, **ended):
        raise NotNeeded


def leave_name(*, attendee: Attendee) -> None:
    """Answer a wish for another name with no."""
    Attendee.objects.filter(pk=attendee.pk).update(wanted_name="")


def join(*, kept: Attendee, gone: Attendee, now: datetime) -> list[str]:
    """Give the certificates of one person to another; of two valid ones for the same, that of the kept one stands.

    The caller holds both. Returns the folios that moved.
    """
    theirs = {(row.series_id, row.session_id): row for row in _valid(kept)}
    moving = list(gone.certificates.order_by("pk"))
    for row in moving:
        stays = theirs.get((row.series_id, row.session_id))
        if row.is_valid and stays is not None:
            ended = {"state": CertificateState.REPLACED, "replaced_by": stays, "ended_at": now}
            Certificate.objects.filter(pk=row.pk).update(**ended)
    gone.certificates.update(holder=kept)
    return [row.folio for row in moving]


def find(folio: str) -> Certificate | None:
    """By a folio as it is written. One query."""
    return Certificate.objects.select_related("series", "session", "replaced_by").filter(folio=folio).first()


def of(attendee: Attendee) -> list[Certificate]:
    """The valid ones of a person."""
    return list(_valid(attendee).order_by("pk"))


def _valid(attendee: Attendee) -> QuerySet[Certificate]:
    return Certificate.objects.valid().filter(holder=attendee)


def is_over(session: Session, now: datetime) -> bool:
    return not session.is_cancelled and session.ends_at is not None and session.ends_at <= now


def _earned(scope: Scope, now: datetime) -> dict[int, list[Attended]]:
    """What each person attended who earned the certificate, by their key. One query."""
    if scope.session is None and scope.series.sessions_needed is None:
        return {}
    counted: defaultdict[int, int] = defaultdict(int)
    held: defaultdict[int, list[Attended]] = defaultdict(list)
    for holder, part, one in _attended(scope, now):
        if half := progress.halves(scope.series, one.status, part):
            counted[holder] += half
            held[holder].append(one)
    if scope.session is not None:
        # To have caught up is not to have been there.
        return {pk: seen for pk, seen in held.items() if counted[pk] == 2}
    return {pk: seen for pk, seen in held.items() if progress.is_earned(scope.series, counted[pk])}


def _attended(scope: Scope, now: datetime) -> Iterator[tuple[int, str, Attended]]:
    rows = Attendance.objects.filter(
        part=Part.AUDIENCE,
        status__in=[AttendanceStatus.PRESENT, AttendanceStatus.CAUGHT_UP],
        registration__attendee__erased_at__isnull=True,
        registration__session__series=scope.series,
        registration__session__ends_at__lte=now,
    ).exclude(registration__session__state=SessionState.CANCELLED)
    if scope.session is not None:
        rows = rows.filter(registration__session=scope.session)
    session = F("registration__session__day"), F("registration__session__minutes")
    told = rows.values_list("registration__attendee", "part", "status", "because", "seconds", *session)
    for holder, part, status, because, seconds, day, length in told.iterator(chunk_size=2000):
        yield holder, part, Attended(status, because, seconds, day, length)


def _lock(scope: Scope) -> None:
    """Two members of staff who press at once: the second waits here and finds what the first one issued."""
    if scope.session is None:
        Series.objects.select_for_update(no_key=True, of=("self",)).get(pk=scope.series.pk)
    else:
        Session.objects.select_for_update(no_key=True, of=("self",)).get(pk=scope.session.pk)


def _locked(keys: Iterable[int]) -> QuerySet[Attendee]:
    """Erased or merged meanwhile, nobody is there any more to be named."""
    rows = Attendee.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(keys))
    return rows.not_erased().order_by("pk")


def _draft(scope: Scope, person: Attendee, attended: list[Attended], by: int | None, now: datetime) -> Certificate:
    with translation.override(person.language):
        facts = statements.facts_of(scope.series, scope.session, attended)
    return Certificate(
        folio=codes.new(),
        holder=person,
        series=scope.series,
        session=scope.session,
        name=person.full_name,
        document=scope.series.document,
        language=person.language,
        facts=facts.stored(),
        issued_at=now,
        issued_by_id=by,
    )


def _succeed(old: Certificate, person: Attendee, *, by: int | None, now: datetime) -> Certificate:
    """Another certificate with the facts of the old one, which names it from now on."""
    ended = {"state": CertificateState.REPLACED, "ended_at": now, "ended_by_id": by}
    Certificate.objects.filter(pk=old.pk).update(**ended)
    new = Certificate.objects.create(
        folio=codes.new(),
        holder=person,
        series=old.series,
        session=old.session,
        name=person.full_name,
        document=old.document,
        language=old.language,
        facts=old.facts,
        issued_at=now,
        issued_by_id=by,
    )
    Certificate.objects.filter(pk=old.pk).update(replaced_by=new)
    outbox.queue([_mail(new, now)])
    return new


def _mail(certificate: Certificate, now: datetime) -> Message:
    return outbox.draft(
        MessageKind.CERTIFICATE,
        key=f"{MessageKind.CERTIFICATE}:{certificate.pk}",
        now=now,
        due_at=now,
        attendee=certificate.holder,
        series=certificate.series,
        session=certificate.session,
        certificate=certificate,
        expires_at=now + outbox.PATIENCE,
    )
