"""How many people a session takes, per mode: the row that is locked whenever a place changes hands."""

from __future__ import annotations

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from workshops.choices import PlaceMode
from workshops.models.sessions import Session


class PlacesQuerySet(models.QuerySet["Places"]):
    def locked(self) -> PlacesQuerySet:
        """Lock the rows in id order until the transaction ends, so that two requests never wait for each other."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Places(models.Model):
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="places", verbose_name=_("session"))
    mode = models.CharField(_("mode"), max_length=20, choices=PlaceMode.choices)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True, help_text=_("Empty: without a limit."))
    ceiling = models.PositiveIntegerField(null=True, editable=False)
    taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)

    objects = PlacesQuerySet.as_manager()

    class Meta:
        verbose_name = _("places")
        verbose_name_plural = _("places")
        constraints = [
            models.UniqueConstraint(fields=["session", "mode"], name="places_once_per_mode"),
            models.CheckConstraint(
                condition=models.Q(ceiling__isnull=True) | models.Q(taken__lte=models.F("ceiling")),
                name="session_never_oversold",
            ),
            models.CheckConstraint(
                condition=models.Q(capacity__isnull=True, ceiling__isnull=True)
                | models.Q(capacity__isnull=False, ceiling__gte=models.F("capacity")),
                name="ceiling_follows_capacity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.get_mode_display()}"

    @property
    def left(self) -> int | None:
        """Free places; None without a limit."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def are_few(self) -> bool:
        """At most a tenth, or five, are left."""
        return self.left is not None and 0 < self.left <= max(5, (self.capacity or 0) // 10)

    @property
    def are_full(self) -> bool:
        return self.left == 0

    @transaction.atomic
    def set_capacity(self, capacity: int | None) -> None:
        """Set how many people may come; None for no limit. Lowering evicts nobody.

        A raised capacity reaches the waiting list at the next tick.
        """
        fresh = Places.objects.locked().get(pk=self.pk)
        self.taken, self.capacity = fresh.taken, capacity
        self.ceiling = None if capacity is None else max(capacity, fresh.taken)
        self.save(update_fields=["capacity", "ceiling"])

    def count(self, taken: int) -> None:
        """Note how many places are taken, unsaved; the caller holds the lock. A lowered ceiling sinks with it."""
        self.taken = taken
        if self.capacity is not None:
            self.ceiling = max(self.capacity, min(self.ceiling or 0, taken))

    def admit(self) -> None:
        """Count somebody more, unsaved, whatever the capacity says; the caller holds the lock."""
        self.taken += 1
        if self.capacity is not None:
            self.ceiling = max(self.capacity, self.taken)

    def record(self, taken: int) -> None:
        """Write how many places are taken; the caller holds the lock."""
        self.count(taken)
        self.save(update_fields=["taken", "ceiling"])
