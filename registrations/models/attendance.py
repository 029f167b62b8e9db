"""What speaks for somebody having been there: an append-only ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.choices import EvidenceKind
from registrations.models.registrations import Registration


class Evidence(models.Model):
    """One observation; never changed, never deleted."""

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("registration")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind.choices)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.at:%Y-%m-%d %H:%M} UTC"
