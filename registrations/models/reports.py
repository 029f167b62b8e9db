"""A report of a meeting platform, as staff took it in, and its lines. The ledger needs none of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iatp_events.lib.folding import FoldedField
from registrations.choices import Decision, Part
from registrations.models.attendance import Batch, layout_words
from registrations.models.attendees import Attendee
from registrations.models.registrations import Registration
from workshops.models import Session

# What was read but not taken over; then the names that a taken over report keeps for its review.
DRAFTS_LIVE = timedelta(days=2)
LINES_LIVE = timedelta(days=90)


class ReportQuerySet(models.QuerySet["Report"]):
    def forgettable(self, now: datetime) -> ReportQuerySet:
        """Drafts that nobody went on with, and reports that were taken over long ago."""
        return self.filter(Q(batch__isnull=True, at__lt=now - DRAFTS_LIVE) | Q(at__lt=now - LINES_LIVE))


class Report(models.Model):
    """One file about one session. Until it is taken over it is a draft, and keeps the file to read it differently."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="reports", verbose_name=_("session"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("by")
    )
    digest = models.CharField(max_length=64, editable=False)
    # zlib; emptied when the report is taken over.
    content = models.BinaryField(default=b"", editable=False)
    layout = models.CharField(_("layout"), max_length=40, blank=True)
    timezone = models.CharField(_("time zone of the file"), max_length=64)
    date_order = models.CharField(_("order of its dates"), max_length=20, blank=True)
    first_joined_at = models.DateTimeField(_("first join"), null=True, blank=True)
    problems = models.JSONField(default=list, blank=True, editable=False)
    # What has to be answered before anybody can be found in it: "date_order" with its choices, or "columns".
    asks = models.JSONField(default=dict, blank=True, editable=False)
    batch = models.OneToOneField(
        Batch, on_delete=models.PROTECT, related_name="report", null=True, blank=True, verbose_name=_("batch")
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("meeting platform", "report")
        verbose_name_plural = pgettext_lazy("meeting platform", "reports")

    def __str__(self) -> str:
        return f"{self.layout} · {self.at:%Y-%m-%d %H:%M} UTC"

    @property
    def platform(self) -> str:
        return layout_words(self.layout) or str(_("A file"))

    @property
    def is_draft(self) -> bool:
        return self.batch_id is None


class ColumnMap(models.Model):
    """What staff said of the columns of a header that says nothing to us; the next file with it is read so."""

    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    # Position → meaning.
    meanings = models.JSONField(default=dict)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("columns of a report")
        verbose_name_plural = _("columns of reports")

    def __str__(self) -> str:
        return self.fingerprint[:8]


class ReportRow(models.Model):
    """One person of a report, as the platform wrote them, whom we take it to be, and what staff decided."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=300, blank=True)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    part = models.CharField(_("part"), max_length=20, choices=Part.choices)
    # Each stretch: from, until, stated seconds where they count. Moments as ISO 8601.
    stretches = models.JSONField(default=list, blank=True)
    seconds = models.PositiveIntegerField(_("seconds"), null=True, blank=True)
    match = models.CharField(max_length=20)
    why = models.CharField(max_length=20)
    candidates = models.JSONField(default=list, blank=True)
    registration = models.ForeignKey(
        Registration, on_delete=models.SET_NULL, related_name="report_rows", null=True, blank=True
    )
    decision = models.CharField(_("decision"), max_length=20, choices=Decision.choices, blank=True)
    folded = FoldedField(sources=("name", "email"))

    class Meta:
        verbose_name = _("line of a report")
        verbose_name_plural = _("lines of a report")
        constraints = [models.UniqueConstraint(fields=["report", "position"], name="report_lines_have_an_order")]
        indexes = [
            models.Index(fields=["report", "match"], name="report_lines_by_match"),
            models.Index(fields=["email"], condition=~Q(email=""), name="report_lines_by_address"),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Alias(models.Model):
    """An address or a name under which somebody appeared, as staff confirmed; an address is certain next time."""

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="aliases", verbose_name=_("attendee"))
    address = models.CharField(_("e-mail address"), max_length=254, blank=True)
    name_key = models.CharField(_("name"), max_length=300, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("by")
    )

    class Meta:
        verbose_name = pgettext_lazy("attendee", "alias")
        verbose_name_plural = pgettext_lazy("attendee", "aliases")
        constraints = [
            models.UniqueConstraint(fields=["address"], condition=~Q(address=""), name="an_alias_address_is_of_one"),
            models.UniqueConstraint(
                fields=["attendee", "name_key"], condition=~Q(name_key=""), name="an_alias_name_once"
            ),
            models.CheckConstraint(
                condition=Q(address="", name_key__gt="") | Q(address__gt="", name_key=""),
                name="an_alias_is_an_address_or_a_name",
            ),
        ]

    def __str__(self) -> str:
        return self.address or self.name_key
