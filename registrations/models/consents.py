"""What a person agreed to, in which version, and when they took it back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.choices import ConsentKind
from registrations.models.attendees import Attendee


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self, kind: str) -> ConsentQuerySet:
        """Given and not taken back."""
        return self.filter(kind=kind, withdrawn_at__isnull=True)


class Consent(models.Model):
    attendee = models.ForeignKey(
        Attendee, on_delete=models.CASCADE, related_name="consents", verbose_name=_("attendee")
    )
    series = models.ForeignKey("workshops.Series", on_delete=models.PROTECT, verbose_name=_("series"))
    kind = models.CharField(_("kind"), max_length=30, choices=ConsentKind.choices)
    version = models.CharField(_("version"), max_length=16, help_text=_("A digest of the text that was shown."))
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["attendee", "series", "kind", "version"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_given_once_per_version",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
