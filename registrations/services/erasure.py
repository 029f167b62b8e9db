"""Erase a person: what says who they were goes, what counts that somebody came stays.

The row of the person stays too, emptied and marked, so that figures and foreign keys hold.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import reduce
from operator import or_

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from iatp_events.lib import eml
from registrations.choices import MessageKind, MessageState, SkipReason
from registrations.models import AddressClaim, Appeal, Attendee, EmailAddress, Enrolment, Message, Registration
from registrations.models.enrolments import EnrolmentQuerySet
from registrations.models.messages import AGAIN, MessageQuerySet
from registrations.models.registrations import RegistrationQuerySet
from registrations.services import belongings, blocking, drafts, people, places


@transaction.atomic
def erase(*, attendee: Attendee, now: datetime) -> bool:
    """Cancel what is ahead, pass the places on, and forget the person. Returns False when they were erased before.

    No mail says so: it would have to keep the address until it left.
    """
    try:
        person = people.lock(attendee)
    except people.Gone:
        return False
    belongings.hold(person)
    _withdraw(person, now)
    names = [person.full_name] if person.full_name else []
    addresses = _addresses_of(person)
    # Found by the rows that are about the person, so before these go.
    _forget_log_lines(person, names, addresses)
    _forget_sign_in_guard(addresses)
    _forget_mails_and_claims(person, addresses)
    drafts.forget_person(attendee=person, addresses=addresses)
    _forget_invitations_by(person)
    forget_answers(person.registrations.all())
    person.consents.all().delete()
    # The folio goes on to verify, without a name.
    person.certificates.update(name="", folded="", reason="")
    person.addresses.all().delete()
    person.empty(at=now)
    return True


@transaction.atomic
def disown(*, message: Message, now: datetime) -> None:
    """Take back what a form said that somebody else sent: “this was not me”, from the mail that answered it.

    Its registrations are cancelled and their answers forgotten, and the address is not registered again for a while.
    Whoever is nothing else to us than what was typed there is erased. A second press changes nothing: what its person
    did since is theirs.
    """
    if message.attendee is None:
        return
    try:
        person = people.lock(message.attendee)
    except people.Gone:
        return
    belongings.hold(person)
    if is_disowned(message):
        return
    _with_copies(message).update(disowned_at=now)
    made = list(typed_by(message))
    blocking.block(addresses=_typed_addresses(made) or _addresses_of(person), now=now)
    enrolled = _enrolled_by(message)
    if not _is_known_otherwise(person, made, enrolled):
        erase(attendee=person, now=now)
        return
    enrolled.standing().update(left_at=now)
    _cancel([registration for registration in made if registration.is_live], now)
    forget_answers(Registration.objects.filter(pk__in=[registration.pk for registration in made]))


def is_disowned(message: Message) -> bool:
    """Whether the button of this mail, or of the one of which it is a copy, was pressed before."""
    return _with_copies(message).filter(disowned_at__isnull=False).exists()


def typed_by(message: Message) -> Iterable[Registration]:
    """The registrations that a mail says were made."""
    related = Registration.objects.filter(attendee=message.attendee_id, pk__in=message.registration_ids)
    return related.select_related("session__series", "attendee").order_by("session__number", "pk")


def forget_answers(registrations: RegistrationQuerySet) -> None:
    """Forget what was written freely, and take every link to these registrations out of use."""
    Appeal.objects.filter(registration__in=registrations).update(words="", reason="")
    registrations.update(support_needed="", question="", typed={}, link_version=F("link_version") + 1)


def forget_name(gone: Attendee, *, kept: Attendee) -> None:
    """Of who becomes another person, a line of the log keeps the number: that name is nobody's to erase later."""
    if not gone.full_name or gone.full_name == kept.full_name:
        return
    name = gone.full_name
    ours = Q(content_type__app_label="registrations")
    named = Q(object_repr=name) | ours & Q(object_repr__startswith=f"{name} ·")
    said = Q(pk__in=[])
    if " " in name:
        named |= Q(object_repr__contains=name)
        said = Q(change_message__contains=name) | Q(change_message__contains=json.dumps(name)[1:-1])
    LogEntry.objects.filter(said).update(change_message="")
    LogEntry.objects.filter(named).update(object_repr=Concat(Value("#"), "object_id"))


def sweep_mail_files() -> int:
    """Delete the files of mails that were being written while whom they name was erased. Returns how many."""
    to_nobody = Q(attendee__erased_at__isnull=False)
    by_nobody = Q(kind=MessageKind.INVITED, registration__invited_by__erased_at__isnull=False)
    return _forget_files(Message.objects.filter(to_nobody | by_nobody))


def _withdraw(person: Attendee, now: datetime) -> None:
    person.enrolments.standing().update(left_at=now)
    _cancel(list(person.registrations.live().select_related("session__series", "attendee")), now)


def _cancel(live: list[Registration], now: datetime) -> None:
    for registration in live:
        with suppress(places.SessionOver):
            places.cancel(registration=registration, now=now)


def _forget_mails_and_claims(person: Attendee, addresses: list[str]) -> None:
    """With addresses that were asked for and never proven: by this person, or by others of this person's."""
    claims = AddressClaim.objects.filter(Q(attendee=person) | Q(normalised__in=addresses))
    _forget_mails(Message.objects.filter(Q(attendee=person) | Q(claim__in=claims)))
    claims.delete()


def _forget_mails(mails: MessageQuerySet) -> None:
    """What waits or is on its way is out of the sender's hands: whoever holds its lease finds nothing to write."""
    given_up = {"state": MessageState.SKIPPED, "skip_reason": SkipReason.NO_ADDRESS}
    mails.unfinished().update(**given_up, lease_token=None, lease_until=None)
    # What a server answered may name the address.
    mails.update(subject="", text="", last_error="", sent_to="")
    # Behind the locks of their rows: a file that is written from now on is its writer's to take away.
    _forget_files(mails)


def _forget_invitations_by(person: Attendee) -> None:
    """The mails to those whom the person invited name them; of these nothing is kept but files."""
    _forget_files(Message.objects.filter(kind=MessageKind.INVITED, registration__invited_by=person))


def _forget_files(mails: MessageQuerySet) -> int:
    return eml.forget(mail.message_id for mail in mails.only("key").iterator())


def _forget_log_lines(person: Attendee, names: list[str], addresses: list[str]) -> None:
    """That staff did something stays; to whom is a number."""
    about = [_lines_about(Attendee, [person.pk, *person.merges.values_list("gone", flat=True)])]
    for relation in Attendee._meta.related_objects:
        rows = relation.related_model._base_manager.filter(**{relation.field.name: person})
        about.append(_lines_about(relation.related_model, rows.values_list("pk", flat=True)))
    # Rows that are gone, or that became this person's by a merge.
    ours = Q(content_type__app_label="registrations")
    about += [Q(object_repr=name) | ours & Q(object_repr__startswith=f"{name} ·") for name in names]
    about += [_lines_that_say(word) for word in addresses]
    # One word may be anybody's, or a part of another.
    about += [_lines_that_say(name) for name in names if " " in name]
    LogEntry.objects.filter(reduce(or_, about)).update(object_repr=Concat(Value("#"), "object_id"), change_message="")


def _lines_about(model: type, keys: Iterable[object]) -> Q:
    return Q(content_type=ContentType.objects.get_for_model(model), object_id__in=[str(key) for key in keys])


def _lines_that_say(word: str) -> Q:
    escaped = json.dumps(word)[1:-1]
    return Q(object_repr__contains=word) | Q(change_message__contains=word) | Q(change_message__contains=escaped)


def _forget_sign_in_guard(addresses: list[str]) -> None:
    """Somebody may have taken the door of staff for theirs."""
    tried = reduce(or_, (Q(username__iexact=address) for address in addresses), Q(pk__in=[]))
    for guard in (AccessAttempt, AccessFailureLog, AccessLog):
        guard.objects.filter(tried).delete()


def _addresses_of(person: Attendee) -> list[str]:
    """Each as it was typed and as it is compared."""
    rows = person.addresses.values_list("address", "normalised")
    return sorted({address for row in rows for address in row if address})


def _typed_addresses(made: list[Registration]) -> list[str]:
    """Of who was known before, the form keeps what it said beside its registrations."""
    return sorted({str(registration.typed["email"]) for registration in made if registration.typed.get("email")})


def _with_copies(message: Message) -> MessageQuerySet:
    """The mail, and those that carry the same button because staff sent it again."""
    original = message.original_key
    theirs = Message.objects.filter(attendee=message.attendee_id)
    return theirs.filter(Q(key=original) | Q(key__startswith=f"{original}{AGAIN}"))


def _enrolled_by(message: Message) -> EnrolmentQuerySet:
    """The standing wish that the same form wrote; a copy of the mail leads to its original."""
    original = Message.objects.filter(key=message.original_key).first() or message
    return Enrolment.objects.filter(
        attendee=message.attendee_id, series=message.series_id, enrolled_at=original.created_at
    )


def _is_known_otherwise(person: Attendee, made: list[Registration], enrolled: EnrolmentQuerySet) -> bool:
    """They proved an address, or another form than this one made something of theirs."""
    return (
        EmailAddress.objects.filter(attendee=person, verified_at__isnull=False).exists()
        # Staff found that they are known by two names.
        or person.merges.exists()
        or person.registrations.exclude(pk__in=[registration.pk for registration in made]).exists()
        or person.enrolments.exclude(pk__in=enrolled.values("pk")).exists()
    )
