"""What speaks for somebody having been there: an append-only ledger, and what it amounts to.

Evidence is never changed and never deleted: undoing is a retraction beside it. `Attendance` is derived from both,
under the policy of the session, and can be rebuilt at any time. No names stand in them, so they outlive erasing.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iatp_events.lib.intervals import Interval
from registrations.choices import CAME, AttendanceStatus, Because, EvidenceKind, Origin, Part
from registrations.models.registrations import Registration
from workshops.models import Session, Speaker

PRESENT_FROM, PARTIAL_FROM = 50, 20


class AttendancePolicy(models.Model):
    """What counts in one session as being there; stamped when it opens, so later defaults change nothing."""

    session = models.OneToOneField(
        Session, on_delete=models.CASCADE, related_name="attendance_policy", verbose_name=_("session")
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    present_from = models.PositiveSmallIntegerField(
        _("present from"),
        default=PRESENT_FROM,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Percent of the scheduled minutes."),
    )
    partial_from = models.PositiveSmallIntegerField(
        _("present in part from"),
        default=PARTIAL_FROM,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Percent of the scheduled minutes."),
    )
    # By what attendance was last weighed as a whole; when that is no longer what holds, the tick weighs it again.
    judged_version = models.PositiveSmallIntegerField(default=1, editable=False)
    judged_facts = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("attendance policy")
        verbose_name_plural = _("attendance policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(partial_from__gte=1, partial_from__lte=F("present_from"), present_from__lte=100),
                name="policy_shares_are_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}: {self.present_from} % / {self.partial_from} %"


def layout_words(layout: str) -> str:
    """The layout of a report as staff read it: "zoom-participants" → "Zoom participants"; "" where staff told it."""
    return "" if layout == "told" else layout.replace("-", " ").capitalize()


class Batch(models.Model):
    """Lines of evidence that came together and can be undone together: a file, or the queue of a door."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="batches", verbose_name=_("session"))
    origin = models.CharField(pgettext_lazy("evidence", "from"), max_length=20, choices=Origin.choices)
    layout = models.CharField(_("layout"), max_length=40, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("by")
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("evidence", "batch")
        verbose_name_plural = pgettext_lazy("evidence", "batches")

    def __str__(self) -> str:
        return f"{self.get_origin_display()} · {self.at:%Y-%m-%d %H:%M} UTC"

    @property
    def platform(self) -> str:
        return layout_words(self.layout)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def live(self) -> EvidenceQuerySet:
        """What nobody took back."""
        return self.filter(retraction__isnull=True)


class Evidence(models.Model):
    """One observation; never changed, never deleted. Numbers, times and keys only."""

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("registration")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind.choices)
    part = models.CharField(_("part"), max_length=20, choices=Part.choices, default=Part.AUDIENCE)
    at = models.DateTimeField(_("at"))
    # The stretch that a report gives, and its stated length where that is shorter: gaps that it does not show.
    since = models.DateTimeField(pgettext_lazy("interval", "from"), null=True, blank=True)
    until = models.DateTimeField(pgettext_lazy("interval", "until"), null=True, blank=True)
    seconds = models.PositiveIntegerField(_("seconds"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("by")
    )
    origin = models.CharField(pgettext_lazy("evidence", "from"), max_length=20, choices=Origin.choices)
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="evidence", null=True, blank=True, verbose_name=_("batch")
    )
    # What makes it the same observation, and how often the same was taken back before: undone, it can be done again.
    key = models.CharField(max_length=120, editable=False)
    again = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_is_known"),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="evidence_part_is_known"),
            models.UniqueConstraint(fields=["registration", "key", "again"], name="evidence_counts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.at:%Y-%m-%d %H:%M} UTC"

    @property
    def is_retracted(self) -> bool:
        """Read with `select_related("retraction")`, or it asks."""
        return getattr(self, "retraction", None) is not None

    @property
    def interval(self) -> Interval | None:
        """The stretch it speaks of, where both ends are known."""
        return Interval(self.since, self.until) if self.since and self.until else None


class PanelEvidence(models.Model):
    """That somebody of the panel was there: beside the ledger of the audience, for who speaks need not register.

    From a report, until its batch is undone; or by the button of their own page, once.
    """

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="panel_evidence", verbose_name=_("session")
    )
    speaker = models.ForeignKey(
        Speaker, on_delete=models.CASCADE, related_name="panel_evidence", verbose_name=_("speaker")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind.choices)
    at = models.DateTimeField(_("at"))
    since = models.DateTimeField(pgettext_lazy("interval", "from"), null=True, blank=True)
    until = models.DateTimeField(pgettext_lazy("interval", "until"), null=True, blank=True)
    seconds = models.PositiveIntegerField(_("seconds"), null=True, blank=True)
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="panel_evidence", null=True, blank=True, verbose_name=_("batch")
    )

    class Meta:
        verbose_name = _("evidence of the panel")
        verbose_name_plural = _("evidence of the panel")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="panel_evidence_kind_is_known"),
            models.UniqueConstraint(
                fields=["session", "speaker"], condition=Q(kind=EvidenceKind.JOIN), name="a_speaker_joins_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.at:%Y-%m-%d %H:%M} UTC"


class Retraction(models.Model):
    """A line of evidence taken back: by whom, when and why."""

    evidence = models.OneToOneField(
        Evidence, on_delete=models.CASCADE, related_name="retraction", verbose_name=_("evidence")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    why = models.CharField(pgettext_lazy("retraction", "why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("retraction")
        verbose_name_plural = _("retractions")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} UTC"


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def came(self) -> AttendanceQuerySet:
        return self.filter(status__in=CAME)

    def witnessed(self) -> AttendanceQuerySet:
        """Those that say something of the day itself: an excuse and a recording don't, so nobody is absent by them."""
        return self.exclude(because__in=[Because.RECORDING, Because.EXCUSE])


class Attendance(models.Model):
    """What the evidence of one registration amounts to. Without evidence there is no row: nobody saw them."""

    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="attendance", verbose_name=_("registration")
    )
    status = models.CharField(_("status"), max_length=20, choices=AttendanceStatus.choices)
    because = models.CharField(pgettext_lazy("attendance", "because"), max_length=20, choices=Because.choices)
    part = models.CharField(_("part"), max_length=20, choices=Part.choices, default=Part.AUDIENCE)
    # Inside the schedule; empty where nobody knows.
    seconds = models.PositiveIntegerField(_("seconds"), null=True, blank=True)
    policy_version = models.PositiveSmallIntegerField(_("version of the policy"))

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = pgettext_lazy("plural", "attendance")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=AttendanceStatus.values), name="attendance_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.get_status_display()}"

    @property
    def minutes(self) -> int | None:
        """Whole minutes inside the schedule, where they are known."""
        return None if self.seconds is None else self.seconds // 60
