"""Four devices replay their queues at once, on PostgreSQL, through real web processes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.servers.house import House
from tests.servers.postgres import query

pytestmark = pytest.mark.real_time
GUESTS, SCANS, TIMES = 100, 1_000, 3
# How many events each of four devices sends in one POST.
AT_ONCE = (50, 50, 3, 1)
DEVICE = Path(__file__).with_name("servers") / "device.py"

OPEN_DOOR = f"""
from datetime import timedelta
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from registrations import links
from tests import factories
now = timezone.now()
session = factories.create_session(
    mode="in_person", capacity={GUESTS // 2}, starts_at=now + timedelta(minutes=20), revised_at=now
)
held = [factories.register(session, f"Guest {{n}}", now, mode="in_person") for n in range({GUESTS})]
staff = User.objects.create_superuser("door", password="not asked for here")
signed_in = SessionStore()
signed_in[SESSION_KEY], signed_in[HASH_SESSION_KEY] = str(staff.pk), staff.get_session_auth_hash()
signed_in[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
signed_in.create()
answer = {{
    "cookie": signed_in.session_key,
    "path": f"/staff/sessions/{{session.pk}}/door/events/",
    "badges": [links.badge_token(one) for one in held],
}}
"""
ATTENDANCES = "SELECT count(*), count(DISTINCT registration_id), min(status), max(status) FROM registrations_attendance"
STANDING = """
SELECT line.key FROM registrations_evidence AS line
LEFT JOIN registrations_retraction AS gone ON gone.evidence_id = line.id WHERE gone.id IS NULL
"""
PLACES = "SELECT taken, ceiling FROM workshops_places"
CONFIRMED = "SELECT count(*) FROM registrations_registration WHERE state = 'confirmed'"


def queues(badges: list[str], luck: random.Random) -> tuple[list[list[dict[str, Any]]], set[str]]:
    """What each device tells, all of it three times over and shuffled; and the keys that must stand."""
    now = round(time.time() * 1000)
    told, standing = [], set()
    for number in range(SCANS):
        scan = {"id": f"00000000-0000-4000-8000-{number:012d}", "at": now, "badge": badges[number % len(badges)]}
        told.append(scan | {"kind": "check_in"})
        standing.add(f"scan:{scan['id']}")
        # The last guest's scans are all undone, and a few of the others'.
        if number % len(badges) == len(badges) - 1 or number % 37 == 0:
            told.append(scan | {"kind": "undo"})
            standing.discard(f"scan:{scan['id']}")
    for number in range(10):
        said = {
            "id": f"00000000-0000-4000-9000-{number:012d}",
            "kind": "walk_in",
            "at": now,
            "full_name": f"New {number}",
        }
        told.append(said)
        standing.add(f"walk_in:{said['id']}")
    # Whoever tells it first, another device may tell it again, and the undo before the scan.
    shuffled = luck.sample(told * TIMES, len(told) * TIMES)
    return [shuffled[device :: len(AT_ONCE)] for device in range(len(AT_ONCE))], standing


def test_a_thousand_scans_replayed_three_times_by_four_devices_give_one_attendance_each(house: House) -> None:
    given = house.run(OPEN_DOOR)
    house.web(workers=4)
    replayed, standing = queues(given["badges"], random.Random(5))

    devices = []
    for queue, size in zip(replayed, AT_ONCE, strict=True):
        batches = [queue[start : start + size] for start in range(0, len(queue), size)]
        task = json.dumps({"url": house.url + given["path"], "cookie": given["cookie"], "batches": batches})
        device = subprocess.Popen(
            [sys.executable, str(DEVICE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert device.stdin is not None
        device.stdin.write(task)
        device.stdin.close()
        devices.append(device)
    states = [json.loads(device.stdout.read()) for device in devices]
    for device in devices:
        device.wait(timeout=10)

    assert [set(one) - {"in", "undone", "at once"} for one in states] == [set()] * len(AT_ONCE)
    # Two steps wrote them, side by side, and left the same.
    assert 100 < sum(one.get("at once", 0) for one in states) < len(standing)
    assert {key for (key,) in query(house.database_url, STANDING)} == standing
    present = GUESTS - 1 + 10
    assert query(house.database_url, ATTENDANCES) == [(present, present, "present", "present")]
    ((confirmed,),) = query(house.database_url, CONFIRMED)
    assert query(house.database_url, PLACES) == [(confirmed, confirmed)]
