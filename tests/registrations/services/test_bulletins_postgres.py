"""Two members of staff press "Send" at the same moment, on PostgreSQL: one sends, the other is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.house import House

pytestmark = pytest.mark.real_time

WRITTEN = """
from datetime import timedelta
from django.utils import timezone
from registrations.models import Bulletin
from tests import factories
now = timezone.now()
session = factories.create_session(starts_at=now + timedelta(days=10), revised_at=now)
for number in range(30):
    factories.register(session, f"Persona {number}", now)
text = {"subject": {"es": "Una cosa"}, "body": {"es": "Hola."}}
Bulletin.objects.create(series=session.series, session=session, created_at=now, **text)
"""
SEND = """
import time
from iatp_events.lib import clock
from registrations.models import Bulletin
from registrations.services import bulletins, outbox
bulletin = Bulletin.objects.get()
queue = outbox.queue
def queue_slowly(drafts):
    time.sleep(2)
    return queue(drafts)
outbox.queue = queue_slowly
try:
    answer = bulletins.send(bulletin=bulletin, people=30, digest=bulletin.digest, now=clock.now())
except bulletins.OnItsWay:
    answer = "on its way"
"""
QUEUED = """
from registrations.models import Message
answer = Message.objects.filter(kind="bulletin").count()
"""


def test_two_who_press_at_once_send_once(house: House) -> None:
    house.run(WRITTEN)

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(house.run, [SEND, SEND]))

    assert sorted(answers, key=str) == [30, "on its way"]
    assert house.run(QUEUED) == 30
