"""One tick: find what changed, queue what should exist, deliver what is due. Safe to run any number of times.

Each step names the rows that are its work. One statement asks for all of them at once, so a tick that finds
nothing to do costs four queries, whatever the tables hold.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, QuerySet

from iatp_events.lib import stopping
from registrations.models import Message, Report, SignIn
from registrations.services import (
    announcements,
    attendance,
    delivery,
    demonstration,
    drafts,
    notices,
    offers,
    plans,
    policies,
    reminders,
    sign_in,
    upkeep,
)
from workshops.models import Series, Session

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
# A step may make work for one before it (a place that comes free, a session that opens); more rounds wait for a tick.
ROUNDS = 3
NAP = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """work: querysets, each of which has a row while there is something to do."""

    name: str
    work: Callable[[datetime], list[QuerySet[Any]]]
    act: Callable[[datetime], object]


# In this order: facts first, then places, then what people are told of both.
STEPS = (
    Step("forget", lambda now: demonstration.leftovers(), lambda now: demonstration.forget_leftovers()),
    Step("plan", lambda now: [plans.without_rules()], lambda now: plans.adopt_default(now=now)),
    Step("follow", lambda now: [upkeep.strayed(now)], lambda now: upkeep.follow_mode(now=now)),
    Step("recount", lambda now: [upkeep.miscounted(now)], lambda now: upkeep.recount_changed(now=now)),
    Step("lapse", lambda now: [offers.lapsed(now)], lambda now: offers.pass_on_lapsed(now=now)),
    Step("fill", lambda now: [upkeep.freed(now)], lambda now: upkeep.fill_freed(now=now)),
    Step("enrol", lambda now: [upkeep.unregistered(now)], lambda now: upkeep.register_enrolled(now=now)),
    Step("stamp", lambda now: [policies.unstamped(now)], lambda now: policies.stamp(now=now)),
    Step("weigh", lambda now: [policies.outdated()], lambda now: attendance.weigh_outdated()),
    Step("notices", lambda now: [notices.told_otherwise(now)], lambda now: notices.queue_due(now=now)),
    Step("open", lambda now: [announcements.unnoticed(now)], lambda now: announcements.notice_open(now=now)),
    Step("announce", lambda now: [announcements.untold(now)], lambda now: announcements.queue_due(now=now)),
    Step(
        "reminders",
        lambda now: [*plans.missing(now), reminders.outdated(), reminders.wanted_again(now)],
        lambda now: reminders.queue_due(now=now),
    ),
    Step("sign_ins", lambda now: [SignIn.objects.unanswered(now)], lambda now: sign_in.queue_due(now=now)),
    Step("reports", lambda now: [Report.objects.forgettable(now)], lambda now: drafts.forget(now=now)),
    Step("asked", lambda now: [SignIn.objects.forgettable(now)], lambda now: sign_in.forget(now=now)),
)


def tick(*, clock: Clock) -> Counter[str]:
    """Run every step that finds work, then deliver. Returns how many messages ended in which state.

    clock: `lib.clock.now`; every act reads the database's time for itself.
    """
    found = find_work(clock=clock)
    return delivery.deliver_due(clock=clock) if found else Counter()


def watch(*, clock: Clock, for_: timedelta, wait: Callable[[float], object] = time.sleep) -> Counter[str]:
    """Deliver what falls due between this tick and the next, within a second of its moment.

    for_: how long until the next tick. wait: sleeps that many seconds; returns something true to end the watch.
    """
    now = clock()
    until = now + for_
    outcomes: Counter[str] = Counter()
    while moment := Message.objects.next_moment(after=now, until=until):
        # Naps, not one long sleep: a confirmation may be queued meanwhile, and this worker may be the only one.
        if wait(min(NAP, (moment - now).total_seconds())) or stopping.is_asked():
            break
        outcomes += delivery.deliver_due(clock=clock)
        now = clock()
    return outcomes


def find_work(*, clock: Clock) -> bool:
    """Queue what should exist. A step that fails is logged and does not hold up the others.

    Returns whether there may be something to deliver.
    """
    now = clock()
    failed: set[str] = set()
    _try("revise", lambda: Session.objects.revise_changed(now=now), failed)
    _try("stray", lambda: reminders.put_right(now=now), failed)
    found = False
    for _round in range(ROUNDS):
        wanted, is_due = _look(now)
        found = found or is_due
        if not wanted - failed:
            break
        found = True
        for step in STEPS:
            if step.name in wanted - failed:
                _try(step.name, partial(_act, step, clock), failed)
        now = clock()
    return found


def _look(now: datetime) -> tuple[set[str], bool]:
    """Name the steps that have work, and say whether a message is due; one statement.

    It hangs on one row of a series: without a series there is nothing of anything.
    """
    questions = {
        f"{step.name}_{number}": Exists(rows.order_by()) for step in STEPS for number, rows in enumerate(step.work(now))
    }
    due = Exists(Message.objects.due(now).order_by())
    row: Any = Series.objects.order_by("pk").values(_due=due, **questions).first()
    answers: dict[str, bool] = row or {}
    return {name.rpartition("_")[0] for name in questions if answers.get(name)}, bool(answers.get("_due"))


def _act(step: Step, clock: Clock) -> None:
    step.act(clock())


def _try(name: str, act: Callable[[], object], failed: set[str]) -> None:
    try:
        act()
    except Exception:  # one row that no code foresaw must not stop all mail
        failed.add(name)
        logger.exception("The step %s failed; the next tick tries again.", name)
