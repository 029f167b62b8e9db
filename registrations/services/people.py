"""Find or create the person behind a form; an unproven form never changes a person we know."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from iatp_events.lib import languages
from registrations.choices import ConsentKind, Source
from registrations.models import Attendee, Consent, EmailAddress
from registrations.models.attendees import normalise
from workshops.models import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a person says of themselves in the form."""

    full_name: str
    email: str
    country: str
    timezone: str
    language: str = "es"
    organisation: str = ""
    position: str = ""
    initiative: str = ""
    sector: str = ""
    gender: str = ""


def find_or_create(*, person: Person, source: Source, now: datetime) -> tuple[Attendee, bool]:
    """Return the attendee of an address, locked until the transaction ends, and whether they are new.

    Raises ValueError when the address can be none.
    """
    known = _locked_owner(normalise(person.email))
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            return _create(person, source, now), True
    except IntegrityError:
        # The same form was sent twice at once, and the other request was the first to write the address.
        owner = _locked_owner(normalise(person.email))
        if owner is None:
            raise
        return owner, False


def consent(*, attendee: Attendee, series: Series, announcements: bool, now: datetime) -> None:
    """Record what a new person agreed to, with the version of the text they were shown."""
    version = hashlib.sha256(str(languages.pick(series.code_of_conduct, series.languages)).encode()).hexdigest()[:16]
    kinds = [ConsentKind.CODE_OF_CONDUCT] + ([ConsentKind.ANNOUNCEMENTS] if announcements else [])
    Consent.objects.bulk_create(
        [Consent(attendee=attendee, series=series, kind=kind, version=version, given_at=now) for kind in kinds],
        ignore_conflicts=True,
    )


def _locked_owner(normalised: str) -> Attendee | None:
    owners = Attendee.objects.select_for_update(of=("self",), no_key=True)
    return owners.filter(addresses__normalised=normalised).first()


def _create(person: Person, source: Source, now: datetime) -> Attendee:
    attendee = Attendee.objects.create(
        full_name=person.full_name,
        country=person.country,
        timezone=person.timezone,
        language=person.language,
        organisation=person.organisation,
        position=person.position,
        initiative=person.initiative,
        sector=person.sector,
        gender=person.gender,
        created_at=now,
    )
    EmailAddress.objects.create(
        attendee=attendee, address=person.email.strip(), normalised=normalise(person.email), source=source
    )
    return attendee
