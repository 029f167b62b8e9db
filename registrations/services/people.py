"""Find or create the person behind a form; an unproven form never changes a person we know."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q

from iatp_events.lib import languages
from iatp_events.lib.prepared import PreparedModels
from registrations.choices import ConsentKind, Source
from registrations.models import Attendee, Consent, EmailAddress, Enrolment, Initiative, Registration
from registrations.models.attendees import AttendeeQuerySet, normalise
from registrations.services import initiatives
from workshops.models import Series

P = ParamSpec("P")
R = TypeVar("R")


def _owner(normalised: str) -> AttendeeQuerySet:
    # Who is erased while we wait for the lock is nobody's owner any more.
    owners = Attendee.objects.not_erased().select_for_update(of=("self",), no_key=True)
    return owners.filter(addresses__normalised=normalised)


_OWNER = PreparedModels(_owner, str)


class Gone(Exception):
    """The person was erased, or merged into another."""


class MustAgree(Exception):
    """All we know of this person is what a colleague typed: they accept the code of conduct first, by a form.

    invitation: the registration for which a place is kept meanwhile, when it is about that one.
    """

    def __init__(self, series: Series, invitation: Registration | None = None) -> None:
        super().__init__("the code of conduct was not accepted yet")
        self.series, self.invitation = series, invitation


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


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether a person wants the announcements of a series; None while they said nothing."""

    series: Series
    wanted: bool | None


def find_or_create(
    *, person: Person, source: Source, now: datetime, coordinates: Initiative | None = None
) -> tuple[Attendee, bool]:
    """Return the attendee of an address, locked until the transaction ends, and whether they are new.

    Of whom only a colleague told us we know no more than of who is new: the form says who they are.
    coordinates: the initiative of somebody new, where it is known; else it is found by its name, or made.
    Raises ValueError when the address can be none.
    """
    known = find(person=person, now=now)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            return create(person=person, source=source, now=now, coordinates=coordinates), True
    except IntegrityError:
        # The same form was sent twice at once, and the other request was the first to write the address.
        owner = _locked_owner(normalise(person.email))
        if owner is None:
            raise
        return owner, False


def find(*, person: Person, now: datetime) -> Attendee | None:
    """The attendee of an address, locked until the transaction ends. Raises ValueError when the address can be none."""
    known = _locked_owner(normalise(person.email))
    if known is not None and known.must_agree:
        _introduce(known, person, now)
    return known


def settling_races(act: Callable[P, R]) -> Callable[P, R]:
    """Try a transaction once more that wrote somebody new whose address another request was the first to write.

    The same form was sent twice at once; the second try finds the person. No savepoint, so the others pay nothing.
    """

    @wraps(act)
    def twice(*args: P.args, **wish: P.kwargs) -> R:
        try:
            return act(*args, **wish)
        except IntegrityError:
            return act(*args, **wish)

    return twice


def create(*, person: Person, source: Source, now: datetime, coordinates: Initiative | None = None) -> Attendee:
    """Write somebody new down. Raises IntegrityError when their address was written at the same moment."""
    attendee = _attendee(person, now, coordinates)
    EmailAddress.objects.create(
        attendee=attendee, address=person.email.strip(), normalised=normalise(person.email), source=source
    )
    return attendee


def create_unaddressed(*, person: Person, now: datetime) -> Attendee:
    """Write somebody down who gave no address: nobody can be told that they are known, and no mail reaches them."""
    return _attendee(person, now, None)


def consent(*, attendee: Attendee, series: Series, announcements: bool, now: datetime) -> None:
    """Record what a person agreed to who is new, or was invited, with the version of the text they were shown."""
    version = _version(series)
    kinds = [ConsentKind.CODE_OF_CONDUCT] + ([ConsentKind.ANNOUNCEMENTS] if announcements else [])
    Consent.objects.bulk_create(
        [Consent(attendee=attendee, series=series, kind=kind, version=version, given_at=now) for kind in kinds],
        ignore_conflicts=True,
    )
    if attendee.must_agree:
        attendee.agree()


def require_agreement(attendee: Attendee, series: Series) -> None:
    """Raise MustAgree for who was only ever typed by a colleague."""
    if attendee.must_agree:
        raise MustAgree(series)


@transaction.atomic
def choose_mails(
    *, attendee: Attendee, reminders: bool | None, announcements: Mapping[Series, bool], now: datetime
) -> None:
    """Take or stop reminders, and the announcements of some series; what is not named stays as it is."""
    if reminders is True:
        attendee.take_reminders()
    elif reminders is False and attendee.reminders_stopped_at is None:
        attendee.stop_reminders(at=now)
    for series, wanted in announcements.items():
        act = take_announcements if wanted else stop_announcements
        act(attendee=attendee, series=series, now=now)


def stop_announcements(*, attendee: Attendee, series: Series, now: datetime) -> None:
    """Take the consent back; of who never gave one the stop is kept as well, so that bulletins honour it."""
    with transaction.atomic():
        lock(attendee)
        said = Consent.objects.filter(attendee=attendee, series=series, kind=ConsentKind.ANNOUNCEMENTS)
        if not said.exists():
            said.create(**_announcements(attendee, series, now), withdrawn_at=now)
        said.filter(withdrawn_at__isnull=True).update(withdrawn_at=now)


def take_announcements(*, attendee: Attendee, series: Series, now: datetime) -> None:
    """Give a new consent, with the version of the text that holds now; one that stands already is enough."""
    Consent.objects.bulk_create([Consent(**_announcements(attendee, series, now))], ignore_conflicts=True)


def choices_of(attendee: Attendee, *, also: int | None = None) -> list[Choice]:
    """What a person said of the announcements of each series that knows them, the youngest series first.

    also: a series to name in any case, and first.
    """
    said = Consent.objects.filter(attendee=attendee, kind=ConsentKind.ANNOUNCEMENTS)
    wanted: dict[int, bool] = {}
    for series, withdrawn_at in said.values_list("series", "withdrawn_at"):
        wanted[series] = wanted.get(series, False) or withdrawn_at is None
    registered = Registration.objects.filter(attendee=attendee, session__series=OuterRef("pk"))
    enrolled = Enrolment.objects.filter(attendee=attendee, series=OuterRef("pk"))
    known = Q(pk=also) | Q(pk__in=wanted) | Exists(registered) | Exists(enrolled)
    found = Series.objects.filter(known).order_by("-created_at", "pk")
    return sorted((Choice(row, wanted.get(row.pk)) for row in found), key=lambda choice: choice.series.pk != also)


def renew_calendar(*, attendee: Attendee) -> None:
    """Give the personal calendar another address; whoever had the old one finds nothing there any more."""
    Attendee.objects.with_versions_of(attendee).update(calendar_version=F("calendar_version") + 1)


def has_stopped_announcements(attendee: Attendee, series: Series) -> bool:
    """They said that they want none, and have not asked for them since; who never said anything has not."""
    return Attendee.objects.stopped_announcements(series.pk).filter(pk=attendee.pk).exists()


def lock(attendee: Attendee) -> Attendee:
    """Let the acts of one person follow each other until the transaction ends.

    Returns them as they are behind the lock. Raises Gone.
    """
    person = Attendee.objects.select_for_update(of=("self",), no_key=True).get(pk=attendee.pk)
    if person.is_erased:
        raise Gone
    return person


def _announcements(attendee: Attendee, series: Series, now: datetime) -> dict[str, Any]:
    kind = ConsentKind.ANNOUNCEMENTS
    return {"attendee": attendee, "series": series, "kind": kind, "version": _version(series), "given_at": now}


def _version(series: Series) -> str:
    """A digest of the text that people are shown."""
    shown = str(languages.pick(series.code_of_conduct, series.languages))
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def _locked_owner(normalised: str) -> Attendee | None:
    return _OWNER.first(normalised)


def _introduce(known: Attendee, person: Person, now: datetime) -> None:
    said = {name: value for name, value in asdict(person).items() if name != "email"}
    said["initiative"] = person.initiative or known.initiative
    for name, value in said.items():
        setattr(known, name, value)
    initiatives.join(known, now=now)
    known.save(update_fields=[*said, "coordinates", "folded"])


def _attendee(person: Person, now: datetime, coordinates: Initiative | None) -> Attendee:
    named = {"name": person.initiative, "country": person.country, "sector": person.sector}
    return Attendee.objects.create(
        full_name=person.full_name,
        country=person.country,
        timezone=person.timezone,
        language=person.language,
        organisation=person.organisation,
        position=person.position,
        initiative=person.initiative,
        coordinates=coordinates or initiatives.find_or_make(**named, now=now),
        sector=person.sector,
        gender=person.gender,
        created_at=now,
    )
