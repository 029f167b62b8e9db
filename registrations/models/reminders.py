"""When reminders leave: a plan for a series, or for one session in its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from registrations.choices import Audience, Late, RuleKind

_DAY = timedelta(days=1)
LEAST, MOST = timedelta(minutes=5), timedelta(days=365)


# The largest unit that measures an offset whole.
_BEFORE: tuple[tuple[int, Callable[[int], str]], ...] = (
    (86_400, lambda n: ngettext("%(count)s day before", "%(count)s days before", n)),
    (3_600, lambda n: ngettext("%(count)s hour before", "%(count)s hours before", n)),
    (60, lambda n: ngettext("%(count)s minute before", "%(count)s minutes before", n)),
)
_AFTER: tuple[tuple[int, Callable[[int], str]], ...] = (
    (86_400, lambda n: ngettext("%(count)s day after", "%(count)s days after", n)),
    (3_600, lambda n: ngettext("%(count)s hour after", "%(count)s hours after", n)),
    (60, lambda n: ngettext("%(count)s minute after", "%(count)s minutes after", n)),
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
        help_text=_("A session with rules of its own for an audience does not follow those of its series."),
    )
    kind = models.CharField(_("what"), max_length=20, choices=RuleKind.choices, default=RuleKind.REMINDER)
    audience = models.CharField(_("to whom"), max_length=20, choices=Audience.choices, default=Audience.ATTENDEES)
    offset = models.DurationField(
        _("how long before the start"),
        validators=[MinValueValidator(LEAST), MaxValueValidator(MOST)],
        help_text=_("What is sent after the session counts from its end."),
    )
    at_hour = models.TimeField(
        _("at this hour of the reader"),
        null=True,
        blank=True,
        help_text=_("Only with whole days: 09:00 is nine in the morning wherever the reader is."),
    )
    quiet = models.BooleanField(
        _("keeps the night"),
        default=True,
        help_text=_("Not between 21:00 and 07:00 of the reader, except in the last hour before the start."),
    )
    late = models.CharField(
        _("who registers after its moment gets"), max_length=20, choices=Late.choices, default=Late.SKIP
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
            models.CheckConstraint(condition=Q(offset__gte=LEAST), name="reminder_rule_keeps_its_distance"),
            models.UniqueConstraint(
                fields=["series", "audience", "kind", "offset"],
                condition=Q(series__isnull=False),
                name="no_equal_rules_in_a_series",
            ),
            models.UniqueConstraint(
                fields=["session", "audience", "kind", "offset"],
                condition=Q(session__isnull=False),
                name="no_equal_rules_in_a_session",
            ),
        ]

    def __str__(self) -> str:
        """Say it in the largest unit that measures it whole: 7 days before."""
        words = self.distance
        return f"{words}, {self.at_hour:%H:%M}" if self.at_hour else words

    @property
    def distance(self) -> str:
        total = int(self.offset.total_seconds())
        units = _AFTER if self.follows else _BEFORE
        seconds, words = next((unit for unit in units if total % unit[0] == 0), units[-1])
        return words(total // seconds) % {"count": total // seconds}

    @property
    def follows(self) -> bool:
        """What it sends counts from the end of the session."""
        return self.kind == RuleKind.FOLLOW_UP

    def clean(self) -> None:
        """Refuse what has no moment: an hour of the day with hours or minutes, a panel that is told it came."""
        if self.at_hour is not None and self.offset and self.offset % _DAY:
            raise ValidationError({"at_hour": _("An hour of the day goes with whole days only.")})
        if self.follows and self.audience == Audience.PANEL:
            raise ValidationError({"audience": _("What follows a session goes to those who registered.")})
