"""Several of staff take reports of one session over at once, on PostgreSQL: each hour is written once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.servers.house import House
from tests.servers.postgres import query
from tests.servers.processes import ROOT

pytestmark = pytest.mark.real_time

DRAFTS = """
from registrations.services import drafts
from tests.factories import NOW
from tests.registrations.platforms.truth import sample
from tests.registrations.reports import session_of_samples
session = session_of_samples()
files = ["zoom_meeting_participants_en.csv", "zoom_meeting_participants_es.csv"]
files.append("teams_attendance_report_en_utf16le.csv")
answer = [
    drafts.take_in(session=session, content=sample(name), zone="America/Santiago", by=None, now=NOW).pk
    for name in [*files, *files]
]
"""
TAKE_OVER = """
import sys
from registrations.choices import Decision
from registrations.models import Report
from registrations.services import reconciliation
from registrations.services.reconciliation import Choice
from tests.factories import NOW
report = Report.objects.get(pk=int(sys.argv[1]))
walk_in = report.rows.get(email="nueva@municipio.example")
print("ready", flush=True)
sys.stdin.read()
choices = {walk_in.pk: Choice(Decision.WALK_IN)}
print(reconciliation.take_over(report=report, choices=choices, by=None, now=NOW).lines)
"""
JOIN = """
import sys
from registrations.models import Registration
from registrations.services import attendance
from tests.factories import NOW
held = list(Registration.objects.order_by("-pk"))
print("ready", flush=True)
sys.stdin.read()
print(sum(attendance.note_join(registration=one, now=NOW) for one in held))
"""
TWICE = """
SELECT registration_id, key FROM registrations_evidence GROUP BY 1, 2 HAVING count(*) > 1
"""
SECONDS = """
SELECT e.normalised, a.status, a.seconds FROM registrations_attendance a
JOIN registrations_registration r ON r.id = a.registration_id
JOIN registrations_emailaddress e ON e.attendee_id = r.attendee_id
"""


def begin(house: House, code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", f"import django; django.setup(){code}", *map(str, arguments)]
    started = subprocess.Popen(
        command, cwd=ROOT, env=house.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def test_six_reports_and_the_join_page_at_once_write_every_hour_once(house: House) -> None:
    reports = house.run(DRAFTS)
    acts = [*(begin(house, TAKE_OVER, pk) for pk in reports), begin(house, JOIN), begin(house, JOIN)]

    for act in acts:
        assert act.stdin is not None
        act.stdin.close()
        act.stdin = None
    said = [int(act.communicate(timeout=100)[0]) for act in acts]

    assert [act.returncode for act in acts] == [0] * 8
    assert said[6] + said[7] == query(house.database_url, "SELECT count(*) FROM registrations_registration")[0][0] - 1
    lines = query(house.database_url, "SELECT count(*) FROM registrations_evidence WHERE kind = 'report'")
    assert sum(said[:6]) == lines[0][0]
    assert query(house.database_url, TWICE) == []
    came = {email: (status, seconds) for email, status, seconds in query(house.database_url, SECONDS)}
    assert came["joao.araujo@apl.example"] == ("present", 4978)
    assert came["nueva@municipio.example"] == ("present", 5400)
    taken, held = query(
        house.database_url,
        "SELECT (SELECT taken FROM workshops_places), "
        "(SELECT count(*) FROM registrations_registration WHERE state = 'confirmed')",
    )[0]
    assert taken == held
