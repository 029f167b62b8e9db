"""A certificate: who was there, as it was known when it was issued; found by its folio, by whoever has it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iatp_events.lib.folding import FoldedField
from registrations.choices import CertificateState
from registrations.models.attendees import Attendee
from workshops.choices import Document
from workshops.models import Series, Session

_VALID = Q(state=CertificateState.VALID)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid(self) -> CertificateQuerySet:
        return self.filter(_VALID)

    def of(self, series: Series, session: Session | None) -> CertificateQuerySet:
        """For one session, or without one for the series as a whole."""
        return self.filter(series=series, session=session) if session else self.filter(series=series, session=None)


class Certificate(models.Model):
    """What it says never changes: a corrected name is another certificate, and the old one names it."""

    folio = models.CharField(_("folio"), max_length=20, unique=True, editable=False)
    # An erased holder keeps the row, without a name: the folio still verifies.
    holder = models.ForeignKey(
        Attendee, on_delete=models.SET_NULL, null=True, related_name="certificates", verbose_name=_("holder")
    )
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("series"))
    session = models.ForeignKey(
        Session,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("session"),
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    document = models.CharField(pgettext_lazy("document", "word"), max_length=20, choices=Document.choices)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    # Title, days and minutes, as registrations.statements.Facts writes and reads them.
    facts = models.JSONField(_("facts"), default=dict, editable=False)
    state = models.CharField(
        _("state"), max_length=20, choices=CertificateState.choices, default=CertificateState.VALID
    )
    reason = models.CharField(pgettext_lazy("certificate", "reason"), max_length=300, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("replaced by"),
        editable=False,
    )
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("issued by")
    )
    ended_at = models.DateTimeField(_("replaced or revoked"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    folded = FoldedField(sources=("name", "folio"))

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        permissions = [("issue_certificate", "Can issue, replace and revoke certificates")]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "session"],
                condition=_VALID & Q(session__isnull=False),
                name="one_valid_certificate_per_session",
            ),
            models.UniqueConstraint(
                fields=["holder", "series"],
                condition=_VALID & Q(session__isnull=True),
                name="one_valid_certificate_per_series",
            ),
            models.CheckConstraint(condition=Q(state__in=CertificateState.values), name="certificate_state_is_known"),
            models.CheckConstraint(
                condition=_VALID | Q(ended_at__isnull=False), name="what_is_no_longer_valid_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.folio

    @property
    def is_valid(self) -> bool:
        return self.state == CertificateState.VALID
