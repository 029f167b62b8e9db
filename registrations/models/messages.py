"""One logical mail: scheduled once by its key, delivered by lease, never forgotten."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.choices import MessageKind, MessageState, SkipReason
from registrations.models.attendees import Attendee
from registrations.models.bulletins import Bulletin
from registrations.models.certificates import Certificate
from registrations.models.claims import AddressClaim
from registrations.models.registrations import Registration
from registrations.models.reminders import ReminderRule
from registrations.models.sign_ins import SignIn
from workshops.models import Speaker

# The namespace of every Message-ID; it must never change, or copies of one mail stop being one mail.
_NAMESPACE = uuid.UUID("6d0f6a52-6d0b-4c56-9d3f-0b6c5e0f2a11")
# What stands in the key of a copy, between the key of the original and the number of the copy.
AGAIN = ":again:"
UNFINISHED = (MessageState.QUEUED, MessageState.SENDING)


class MessageQuerySet(models.QuerySet["Message"]):
    def hold(self) -> MessageQuerySet:
        """Lock the rows in order of their keys until the transaction ends: so nobody waits in a circle."""
        list(self.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        return self

    def due(self, now: datetime) -> MessageQuerySet:
        """Queued rows whose moment has come, and rows whose sender died or froze, oldest first."""
        queued = Q(state=MessageState.QUEUED, next_attempt_at__lte=now)
        abandoned = Q(state=MessageState.SENDING, lease_until__lte=now)
        return self.filter(queued | abandoned).order_by("next_attempt_at", "pk")

    def next_moment(self, *, after: datetime, until: datetime) -> datetime | None:
        """The first moment in between at which something falls due. One query."""
        ahead = self.filter(state=MessageState.QUEUED, next_attempt_at__gt=after, next_attempt_at__lte=until)
        moment: datetime | None = ahead.aggregate(first=models.Min("next_attempt_at"))["first"]
        return moment

    def unfinished(self) -> MessageQuerySet:
        return self.filter(state__in=UNFINISHED)

    def late(self, now: datetime) -> MessageQuerySet:
        """What should have left by now: due and not tried, or tried in vain and waiting for its next attempt."""
        return self.unfinished().filter(Q(next_attempt_at__lte=now) | Q(attempts__gt=0, due_at__lte=now))

    def leased(self, token: uuid.UUID) -> MessageQuerySet:
        """Rows that the holder of this lease may still write."""
        return self.filter(state=MessageState.SENDING, lease_token=token)


class Message(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(_("key"), max_length=200, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=30, choices=MessageKind.choices)
    attendee = models.ForeignKey(
        Attendee, on_delete=models.CASCADE, null=True, related_name="messages", verbose_name=_("attendee")
    )
    speaker = models.ForeignKey(
        "workshops.Speaker", on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("speaker")
    )
    series = models.ForeignKey("workshops.Series", on_delete=models.PROTECT, related_name="+", verbose_name=_("series"))
    # Every write touches every index, so the two that other indexes begin with are left out.
    session = models.ForeignKey(
        "workshops.Session",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("session"),
        db_index=False,
    )
    registration = models.ForeignKey(
        Registration,
        on_delete=models.CASCADE,
        null=True,
        related_name="messages",
        verbose_name=_("registration"),
        db_index=False,
    )
    bundle = models.JSONField(default=list, editable=False)  # ids of several registrations that one mail speaks of
    rule = models.ForeignKey(
        ReminderRule, on_delete=models.SET_NULL, null=True, related_name="messages", verbose_name=_("rule")
    )
    bulletin = models.ForeignKey(
        Bulletin, on_delete=models.PROTECT, null=True, related_name="messages", verbose_name=_("bulletin")
    )
    # The new address this mail asks about, at that address, or tells of at another (`sent_to`).
    claim = models.ForeignKey(AddressClaim, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    certificate = models.ForeignKey(
        Certificate, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, editable=False
    )
    # Where it goes, also when that is no address of the person any more; empty: to the one proven last.
    sent_to = models.CharField(max_length=254, blank=True, default="", editable=False)
    sign_in = models.ForeignKey(SignIn, on_delete=models.SET_NULL, null=True, related_name="messages", editable=False)
    short = models.BooleanField(default=False, editable=False)  # the version for who registered late
    round = models.PositiveIntegerField(default=0, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    due_at = models.DateTimeField(_("due"))
    next_attempt_at = models.DateTimeField(_("next attempt"))
    expires_at = models.DateTimeField(_("expires"), null=True)
    state = models.CharField(_("state"), max_length=20, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    skip_reason = models.CharField(_("why skipped"), max_length=30, choices=SkipReason.choices, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    # What left, as its reader has it: what would be written later may say something else.
    subject = models.CharField(_("subject"), max_length=200, blank=True, editable=False)
    text = models.TextField(_("text"), blank=True, editable=False)
    # Its reader said that what it tells of was not them, and it was taken back.
    disowned_at = models.DateTimeField(null=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENDING) | Q(lease_until__isnull=False, lease_token__isnull=False),
                name="who_sends_holds_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENT) | Q(sent_at__isnull=False), name="sent_has_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(attendee__isnull=False, speaker__isnull=True)
                | Q(attendee__isnull=True, speaker__isnull=False),
                name="message_to_an_attendee_or_a_speaker",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], condition=Q(state__in=UNFINISHED), name="message_unfinished"
            ),
            models.Index(
                fields=["due_at"], condition=Q(state__in=UNFINISHED, attempts__gt=0), name="message_tried_in_vain"
            ),
            models.Index(fields=["registration", "rule", "round", "revision"], name="message_of_a_reminder"),
            models.Index(fields=["session", "speaker", "rule"], name="message_of_a_panel"),
            models.Index(fields=["session", "kind", "state"], name="message_of_a_session"),
            models.Index(fields=["state", "kind"], name="message_by_state"),
            models.Index(fields=["created_at"], name="message_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.reader}"

    @property
    def reader(self) -> Attendee | Speaker:
        """Whom it is for."""
        return self.attendee or cast(Speaker, self.speaker)

    @property
    def message_id(self) -> str:
        """The same for every copy that a crash could produce."""
        domain = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].strip(" <>")
        return f"<{uuid.uuid5(_NAMESPACE, self.key)}@{domain}>"

    @property
    def is_repeat(self) -> bool:
        """Staff asked for this copy."""
        return AGAIN in self.key

    @property
    def original_key(self) -> str:
        """The key of the message of which this is a copy, else its own."""
        return self.key.split(AGAIN)[0]

    @property
    def registration_ids(self) -> list[int]:
        """Every registration this mail speaks of."""
        return list(self.bundle) or ([self.registration_id] if self.registration_id else [])
