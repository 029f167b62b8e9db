"""The addresses of a person: a new one counts once it was confirmed from itself, and is told to the others."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from registrations.choices import MessageKind, Source
from registrations.models import AddressClaim, Attendee, EmailAddress, Message
from registrations.models.attendees import normalise
from registrations.services import blocking, outbox, people
from workshops.models import Series

# How long the button in the mail works.
LASTS = timedelta(days=1)
# How long an older address can take a new one away again.
TAKE_BACK_WITHIN = timedelta(days=7)
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
    series = _series_of(attendee)
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
    # Read behind the lock: an older address may have taken it back meanwhile.
    if is_over(claim, now) or not AddressClaim.objects.filter(pk=claim.pk).exists():
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
    first_time = AddressClaim.objects.filter(pk=claim.pk, confirmed_at__isnull=True).update(confirmed_at=now)
    # Proven before, by another claim or a sign-in: nothing was added.
    if first_time and row.verified_at is None:
        outbox.queue(_notices(claim, row, now))
    return row


def can_be_taken_back(told: Message, now: datetime) -> bool:
    """The mail still speaks of an address that was added, and not too long ago."""
    confirmed = told.claim.confirmed_at if told.claim else None
    return confirmed is not None and bool(told.sent_to) and now < confirmed + TAKE_BACK_WITHIN


@transaction.atomic
def take_back(*, told: Message, now: datetime) -> None:
    """“This wasn’t me”, from an older address: take away what was added since, and sign out everywhere.

    Whoever added one address may have added more and taken this one away, so that goes and this comes back.
    Pressed twice it stays so. Raises ClaimOver.
    """
    if told.attendee is None:
        raise ClaimOver
    try:
        person = people.lock(told.attendee)
    except people.Gone:
        raise ClaimOver from None
    claim = AddressClaim.objects.filter(attendee=person, pk=told.claim_id or 0).first()
    if claim is None or claim.confirmed_at is None or not can_be_taken_back(told, now):
        raise ClaimOver
    own = normalise(told.sent_to)
    since = AddressClaim.objects.filter(attendee=person, confirmed_at__gte=claim.confirmed_at).exclude(normalised=own)
    person.addresses.filter(normalised__in=since.values("normalised")).delete()
    # What was asked and not answered goes as well: its button would add an address again.
    unanswered = Q(attendee=person, confirmed_at__isnull=True)
    claims = AddressClaim.objects.filter(Q(pk__in=list(since.values_list("pk", flat=True))) | unanswered)
    Message.objects.filter(claim__in=claims).hold()
    claims.delete()
    _give_back(person, told.sent_to, now)
    person.sign_out_everywhere()


def _give_back(person: Attendee, address: str, now: datetime) -> None:
    """The address from which the button was pressed is the person's; if it is another's by now it stays there."""
    fields = {"attendee": person, "address": address, "source": Source.FORM, "verified_at": now}
    EmailAddress.objects.get_or_create(normalised=normalise(address), defaults=fields)


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


def _series_of(attendee: Attendee) -> Series | None:
    """In whose name one writes to a person about no series."""
    known = people.choices_of(attendee)
    return known[0].series if known else Series.objects.current()


def _notices(claim: AddressClaim, added: EmailAddress, now: datetime) -> list[Message]:
    """One to each other address that was proven; whoever took over the one mailbox does not read them all."""
    series = _series_of(claim.attendee)
    older = EmailAddress.objects.filter(attendee=claim.attendee_id, verified_at__isnull=False).exclude(pk=added.pk)
    if series is None:
        return []
    return [
        outbox.draft(
            MessageKind.ADDRESS_ADDED,
            key=f"{MessageKind.ADDRESS_ADDED}:{claim.pk}:{address.pk}",
            now=now,
            due_at=now,
            attendee=claim.attendee,
            series=series,
            claim=claim,
            sent_to=address.deliverable,
            expires_at=now + TAKE_BACK_WITHIN,
        )
        for address in older.order_by("pk")
    ]


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
