"""What staff wrote in place of a mail's original text."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registrations.choices import Wording


class MailText(models.Model):
    """Subject and body of one wording in one language, as a series says it; without a row the original holds."""

    series = models.ForeignKey(
        "workshops.Series", on_delete=models.CASCADE, related_name="mail_texts", verbose_name=_("series")
    )
    wording = models.CharField(_("mail"), max_length=30, choices=Wording.choices)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), help_text=_("Markdown, with placeholders in braces."))
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name = _("text of a mail")
        verbose_name_plural = _("texts of mails")
        constraints = [
            models.UniqueConstraint(fields=["series", "wording", "language"], name="one_text_per_wording_and_language"),
            models.CheckConstraint(condition=Q(wording__in=Wording.values), name="wording_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_wording_display()} · {self.get_language_display()}"
