"""Two members of staff send what failed again at the same moment, on PostgreSQL: each mail has one copy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.house import House

pytestmark = pytest.mark.real_time

WRITTEN = """
from django.utils import timezone
from datetime import timedelta
from registrations.models import Attendee, EmailAddress, Message
from tests import factories
now = timezone.now()
session = factories.create_session(starts_at=now + timedelta(days=10), revised_at=now)
people = Attendee.objects.bulk_create(Attendee(full_name=f"Persona {n}", created_at=now) for n in range(3000))
Message.objects.bulk_create(
    Message(
        key=f"confirmation:{person.pk}:1", kind="confirmation", attendee=person, series=session.series, session=session,
        due_at=now, next_attempt_at=now, created_at=now, state="failed",
    )
    for person in people
)
"""
PRESS = """
import time
from iatp_events.lib import clock
from registrations.services import outbox, resending
queue = outbox.queue
def queue_slowly(drafts):
    time.sleep(1)
    return queue(drafts)
outbox.queue = queue_slowly
answer = resending.send_failed_again(now=clock.now())
"""
QUEUED = """
from django.db.models import Count
from registrations.models import Message
rows = Message.objects.filter(state="queued").values("attendee").annotate(copies=Count("pk"))
answer = [len(rows), max(row["copies"] for row in rows)]
"""


def test_two_who_press_at_once_send_each_mail_once(house: House) -> None:
    house.run(WRITTEN)

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(house.run, [PRESS, PRESS]))

    assert sum(answers) == 3000
    assert house.run(QUEUED) == [3000, 1]
