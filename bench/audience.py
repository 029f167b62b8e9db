"""People who are registered and told, written in bulk: what the parts need before a reminder is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.db import transaction

from registrations import invented
from registrations.choices import RegistrationState
from registrations.models import Attendee, EmailAddress, Registration, ReminderRule
from registrations.models.attendees import normalise
from workshops.models import Panellist, Series, Session

HOUR = timedelta(hours=1)
# Long enough that no moment of any reminder lies before it.
SETTLED = timedelta(days=60)
PER_SERIES = 10
BATCH = 2_000
_numbers = count(1)


@transaction.atomic
def invite(people: int, *, now: datetime) -> list[Attendee]:
    """Invent so many people in the languages and zones of the region, each with an address."""
    invited = [invented.person(next(_numbers)) for _ in range(people)]
    attendees = Attendee.objects.bulk_create(
        (
            Attendee(
                full_name=person.full_name,
                country=person.country,
                timezone=person.timezone,
                language=person.language,
                created_at=now - SETTLED,
            )
            for person in invited
        ),
        batch_size=BATCH,
    )
    EmailAddress.objects.bulk_create(
        (
            EmailAddress(attendee=attendee, address=person.email, normalised=normalise(person.email))
            for attendee, person in zip(attendees, invited, strict=True)
        ),
        batch_size=BATCH,
    )
    return attendees


def gather(
    guests: Sequence[Attendee],
    starts: Sequence[datetime],
    *,
    offsets: Sequence[timedelta] = (HOUR,),
    now: datetime,
) -> None:
    """Register everyone for a new session at each of these moments, ten to a series, reminded by these offsets."""
    for first in range(0, len(starts), PER_SERIES):
        series = _another_series(offsets, now)
        for number, starts_at in enumerate(starts[first : first + PER_SERIES], start=1):
            _register(guests, _session(series, number, starts_at, now), now)


def _another_series(offsets: Sequence[timedelta], now: datetime) -> Series:
    """A copy of the real one."""
    series = Series.objects.get(slug="community-in-practice")
    series.pk, series.slug = None, f"{series.slug}-{Series.objects.count()}"
    series.save()
    ReminderRule.objects.bulk_create(
        ReminderRule(series=series, offset=offset, quiet=False, active_from=now - SETTLED) for offset in offsets
    )
    return series


@transaction.atomic
def _session(series: Series, number: int, starts_at: datetime, now: datetime) -> Session:
    """The real first session with its panel, held at another moment, of which everybody knows since long."""
    original = Session.objects.get(series__slug="community-in-practice", number=1)
    panel = list(Panellist.objects.filter(session=original))
    fields = ("question", "title", "summary", "agenda", "format", "languages", "panel_to_be_announced")
    local = starts_at.astimezone(ZoneInfo("America/Santiago"))
    session = Session.objects.create(
        series=series,
        number=number,
        state="open",
        day=local.date(),
        start_time=local.time(),
        minutes=90,
        meeting_link="https://zoom.us/j/5550001234",
        **{name: getattr(original, name) for name in fields},
    )
    for seat in panel:
        seat.pk, seat.session = None, session
    Panellist.objects.bulk_create(panel)
    session.revise(now=now - SETTLED)
    return session


def _register(guests: Sequence[Attendee], session: Session, now: datetime) -> None:
    Registration.objects.bulk_create(
        (
            Registration(
                session=session,
                attendee=guest,
                state=RegistrationState.CONFIRMED,
                round=1,
                confirmed_at=now - SETTLED,
                created_at=now - SETTLED,
                told_facts=session.revised_facts,
            )
            for guest in guests
        ),
        batch_size=BATCH,
    )
