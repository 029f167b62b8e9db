"""The product without its lock, for gunicorn: what the concurrency tests must see go wrong."""

from tests.servers.unhurried import application
from workshops.models import places

__all__ = ["application"]


def _unlocked(self: places.PlacesQuerySet) -> places.PlacesQuerySet:
    return self.order_by("pk")


places.PlacesQuerySet.locked = _unlocked  # type: ignore[method-assign]
