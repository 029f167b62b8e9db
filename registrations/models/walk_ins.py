"""Who came to the door without a registration, under the number that the device at the door gave them.

No name stands here. The row is what makes it one arrival, however often and in whatever order a device tells of it.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.models.attendance import Evidence
from workshops.models import Session


class WalkIn(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="+", verbose_name=_("session"))
    evidence = models.OneToOneField(
        Evidence, on_delete=models.SET_NULL, related_name="walk_in", null=True, verbose_name=_("evidence")
    )
    # Written down, or undone before it was ever told: nothing more happens under this number.
    settled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("walk-in")
        verbose_name_plural = _("walk-ins")
        default_permissions = ()
        permissions = [("check_in", "Can check people in at the door")]

    def __str__(self) -> str:
        return str(self.pk)
