"""Somebody asked to sign in by mail. Nothing that is stored here opens anything."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, Max, OuterRef, Q

from registrations.models.attendees import EmailAddress

# How long link and code open, counted from when the mail left.
OPENS_FOR = timedelta(minutes=10)
# How long the mail is worth trying: whoever waits longer asks again.
MAIL_KEEPS = timedelta(minutes=30)
MOST_CODES = 5


class SignInQuerySet(models.QuerySet["SignIn"]):
    def unanswered(self, now: datetime) -> SignInQuerySet:
        """Those of an address we know for which no mail was written yet."""
        recent = self.filter(requested_at__gt=now - MAIL_KEEPS, used_at__isnull=True)
        return recent.filter(address__isnull=False, messages__isnull=True)

    def with_state(self) -> SignInQuerySet:
        """Say of each when its mail left, and whether the same person asked again since."""
        newer = SignIn.objects.filter(address__attendee=OuterRef("address__attendee"), pk__gt=OuterRef("pk"))
        state = {"mailed_at": Max("messages__sent_at"), "is_outdone": Exists(newer)}
        return self.annotate(**state)

    def forgettable(self, now: datetime) -> SignInQuerySet:
        return self.filter(requested_at__lt=now - timedelta(days=1))


class SignIn(models.Model):
    """One row for each time the form is sent, also for an address that nobody has: both take the same time."""

    address = models.ForeignKey(EmailAddress, on_delete=models.CASCADE, null=True, related_name="sign_ins")
    nonce = models.BigIntegerField(editable=False)
    # Of a random value that only the browser holds in which somebody asked.
    browser_digest = models.CharField(max_length=64, editable=False, db_index=True)
    leads_to = models.CharField(max_length=200, blank=True, editable=False)
    requested_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    codes_tried = models.PositiveSmallIntegerField(default=0)

    objects = SignInQuerySet.as_manager()
    # Said by with_state().
    mailed_at: datetime | None
    is_outdone: bool

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(codes_tried__lte=MOST_CODES), name="codes_are_tried_a_few_times"),
        ]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"

    @property
    def ends_at(self) -> datetime:
        """Nobody knows the link before its mail has left; should that go unnoted, there is an end all the same."""
        return (self.mailed_at or self.requested_at + MAIL_KEEPS) + OPENS_FOR
