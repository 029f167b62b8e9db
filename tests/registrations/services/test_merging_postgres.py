"""Two members of staff, and somebody who erases, act on the same two people at once: real processes on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.house import House

pytestmark = pytest.mark.real_time

WRITTEN = """
from datetime import timedelta
from django.utils import timezone
from tests import factories
now = timezone.now()
for number in range(1, 4):
    session = factories.create_session(number=number, capacity=3, starts_at=now + timedelta(days=9), revised_at=now)
    for name in ("Ana", "Anita", "Luis", "Rosa"):
        factories.register(session, name, now)
"""
# Each starts at the same second, and takes its time between what it locks first and what it locks then.
BEGIN = """
import time
from datetime import datetime
from iatp_events.lib import clock
from registrations.models import Attendee, Registration
from registrations.services import belongings, erasure, merging, people, places, seating
class Slowly(seating.Seats):
    def __init__(self, sessions):
        time.sleep(0.5)
        super().__init__(sessions)
        time.sleep(0.5)
belongings.Seats = Slowly
ana, anita = (Attendee.objects.get(full_name=name) for name in ("Ana", "Anita"))
time.sleep(max(0, {at} - time.time()))
"""
MERGE = """
try:
    merging.merge(kept={kept}, gone={gone}, by=None, now=clock.now())
    answer = "merged"
except merging.NotTwo:
    answer = "refused"
"""
ERASE = """
answer = "erased" if erasure.erase(attendee=anita, now=clock.now()) else "refused"
"""
CANCEL = """
for held in list(Registration.objects.filter(attendee=anita)):
    try:
        places.cancel(registration=held, now=clock.now())
    except Registration.DoesNotExist:
        pass
answer = "cancelled"
"""
TRUE = """
from django.db.models import Count
from registrations.models import Attendee, EmailAddress, Merge, Registration
from workshops.models import Places
ROWS = list(Places.objects.order_by("pk"))
counts = [Registration.objects.filter(session=row.session_id).holding().count() for row in ROWS]
of_gone = Registration.objects.filter(attendee__merged_into__isnull=False).count()
answer = {
    "merges": Merge.objects.count(),
    "counted": [row.taken for row in ROWS] == counts,
    "full": counts == [3, 3, 3],
    "of_gone": of_gone + EmailAddress.objects.filter(attendee__merged_into__isnull=False).count(),
    "erased": Attendee.objects.filter(erased_at__isnull=False, merged_into=None).count(),
}
"""


def at_once(house: House, *acts: str) -> list[str]:
    at = house.run("import time\nanswer = time.time() + 4")
    with ThreadPoolExecutor(len(acts)) as together:
        return sorted(together.map(house.run, [BEGIN.format(at=at) + act for act in acts]))


def test_each_into_the_other_at_once_is_one_merge_and_one_refusal(house: House) -> None:
    house.run(WRITTEN)

    answers = at_once(house, MERGE.format(kept="ana", gone="anita"), MERGE.format(kept="anita", gone="ana"), CANCEL)

    assert answers == ["cancelled", "merged", "refused"]
    assert house.run(TRUE) == {"merges": 1, "counted": True, "full": True, "of_gone": 0, "erased": 0}


def test_merging_and_erasing_at_once_is_one_of_both(house: House) -> None:
    house.run(WRITTEN)

    answers = at_once(house, MERGE.format(kept="ana", gone="anita"), ERASE)

    # Whoever comes second finds no such person any more.
    assert answers in (["erased", "refused"], ["merged", "refused"])
    merged = answers[0] == "merged"
    assert house.run(TRUE) == {
        "merges": int(merged), "counted": True, "full": True, "of_gone": 0, "erased": int(not merged)
    }  # fmt: skip
