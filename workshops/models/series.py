"""A series of workshops, such as Community in Practice."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from i18nfield.fields import I18nCharField, I18nTextField

from iatp_events.lib import languages, zones
from workshops.choices import Document


def every_language() -> list[str]:
    return list(languages.CODES)


def validate_zone(value: str) -> None:
    if not zones.exists(value):
        raise ValidationError(_("“%(zone)s” is not a time zone."), params={"zone": value})


def validate_languages(value: object) -> None:
    if (
        not isinstance(value, list)
        or not value
        or not set(value) <= set(languages.CODES)
        or len(set(value)) < len(value)
    ):
        raise ValidationError(
            _("Give each language once, out of %(codes)s."), params={"codes": ", ".join(languages.CODES)}
        )


class SeriesQuerySet(models.QuerySet["Series"]):
    def published(self) -> SeriesQuerySet:
        return self.filter(published=True)

    def current(self) -> Series | None:
        """The series the home page shows: the one made last among the published."""
        return self.published().order_by("-created_at", "-pk").first()


class Series(models.Model):
    slug = models.SlugField(
        _("address"),
        max_length=80,
        unique=True,
        help_text=_("Part of every link; leave it as it is once links were sent."),
    )
    name = I18nCharField(_("name"))
    organiser = I18nCharField(_("organiser"), blank=True, default="")
    platform = I18nCharField(_("platform"), blank=True, default="")
    unit = I18nCharField(_("unit"), blank=True, default="")
    purpose = I18nTextField(_("purpose"), blank=True, default="")
    audience = I18nTextField(_("audience"), blank=True, default="")
    languages = models.JSONField(
        _("languages"),
        default=every_language,
        validators=[validate_languages],
        help_text=_('In the order in which a missing translation is replaced, e.g. ["es", "pt", "en", "fr"].'),
    )
    timezone = models.CharField(_("time zone"), max_length=64, default="America/Santiago", validators=[validate_zone])
    planned_sessions = models.PositiveSmallIntegerField(_("planned sessions"), default=1)
    document = models.CharField(
        pgettext_lazy("document", "word"), max_length=20, choices=Document.choices, default=Document.CONSTANCIA
    )
    # The rule for the series as a whole; what was issued under another stays as it is.
    sessions_needed = models.PositiveSmallIntegerField(
        _("sessions needed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("For the certificate of the whole series, e.g. 7 of 10. Empty: there is none."),
    )
    caught_up_counts_half = models.BooleanField(
        _("who caught up has half a session"),
        default=False,
        help_text=_("Whoever saw the recording afterwards. Unticked: only being there counts."),
    )
    code_of_conduct = I18nTextField(_("code of conduct"), blank=True, default="", help_text=_("Markdown."))
    privacy_notice = I18nTextField(_("privacy notice"), blank=True, default="", help_text=_("Markdown."))
    contact = models.EmailField(
        _("contact"), blank=True, help_text=_("Where people write for help; answers to mails go here.")
    )
    published = models.BooleanField(_("published"), default=True)
    demonstration = models.BooleanField(
        _("demonstration"),
        default=False,
        help_text=_("Dates were moved and people are made up; no mail leaves through SMTP."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = pgettext_lazy("plural", "series")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(planned_sessions__gte=1), name="series_plans_at_least_one_session"
            ),
            models.CheckConstraint(
                condition=models.Q(sessions_needed__isnull=True) | models.Q(sessions_needed__gte=1),
                name="a_series_certificate_needs_sessions",
            ),
        ]

    def __str__(self) -> str:
        return str(languages.pick(self.name, self.languages))
