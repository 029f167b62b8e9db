"""Sessions that were found open for the first time, so that those who asked are told once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Announcement(models.Model):
    session = models.OneToOneField(
        "workshops.Session", on_delete=models.CASCADE, related_name="announcement", verbose_name=_("session")
    )
    found_at = models.DateTimeField(
        _("found open"), help_text=_("Who asked for announcements later chose with this session before their eyes.")
    )

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return str(self.session)
