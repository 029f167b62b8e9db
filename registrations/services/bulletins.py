"""A message that staff write to a group: counted, read again, and then queued once for each person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q

from registrations.choices import MessageKind
from registrations.models import Attendee, Bulletin, Message, Registration
from registrations.services import outbox
from workshops.models import Session

BATCH = 500


class OnItsWay(Exception):
    """Somebody sent it already: nothing is sent twice."""


class ChangedMeanwhile(Exception):
    """The group or the text is no longer the one that was shown."""


class NobodyMeant(Exception):
    """The group is empty."""


@dataclass(frozen=True, slots=True)
class Group:
    """How many people a bulletin reaches, and who of those that staff meant is left out."""

    people: int
    languages: list[tuple[str, int]]
    countries: list[tuple[str, int]]
    without_address: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A bulletin on its way: to how many it will still go, and when the next of its mails leaves."""

    bulletin: Bulletin
    people: int
    at: datetime


def waiting(session: Session) -> list[Waiting]:
    """The bulletins about a session that have not reached everyone they mean. Two queries, whoever they mean."""
    waits = Message.objects.unfinished().filter(bulletin=OuterRef("pk"))
    found = Bulletin.objects.filter(Exists(waits), session=session).select_related("series", "session").in_bulk()
    if not found:
        return []
    # The query that will be asked again before each mail leaves: who left the group is not counted.
    theirs = [Q(bulletin=pk, attendee__in=Attendee.objects.meant_by(found[pk]).values("pk")) for pk in found]
    rows = Message.objects.unfinished().filter(reduce(or_, theirs)).order_by().values_list("bulletin")
    counted = rows.annotate(people=Count("pk"), at=Min("next_attempt_at")).order_by("at", "bulletin")
    return [Waiting(found[pk], people, at) for pk, people, at in counted]


def group(bulletin: Bulletin) -> Group:
    """Count the group as it is now; the largest language and country first."""
    languages: Counter[str] = Counter()
    countries: Counter[str] = Counter()
    pairs = Attendee.objects.meant_by(bulletin).values_list("language", "country")
    for language, country, people in pairs.annotate(people=Count("pk")):
        languages[language] += people
        countries[str(country)] += people
    asked = Attendee.objects.asked_for_by(bulletin)
    reachable = asked.with_address().count()
    return Group(
        people=languages.total(),
        languages=languages.most_common(),
        countries=countries.most_common(),
        without_address=asked.count() - reachable,
        stopped=reachable - languages.total(),
    )


@transaction.atomic
def send(*, bulletin: Bulletin, people: int, digest: str, now: datetime) -> int:
    """Queue the bulletin for everyone it means. Returns how many.

    people, digest: the number and the text and group (`Bulletin.digest`) that its sender had before their eyes.
    Raises OnItsWay, ChangedMeanwhile or NobodyMeant, and then has done nothing.
    """
    locked = _locked(bulletin)
    if locked.is_on_its_way:
        raise OnItsWay
    if locked.digest != digest or Attendee.objects.meant_by(locked).count() != people:
        raise ChangedMeanwhile
    if not people:
        raise NobodyMeant
    locked.mark_queued(at=now)
    queued = sum(outbox.queue(batch) for batch in _drafts(locked, now))
    if queued != people:
        # Somebody came or left between the count and the writing: what was read holds no more.
        raise ChangedMeanwhile
    return queued


def copy(*, bulletin: Bulletin, user: User, now: datetime) -> Bulletin:
    """A new draft with the same text and group, so that a similar one need not be typed anew."""
    same = ("series", "session", "subject", "body", "states", "came", "countries", "initiative", "languages")
    fields = {name: getattr(bulletin, name) for name in same}
    return Bulletin.objects.create(**fields, author=user, created_at=now)


def _locked(bulletin: Bulletin) -> Bulletin:
    """The bulletin as it is now: whoever presses at the same moment waits here and finds it on its way."""
    rows = Bulletin.objects.select_related("series", "session")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=bulletin.pk)


def _drafts(bulletin: Bulletin, now: datetime) -> Iterator[list[Message]]:
    """One message for each person, by the hundreds: a group of any size costs the same memory."""
    after = 0
    meant = Attendee.objects.meant_by(bulletin).order_by("pk")
    while batch := list(meant.filter(pk__gt=after)[:BATCH]):
        registered = Registration.objects.filter(session=bulletin.session_id, attendee__in=batch)
        registrations = {registration.attendee_id: registration for registration in registered}
        yield [_draft(bulletin, attendee, registrations.get(attendee.pk), now) for attendee in batch]
        after = batch[-1].pk


def _draft(bulletin: Bulletin, attendee: Attendee, registration: Registration | None, now: datetime) -> Message:
    return outbox.draft(
        MessageKind.BULLETIN,
        key=f"{MessageKind.BULLETIN}:{bulletin.pk}:{attendee.pk}",
        now=now,
        due_at=now,
        expires_at=now + outbox.PATIENCE,
        attendee=attendee,
        series=bulletin.series,
        session=bulletin.session,
        registration=registration,
        round=registration.round if registration else 0,
        bulletin=bulletin,
    )
