"""The addresses of a person: a new one counts once it was confirmed from itself, and the last one stays."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from registrations.choices import MessageKind, Source
from registrations.models import AddressClaim, Attendee, EmailAddress, Message
from registrations.models.attendees import normalise
from registrations.services import blocking, outbox, people
from workshops.models import Series

# How long the button in the mail works.
LASTS = timedelta(days=1)
# A person who mistypes tries again; who asks for more than this on one day is writing to strangers.
MOST_A_DAY = 5


class TooMany(Exception):
    """This person asked for many addresses today."""


class ClaimOver(Exception):
    """There is nothing to confirm any more: the day is over, or the person is gone."""


class BelongsToAnother(Exception):
    """The address is that of a person we know; only staff bring two people together."""


class LastAddress(Exception):
    """Without it no mail would reach the person."""


@transaction.atomic
def ask(*, attendee: Attendee, address: str, now: datetime) -> AddressClaim:
    """Write to a new address and ask whether it is theirs; whoever it belongs to, the same is done.

    Raises TooMany, and ValueError when the address can be none.
    """
    people.lock(attendee)
    if AddressClaim.objects.filter(attendee=attendee, asked_at__gt=now - LASTS).count() >= MOST_A_DAY:
        raise TooMany
    claim = AddressClaim.objects.create(
        attendee=attendee, address=address.strip(), normalised=normalise(address), asked_at=now
    )
    known = people.choices_of(attendee)
    series = known[0].series if known else Series.objects.current()
    # Whose owner said “this was not me” hears no more of it for a while; the answer to the press is the same.
    if series is not None and not blocking.is_blocked(address, now=now):
        outbox.queue([_question(claim, attendee, series, now)])
    return claim


def of(attendee: Attendee) -> list[EmailAddress]:
    """A person's addresses; mails go to the first: the one proven last, else the newest."""
    return list(attendee.addresses.order_by(F("verified_at").desc(nulls_last=True), "-pk"))


def waiting_claims(attendee: Attendee, now: datetime) -> list[AddressClaim]:
    """What was asked and not answered, and can still be."""
    asked = AddressClaim.objects.filter(attendee=attendee, confirmed_at__isnull=True, asked_at__gt=now - LASTS)
    return list(asked.order_by("pk"))


@transaction.atomic
def confirm(*, claim: AddressClaim, now: datetime) -> EmailAddress:
    """Make a proven address one of the person's. Pressed twice it stays so. Raises ClaimOver and BelongsToAnother."""
    try:
        people.lock(claim.attendee)
    except people.Gone:
        raise ClaimOver from None
    if is_over(claim, now):
        raise ClaimOver
    try:
        with transaction.atomic():
            row, _created = EmailAddress.objects.get_or_create(
                normalised=claim.normalised,
                defaults={"attendee": claim.attendee, "address": claim.address, "source": Source.FORM},
            )
    except IntegrityError:
        row = EmailAddress.objects.get(normalised=claim.normalised)
    if row.attendee_id != claim.attendee_id:
        raise BelongsToAnother
    EmailAddress.objects.filter(pk=row.pk).update(verified_at=now)
    AddressClaim.objects.filter(pk=claim.pk, confirmed_at__isnull=True).update(confirmed_at=now)
    return row


def is_over(claim: AddressClaim, now: datetime) -> bool:
    return now >= claim.asked_at + LASTS


@transaction.atomic
def remove(*, attendee: Attendee, address: EmailAddress) -> None:
    """Forget an address; never the last. Raises LastAddress."""
    people.lock(attendee)
    held = EmailAddress.objects.filter(attendee=attendee)
    if not held.exclude(pk=address.pk).exists():
        raise LastAddress
    held.filter(pk=address.pk).delete()


def _question(claim: AddressClaim, attendee: Attendee, series: Series, now: datetime) -> Message:
    key, until = f"{MessageKind.ADDRESS}:{claim.pk}", now + LASTS
    return outbox.draft(
        MessageKind.ADDRESS,
        key=key,
        now=now,
        due_at=now,
        attendee=attendee,
        series=series,
        claim=claim,
        expires_at=until,
    )
