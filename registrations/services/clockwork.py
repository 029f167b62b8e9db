"""One tick: find what changed, queue what should exist, deliver what is due. Safe to run any number of times."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from registrations.services import delivery, demonstration, notices, places, reminders
from workshops.models import Session

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Step = Callable[[datetime], object]

# In this order: facts first, then places, then what people are told of both.
_STEPS: tuple[tuple[str, Step], ...] = (
    ("forget", lambda now: demonstration.forget_leftovers()),
    ("revise", lambda now: Session.objects.revise_changed(now=now)),
    ("plan", lambda now: reminders.adopt_default_plan(now=now)),
    ("follow", lambda now: places.follow_mode(now=now)),
    ("recount", lambda now: places.recount_changed(now=now)),
    ("fill", lambda now: places.fill_freed(now=now)),
    ("enrol", lambda now: places.register_enrolled(now=now)),
    ("notices", lambda now: notices.queue_due(now=now)),
    ("reminders", lambda now: reminders.queue_due(now=now)),
)


def tick(*, clock: Clock) -> Counter[str]:
    """Run every step once, then deliver. Returns how many messages ended in which state.

    clock: `lib.clock.now`; every step reads the database's time for itself.
    """
    find_work(clock=clock)
    return delivery.deliver_due(clock=clock)


def find_work(*, clock: Clock) -> None:
    """Queue what should exist. A step that fails is logged and does not hold up the others."""
    for name, step in _STEPS:
        try:
            step(clock())
        except Exception:  # one row that no code foresaw must not stop all mail
            logger.exception("The step %s failed; the next tick tries again.", name)
