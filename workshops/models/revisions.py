"""What a session said of itself at each revision, so that a change can be told old beside new."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from workshops.choices import Mode


class Revision(models.Model):
    """The facts behind one digest; written by `Session.revise`, never changed."""

    session = models.ForeignKey(
        "workshops.Session", on_delete=models.CASCADE, related_name="revisions", verbose_name=_("session")
    )
    number = models.PositiveIntegerField(_("revision"))
    facts = models.CharField(max_length=64)
    day = models.DateField(_("day"), null=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True)
    timezone = models.CharField(_("time zone"), max_length=64)
    starts_at = models.DateTimeField(_("starts"), null=True)
    ends_at = models.DateTimeField(_("ends"), null=True)
    mode = models.CharField(_("mode"), max_length=20, choices=Mode.choices)
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    revised_at = models.DateTimeField(_("revised"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="one_revision_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.number}"
