"""What counts in a session as being there: stamped when it opens, changed by staff, and then weighed anew."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from registrations.models import AttendancePolicy
from workshops.models import Session


def of(session: Session) -> AttendancePolicy:
    """The policy of a session; stamped now, if nobody did before."""
    stamped = {"judged_facts": session.revised_facts}
    return AttendancePolicy.objects.get_or_create(session=session, defaults=stamped)[0]


def unstamped(now: datetime) -> QuerySet[Session]:
    """Sessions that have opened and are not over, without a policy."""
    stamped = AttendancePolicy.objects.filter(session=OuterRef("pk"))
    return Session.objects.taking_registrations(now).filter(~Exists(stamped))


def stamp(*, now: datetime) -> int:
    """Give every session that has opened its policy. Returns how many got one."""
    opened = unstamped(now).only("pk", "revised_facts")
    rows = [AttendancePolicy(session=session, judged_facts=session.revised_facts) for session in opened]
    AttendancePolicy.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def outdated() -> QuerySet[AttendancePolicy]:
    """Policies that were changed, or whose session was, since its attendance was last weighed as a whole."""
    as_judged = Q(judged_version=F("version"), judged_facts=F("session__revised_facts"))
    return AttendancePolicy.objects.exclude(as_judged)


@transaction.atomic
def change(*, session: Session, present_from: int, partial_from: int) -> bool:
    """Set what counts as being there, in percent of the scheduled minutes; what follows is weighed by `attendance`.

    Returns False when it says so already.
    """
    policy = AttendancePolicy.objects.select_for_update(no_key=True).get(pk=of(session).pk)
    if (policy.present_from, policy.partial_from) == (present_from, partial_from):
        return False
    policy.present_from, policy.partial_from = present_from, partial_from
    policy.version += 1
    policy.save(update_fields=["present_from", "partial_from", "version"])
    return True
