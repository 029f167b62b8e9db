"""Addresses whose owners said “this was not me”: kept as a digest, and only for a while."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from registrations.models.attendees import normalise


def digest(address: str) -> str:
    """What is kept in the place of an address: without our key nobody can tell whose it is.

    Raises ValueError when the address can be none.
    """
    return _digest(address, settings.SECRET_KEY)


def digests(address: str) -> list[str]:
    """What may be kept in its place, also by a key of before. Raises ValueError when the address can be none."""
    return [_digest(address, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _digest(address: str, key: str) -> str:
    return salted_hmac("iatp.blocked_address", normalise(address), secret=key, algorithm="sha256").hexdigest()


class BlockedAddress(models.Model):
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("blocked address")
        verbose_name_plural = _("blocked addresses")

    def __str__(self) -> str:
        return self.digest[:12]
