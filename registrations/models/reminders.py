"""When reminders leave: a plan for a series, or for one session in its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

DEFAULT_OFFSETS = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))


# The largest unit that measures an offset whole.
_UNITS: tuple[tuple[int, Callable[[int], str]], ...] = (
    (86_400, lambda n: ngettext("%(count)s day before", "%(count)s days before", n)),
    (3_600, lambda n: ngettext("%(count)s hour before", "%(count)s hours before", n)),
    (60, lambda n: ngettext("%(count)s minute before", "%(count)s minutes before", n)),
)


class ReminderRuleQuerySet(models.QuerySet["ReminderRule"]):
    def active(self) -> ReminderRuleQuerySet:
        return self.filter(active=True)


class ReminderRule(models.Model):
    series = models.ForeignKey(
        "workshops.Series",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reminder_rules",
        verbose_name=_("series"),
    )
    session = models.ForeignKey(
        "workshops.Session",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reminder_rules",
        verbose_name=_("session"),
        help_text=_("A session with rules of its own does not follow those of its series."),
    )
    offset = models.DurationField(
        _("time before the start"),
        validators=[MinValueValidator(timedelta(minutes=5))],
        help_text=_("For example “7 00:00:00” for seven days, “01:00:00” for one hour."),
    )
    active = models.BooleanField(_("active"), default=True)
    active_from = models.DateTimeField(_("active from"), help_text=_("Nobody is reminded of moments before this one."))

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(series__isnull=False, session__isnull=True) | Q(series__isnull=True, session__isnull=False),
                name="reminder_rule_of_a_series_or_a_session",
            ),
            models.UniqueConstraint(
                fields=["series", "offset"], condition=Q(series__isnull=False), name="no_equal_rules_in_a_series"
            ),
            models.UniqueConstraint(
                fields=["session", "offset"], condition=Q(session__isnull=False), name="no_equal_rules_in_a_session"
            ),
        ]

    def __str__(self) -> str:
        """Say it in the largest unit that measures it whole: 7 days before."""
        total = int(self.offset.total_seconds())
        seconds, words = next((unit for unit in _UNITS if total % unit[0] == 0), _UNITS[-1])
        return words(total // seconds) % {"count": total // seconds}
