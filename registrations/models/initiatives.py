"""Clusters and other territorial initiatives, as parties of their own, with every name that people know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from iatp_events.lib import clock
from iatp_events.lib.folding import FoldedField, fold
from registrations.choices import Suggest
from workshops.choices import Sector

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from registrations.models.attendees import Attendee

LONGEST_NAME = 200


class InitiativeQuerySet(models.QuerySet["Initiative"]):
    def parties(self) -> InitiativeQuerySet:
        """Each once, under the name it goes by."""
        return self.filter(merged_into__isnull=True)

    def unused(self) -> InitiativeQuerySet:
        """Those that nobody coordinates, and that are nobody's name nor have another."""
        return self.parties().filter(coordinators__isnull=True, also__isnull=True)

    def other_names(self) -> dict[tuple[str, str], str]:
        """Of each name that was merged into another, in its country: the folded name that the initiative goes by."""
        rows = self.filter(merged_into__isnull=False).values_list("folded", "country", "merged_into__folded")
        return {(folded, country): party for folded, country, party in rows}

    def names_of(self, initiative: int | OuterRef) -> InitiativeQuerySet:
        """The rows of one initiative: its own, and those that were merged into it."""
        return self.filter(Q(pk=initiative) | Q(merged_into=initiative))

    def known_as(self, name: str) -> InitiativeQuerySet:
        """The rows of every initiative that somebody calls so, in whatever country, under all its names."""
        named = Initiative.objects.filter(folded=fold(name)[:LONGEST_NAME])
        parties = named.annotate(party_number=Coalesce("merged_into", "pk")).values("party_number")
        return self.filter(Q(pk__in=parties) | Q(merged_into__in=parties))


class Initiative(models.Model):
    """An initiative, or one of its other names: then `merged_into` says whose."""

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    country = CountryField(_("country"), blank=True)
    sector = models.CharField(_("sector"), max_length=30, choices=Sector.choices, blank=True)
    suggest = models.CharField(_("suggested in forms"), max_length=10, choices=Suggest.choices, blank=True, default="")
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    # Who types this name means that one. People keep the row of the name they typed, so nothing else has to move.
    merged_into = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="also", verbose_name=_("merged into"), editable=False
    )
    merged_at = models.DateTimeField(_("merged"), null=True, editable=False)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        editable=False,
    )
    folded = FoldedField(sources=("name",), longest=LONGEST_NAME)

    objects = InitiativeQuerySet.as_manager()
    coordinators: RelatedManager[Attendee]
    also: RelatedManager[Initiative]

    class Meta:
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        permissions = [("merge_initiative", "Can merge initiatives that are one")]
        constraints = [
            models.UniqueConstraint(fields=["folded", "country"], name="initiative_is_there_once"),
            models.CheckConstraint(condition=Q(suggest__in=Suggest.values), name="suggesting_is_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="no_initiative_is_its_own_double"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def party(self) -> Initiative:
        """The initiative whose name this is."""
        return self.merged_into or self
