"""Two members of staff press “issue” at once, on PostgreSQL: separate processes, one certificate each."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.servers.house import House
from tests.servers.postgres import query
from tests.servers.processes import ROOT

pytestmark = pytest.mark.real_time

ATTENDED = """
from datetime import timedelta
from django.utils import timezone
from registrations.models import Registration
from tests import factories
now = timezone.now()
session = factories.create_session(starts_at=now + timedelta(days=10), revised_at=now)
for number in range(60):
    factories.note(factories.register(session, f"Persona {number}", now), "staff")
session.start_time, session.day = "10:00", (now - timedelta(days=2)).date()
session.revise(now=now)
"""
PRESS = """
import sys
from django.utils import timezone
from registrations.services import certificates
from workshops.models import Session
print("ready", flush=True)
sys.stdin.read()
session = Session.objects.select_related("series").get()
scope = certificates.Scope(session.series, session)
print(certificates.issue(scope=scope, by=None, now=timezone.now()))
"""


def test_pressed_three_times_at_once_everybody_gets_one(house: House) -> None:
    house.run(ATTENDED)
    code = f"import django; django.setup(){PRESS}"
    pressing = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=house.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for press in pressing:
        assert press.stdout.readline() == "ready\n"
    for press in pressing:
        press.stdin.close()
        press.stdin = None

    issued = sorted(int(press.communicate(timeout=100)[0]) for press in pressing)

    assert issued == [0, 0, 60]
    assert query(house.database_url, "SELECT count(*) FROM registrations_certificate") == [(60,)]
    mails = "SELECT count(*) FROM registrations_message WHERE kind = 'certificate'"
    assert query(house.database_url, mails) == [(60,)]
