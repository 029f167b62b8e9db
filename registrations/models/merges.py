"""Two rows that were one person: which became which, by whom, and what moved."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.models.attendees import Attendee

# A registration as a link names it: its key, and the version its links had.
Named = tuple[int, int]


class MergeQuerySet(models.QuerySet["Merge"]):
    def now_named(self, pk: int, version: int) -> Named | None:
        """Which registration stands for one that was joined with another; None when it never was.

        A link that was out of use before stays so.
        """
        named, seen = None, set[int]()
        while pk not in seen:
            seen.add(pk)
            merge = self.filter(moved__joined__has_key=str(pk)).first()
            joined = merge.moved["joined"][str(pk)] if merge else None
            if joined is None or joined["version"] != version:
                break
            pk, version = named = (joined["into"], joined["into_version"])
        return named


class Merge(models.Model):
    kept = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="merges", verbose_name=_("attendee"))
    gone = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+", verbose_name=_("merged"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    # Numbers, keys, states and moments; never a name or an address, so that nothing here has to be erased.
    moved = models.JSONField(default=dict, editable=False)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of two people")
        verbose_name_plural = _("merges of two people")

    def __str__(self) -> str:
        return f"#{self.gone_id} → #{self.kept_id}"
