"""The product without its lock, for gunicorn: what the concurrency tests must see go wrong."""

import time

from iatp_events.wsgi import application
from workshops.models import places

__all__ = ["application"]


def _unlocked(self: places.PlacesQuerySet) -> places.PlacesQuerySet:
    return self.order_by("pk")


_record = places.Places.record


def _record_late(self: places.Places, taken: int) -> None:
    # Long enough that another process reads the same count, on a machine of any speed.
    time.sleep(0.02)
    _record(self, taken)


places.PlacesQuerySet.locked = _unlocked  # type: ignore[method-assign]
places.Places.record = _record_late  # type: ignore[method-assign]
