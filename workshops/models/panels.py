"""Who sits on the panel of a session, in which role and order."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from workshops.choices import PanelRole
from workshops.models.people import Speaker


class Panellist(models.Model):
    """One seat on the panel of a session."""

    session = models.ForeignKey(
        "workshops.Session", on_delete=models.CASCADE, related_name="panellists", verbose_name=_("session")
    )
    speaker = models.ForeignKey(
        Speaker, on_delete=models.PROTECT, related_name="panel_seats", verbose_name=_("speaker")
    )
    role = models.CharField(_("role"), max_length=20, choices=PanelRole.choices, default=PanelRole.PANELLIST)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    topic = I18nCharField(_("topic"), blank=True, default="")
    point = I18nTextField(_("the point they made"), blank=True, default="")

    class Meta:
        verbose_name = _("panellist")
        verbose_name_plural = _("panel")
        constraints = [
            models.UniqueConstraint(fields=["session", "speaker", "role"], name="speaker_once_per_panel_and_role"),
            models.CheckConstraint(condition=models.Q(role__in=PanelRole.values), name="panel_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} ({self.get_role_display()})"


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel of one session as a reader meets it: opening, moderator, panellists, closing."""

    seats: tuple[Panellist, ...]
    to_be_announced: bool

    @classmethod
    def of(cls, panellists: list[Panellist], *, to_be_announced: bool) -> Panel:
        roles = list(PanelRole.values)
        ordered = sorted(panellists, key=lambda seat: (roles.index(seat.role), seat.order, seat.pk))
        return cls(tuple(ordered), to_be_announced)

    def __bool__(self) -> bool:
        return bool(self.seats)

    @property
    def panellists(self) -> tuple[Panellist, ...]:
        return tuple(seat for seat in self.seats if seat.role == PanelRole.PANELLIST)
