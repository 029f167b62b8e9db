"""A message that staff write to a chosen group of people."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from registrations.choices import Came, MessageState, RegistrationState


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def with_progress(self) -> BulletinQuerySet:
        """With the number of its messages that wait, left, were refused, and were not sent for a reason."""
        waiting = Q(messages__state__in=[MessageState.QUEUED, MessageState.SENDING])
        return self.annotate(
            waiting=Count("messages", filter=waiting),
            sent=Count("messages", filter=Q(messages__state=MessageState.SENT)),
            failed=Count("messages", filter=Q(messages__state=MessageState.FAILED)),
            skipped=Count("messages", filter=Q(messages__state=MessageState.SKIPPED)),
        )


class Bulletin(models.Model):
    """The text and the group, both fixed once its messages are queued."""

    series = models.ForeignKey(
        "workshops.Series", on_delete=models.PROTECT, related_name="bulletins", verbose_name=_("series")
    )
    session = models.ForeignKey(
        "workshops.Session",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bulletins",
        verbose_name=_("session"),
        help_text=_("Without one, it goes to everyone who ever registered in the series and did not stop such mails."),
    )
    subject = I18nCharField(_("subject"))
    body = I18nTextField(_("text"), help_text=_("Markdown, with placeholders in braces."))

    # The group; an empty list or word leaves that question open.
    states = models.JSONField(_("state of the registration"), default=list, blank=True)
    came = models.CharField(_("came"), max_length=3, blank=True, choices=Came.choices)
    countries = models.JSONField(_("countries"), default=list, blank=True)
    initiative = models.CharField(_("initiative"), max_length=200, blank=True)
    languages = models.JSONField(_("languages of the mails"), default=list, blank=True)

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("created"))
    queued_at = models.DateTimeField(_("sent on its way"), null=True, editable=False)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to a group")
        verbose_name_plural = _("messages to groups")

    def __str__(self) -> str:
        return str(self.subject)

    @property
    def is_on_its_way(self) -> bool:
        return self.queued_at is not None

    @property
    def states_meant(self) -> list[str]:
        """Of a session, unless staff say otherwise, those who hold a confirmed place."""
        return list(self.states) or [RegistrationState.CONFIRMED]

    @property
    def digest(self) -> str:
        """Says whether text and group are still those that somebody read."""
        said = [self.series_id, self.session_id, self.subject.data, self.body.data, self.states, self.came]
        said += [self.countries, self.initiative, self.languages]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:24]

    def mark_queued(self, *, at: datetime) -> None:
        self.queued_at = at
        self.save(update_fields=["queued_at"])
