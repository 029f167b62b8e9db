"""A new address that a person asked for and has not proven yet: until then it counts for nothing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.models.attendees import Attendee


def masked(address: str) -> str:
    """r…@e….org: enough to know one's own by, too little to write to another's."""
    name, _at, domain = address.rpartition("@")
    host, dot, top = domain.rpartition(".")
    return f"{name[:1]}…@{(host or top)[:1]}…{dot}{top if host else ''}"


class AddressClaim(models.Model):
    """Not unique by address: what belongs to somebody else is asked for like any other, and nothing tells."""

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="claims", verbose_name=_("attendee"))
    address = models.CharField(_("address"), max_length=254)
    normalised = models.CharField(_("normalised"), max_length=254)
    asked_at = models.DateTimeField(_("asked"))
    confirmed_at = models.DateTimeField(_("verified"), null=True)

    class Meta:
        verbose_name = _("new address")
        verbose_name_plural = _("new addresses")

    def __str__(self) -> str:
        return self.address

    @property
    def masked(self) -> str:
        return masked(self.address)

    @property
    def deliverable(self) -> str:
        """The address as SMTP takes it: the local part as typed, the domain as IDNA."""
        return f"{self.address.rpartition('@')[0]}@{self.normalised.rpartition('@')[2]}"
