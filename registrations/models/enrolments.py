"""The whole series: a standing wish to be registered for every session that opens."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.models.attendees import Attendee
from workshops.choices import PlaceMode


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def standing(self) -> EnrolmentQuerySet:
        return self.filter(left_at__isnull=True)


class Enrolment(models.Model):
    series = models.ForeignKey(
        "workshops.Series", on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("series")
    )
    attendee = models.ForeignKey(
        Attendee, on_delete=models.CASCADE, related_name="enrolments", verbose_name=_("attendee")
    )
    mode = models.CharField(
        _("mode at hybrid sessions"), max_length=20, choices=PlaceMode.choices, default=PlaceMode.ONLINE
    )
    enrolled_at = models.DateTimeField(_("enrolled"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment in a series")
        verbose_name_plural = _("enrolments in a series")
        constraints = [
            models.UniqueConstraint(fields=["series", "attendee"], name="enrolled_once_per_series"),
        ]

    def __str__(self) -> str:
        return f"{self.attendee} · {self.series}"

    def renew(self, *, at: datetime, mode: str) -> None:
        """Enrol again who had left; their place in the order is that of today."""
        self.enrolled_at, self.left_at, self.mode = at, None, mode
        self.save(update_fields=["enrolled_at", "left_at", "mode"])
