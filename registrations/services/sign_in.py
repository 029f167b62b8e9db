"""Sign in by mail: ask for it, write the mail, and use its link or its code once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.db.models import F, Sum
from django.utils.crypto import constant_time_compare

from iatp_events.lib import alarm
from registrations import links
from registrations.choices import MessageKind
from registrations.models import Attendee, EmailAddress, Message, SignIn
from registrations.models.attendees import normalise
from registrations.models.sign_ins import MAIL_KEEPS, MOST_CODES
from registrations.services import outbox
from workshops.models import Series

WRITE_TASK = "registrations.write_sign_ins"
# Whoever asks again and again to guess the code of somebody else: after so many in a day only the link opens.
MOST_CODES_A_DAY = 20


class Standing(Enum):
    """How a link stands, for the browser in which it was opened."""

    OPEN = "open"
    ELSEWHERE = "elsewhere"
    USED = "used"
    OUTDONE = "outdone"
    OVER = "over"


class Refused(Exception):
    """The link opens nothing here; `standing` says why."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing.value)
        self.standing = standing


class WrongCode(Exception):
    """The code opens nothing, or nothing any more; it is not said which."""


def new_browser() -> str:
    """A value for the browser in which somebody asks; what is stored of it is its digest."""
    return secrets.token_urlsafe(32)


@transaction.atomic
def ask(*, email: str, browser: str, leads_to: str, now: datetime) -> None:
    """Note that somebody wants to sign in; the mail is written a moment later.

    For an address that nobody has the same is done, so that the time it takes tells nobody who is registered.
    """
    SignIn.objects.create(
        address=EmailAddress.objects.filter(normalised=normalise(email)).first(),
        nonce=secrets.randbits(62),
        browser_digest=_digest(browser),
        leads_to=leads_to,
        requested_at=now,
    )
    transaction.on_commit(lambda: alarm.ring(WRITE_TASK))


@transaction.atomic
def queue_due(*, now: datetime) -> int:
    """Write the mail of everybody who asked and is known. Returns how many."""
    asked = SignIn.objects.unanswered(now).select_related("address__attendee").order_by("pk")
    return outbox.queue([draft for one in asked if (draft := _draft(one, now))])


def forget(*, now: datetime) -> None:
    """Delete what no limit counts any more."""
    SignIn.objects.forgettable(now).delete()


def find(pk: int, nonce: int) -> SignIn | None:
    """What a link names, with its state."""
    return SignIn.objects.with_state().filter(pk=pk, nonce=nonce, address__isnull=False).first()


def standing(*, asked: SignIn, browser: str, now: datetime) -> Standing:
    if asked.used_at is not None:
        return Standing.USED
    if asked.is_outdone:
        return Standing.OUTDONE
    if now >= asked.ends_at or asked.codes_tried >= MOST_CODES:
        return Standing.OVER
    is_here = constant_time_compare(asked.browser_digest, _digest(browser))
    return Standing.OPEN if is_here else Standing.ELSEWHERE


def by_link(*, asked: SignIn, browser: str, now: datetime) -> Attendee:
    """Sign in whom a link belongs to. Raises Refused."""
    found = standing(asked=asked, browser=browser, now=now)
    if found != Standing.OPEN:
        raise Refused(found)
    return _use(asked, now)


def by_code(*, code: str, browser: str, now: datetime) -> tuple[Attendee, SignIn]:
    """Sign in whoever asked in this browser and types the code of the newest mail. Raises WrongCode.

    A try is counted before it is compared, each in a transaction of its own: guesses sent at once count too.
    """
    asked = SignIn.objects.with_state().filter(browser_digest=_digest(browser)).order_by("-pk").first()
    if asked is None or standing(asked=asked, browser=browser, now=now) != Standing.OPEN:
        raise WrongCode
    left = SignIn.objects.filter(pk=asked.pk, used_at__isnull=True, codes_tried__lt=MOST_CODES)
    counted = left.update(codes_tried=F("codes_tried") + 1)
    is_right = constant_time_compare(links.sign_in_code(asked), code)
    if not counted or _is_guessed_at(asked) or not is_right or asked.address is None:
        raise WrongCode
    try:
        return _use(asked, now), asked
    except Refused:
        raise WrongCode from None


@transaction.atomic
def _use(asked: SignIn, now: datetime) -> Attendee:
    """Two presses at once: one of them finds the row unused."""
    if not SignIn.objects.filter(pk=asked.pk, used_at__isnull=True).update(used_at=now):
        raise Refused(Standing.USED)
    address = EmailAddress.objects.select_related("attendee").get(sign_ins=asked)
    if address.verified_at is None:
        EmailAddress.objects.filter(pk=address.pk).update(verified_at=now)
    return address.attendee


def _is_guessed_at(asked: SignIn) -> bool:
    day = asked.requested_at - timedelta(days=1)
    owner = asked.address.attendee_id if asked.address else 0
    same = SignIn.objects.filter(address__attendee=owner, requested_at__gt=day)
    tried = same.aggregate(tried=Sum("codes_tried"))["tried"] or 0
    return bool(tried > MOST_CODES_A_DAY)


def _draft(asked: SignIn, now: datetime) -> Message | None:
    if asked.address is None:
        return None
    attendee = asked.address.attendee
    if (series := _series_of(attendee)) is None:
        return None
    return outbox.draft(
        MessageKind.SIGN_IN,
        key=f"{MessageKind.SIGN_IN}:{asked.pk}",
        now=now,
        # Before everything that waits: somebody sits in front of a page.
        due_at=asked.requested_at,
        attendee=attendee,
        series=series,
        sign_in=asked,
        expires_at=asked.requested_at + MAIL_KEEPS,
    )


def _series_of(attendee: Attendee) -> Series | None:
    """Every mail comes in the name of a series: the one the person registered for last, else the newest."""
    registration = attendee.registrations.select_related("session__series").order_by("-pk").first()
    if registration is not None:
        return registration.session.series
    enrolment = attendee.enrolments.select_related("series").order_by("-pk").first()
    return enrolment.series if enrolment else Series.objects.order_by("-pk").first()


def _digest(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
