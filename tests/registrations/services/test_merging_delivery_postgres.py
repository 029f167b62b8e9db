"""Two people become one while the clock writes and delivers their mails: real processes on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.house import House
from tests.servers.mailbox import Mailbox
from tests.servers.postgres import query
from tests.servers.processes import wait_for

pytestmark = pytest.mark.real_time
PAIRS = 12

# Of each pair both are registered for the first two sessions, and each alone for one more; a reminder is due at once,
# and another after a change of the first session. A hundred others keep the two that deliver busy.
WRITTEN = f"""
from datetime import timedelta
from django.utils import timezone
from tests import factories
now = timezone.now()
before = now - timedelta(days=20)
sessions = [
    factories.create_session(number=n, capacity=400, starts_at=now + timedelta(days=6, hours=n), revised_at=before)
    for n in (1, 2, 3, 4)
]
for n in range({PAIRS}):
    factories.register_for([sessions[0], sessions[1], sessions[2]], f"Ana {{n}}", before)
    factories.register_for([sessions[1], sessions[0], sessions[3]], f"Anita {{n}}", before)
for n in range(100):
    factories.register(sessions[0], f"Otra {{n}}", before)
"""
MERGE = """
from iatp_events.lib import clock
from registrations.models import Attendee
from registrations.services import merging
answer = 0
for n in range({start}, {pairs}, 2):
    kept, gone = (Attendee.objects.get(full_name=f"{{name}} {{n}}") for name in ("Ana", "Anita"))
    merging.merge(kept=kept, gone=gone, by=None, now=clock.now())
    answer += 1
"""
# Two sessions grow longer while all of this goes on, so that notices leave and reminders are written anew.
CHANGE = """
import time
from workshops.models import Session
for more in (1, 2, 3):
    Session.objects.filter(number__lte=2).update(minutes=90 + more)
    time.sleep(0.7)
"""
WAITING = """
SELECT count(*) FROM registrations_message
WHERE state IN ('queued', 'sending') AND next_attempt_at <= now() + interval '5 seconds'
"""
UNREMINDED = """
SELECT count(*) FROM registrations_registration r WHERE r.state = 'confirmed' AND NOT EXISTS (
  SELECT 1 FROM registrations_message m WHERE m.registration_id = r.id AND m.kind = 'reminder')
"""
OF_NOBODY = """
SELECT count(*) FROM registrations_message m JOIN registrations_attendee a ON a.id = m.attendee_id
WHERE a.merged_into_id IS NOT NULL
"""
SENT = "SELECT count(*) FROM registrations_message WHERE state = 'sent'"
FAILED = "SELECT count(*) FROM registrations_message WHERE state = 'failed'"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
HELD = "SELECT count(*) FROM registrations_registration WHERE state = 'confirmed'"


def one(house: House, sql: str) -> int:
    ((number,),) = query(house.database_url, sql)
    return int(number)


def test_nothing_hangs_is_lost_or_leaves_twice(house: House, mailbox: Mailbox) -> None:
    house.run(WRITTEN)
    for number in (1, 2):
        house.start(f"tick{number}", "manage", "tick", "--loop")
    wait_for(lambda: mailbox.mails, what="the first mail")

    with ThreadPoolExecutor(3) as together:
        merges = [together.submit(house.run, MERGE.format(start=start, pairs=PAIRS)) for start in (0, 1)]
        together.submit(house.run, CHANGE).result()
    assert [merged.result() for merged in merges] == [PAIRS / 2, PAIRS / 2]
    wait_for(lambda: one(house, WAITING) == 0 and one(house, UNREMINDED) == 0, what="the last mail", seconds=60)

    assert (one(house, DEADLOCKS), one(house, OF_NOBODY), one(house, FAILED)) == (0, 0, 0)
    assert one(house, HELD) == PAIRS * 4 + 100
    copies = Counter(str(mail["Message-ID"]) for mail in mailbox.mails)
    assert set(copies.values()) == {1}
    assert len(copies) == one(house, SENT)
