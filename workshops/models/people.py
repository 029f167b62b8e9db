"""Speakers: people who appear on panels. They never have an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from i18nfield.fields import I18nCharField, I18nTextField

from iatp_events.lib.folding import FoldedField
from workshops.choices import Sector, SessionState
from workshops.models.series import validate_zone

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from workshops.models.panels import Panellist


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def published(self) -> SpeakerQuerySet:
        """Speakers who sit on a panel that the public may see."""
        shown = [state for state in SessionState if state != SessionState.DRAFT]
        return self.filter(
            panel_seats__session__series__published=True, panel_seats__session__state__in=shown
        ).distinct()


class Speaker(models.Model):
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    position = I18nCharField(_("position"), blank=True, default="")
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    sector = models.CharField(_("sector"), max_length=30, choices=Sector.choices, blank=True)
    country = CountryField(_("country"), blank=True)
    biography = I18nTextField(_("biography"), blank=True, default="", help_text=_("Markdown."))
    photo = models.ImageField(_("photo"), upload_to="speakers/", blank=True)
    email = models.EmailField(_("private e-mail"), blank=True, help_text=_("For mails to the panel; never shown."))
    timezone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text=_("For the hours in their mails; empty: that of the country."),
    )
    language = models.CharField(
        _("language of mails"),
        max_length=5,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: the first language of the series."),
    )
    links = models.JSONField(_("links"), default=list, blank=True)
    folded = FoldedField(sources=("name", "organisation", "position"))

    objects = SpeakerQuerySet.as_manager()
    panel_seats: RelatedManager[Panellist]

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[:1].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
