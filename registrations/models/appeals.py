"""“I was there”: what a person says of a session at which nobody saw them, and what staff answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registrations.choices import AppealAnswer
from registrations.models.registrations import Registration

# As long as the personal link of a registration works.
TIME_TO_SAY = timedelta(days=30)


def may_be_said(registration: Registration, now: datetime) -> bool:
    """The person held a place, and the session took place and is not over for too long."""
    session = registration.session
    if session.ends_at is None or session.is_cancelled or not registration.is_confirmed:
        return False
    return session.ends_at <= now < session.ends_at + TIME_TO_SAY


class AppealQuerySet(models.QuerySet["Appeal"]):
    def unanswered(self) -> AppealQuerySet:
        return self.filter(answer="")


class Appeal(models.Model):
    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="appeal", verbose_name=_("registration")
    )
    words = models.TextField(pgettext_lazy("appeal", "what the person says"), blank=True)
    said_at = models.DateTimeField(pgettext_lazy("appeal", "said"))
    answer = models.CharField(
        pgettext_lazy("appeal", "answer"), max_length=20, choices=AppealAnswer.choices, blank=True
    )
    reason = models.TextField(pgettext_lazy("appeal", "reason"), blank=True)
    answered_at = models.DateTimeField(pgettext_lazy("appeal", "answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=pgettext_lazy("appeal", "answered by"),
    )

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("appeal", "“I was there”")
        verbose_name_plural = pgettext_lazy("appeal", "“I was there”: appeals")
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=["", *AppealAnswer.values]), name="appeal_answer_is_known"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="what_is_answered_has_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["said_at"], condition=Q(answer=""), name="appeal_unanswered")]

    def __str__(self) -> str:
        return str(self.registration)

    @property
    def is_open(self) -> bool:
        """Nobody has answered it yet."""
        return not self.answer
