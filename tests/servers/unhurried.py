"""The product with a breath between counting places and writing them, for gunicorn.

Without the breath a race is a matter of microseconds, and a lost lock might go unseen on a slow machine.
"""

import time

from iatp_events.wsgi import application
from workshops.models import places

__all__ = ["application"]

_record = places.Places.record


def _record_late(self: places.Places, taken: int) -> None:
    time.sleep(0.005)
    _record(self, taken)


places.Places.record = _record_late  # type: ignore[method-assign]
