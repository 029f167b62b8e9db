"""The same main path on the embedded default, as `make run` starts it: SQLite, its own broker, mails as files."""

from __future__ import annotations

import re
import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_register_and_be_reminded import fill_in_and_send, method, personal, walk_from_home_to_the_form
from tests.servers.fixtures import BuildHouse
from tests.servers.house import House
from tests.servers.mailbox import parsed, part
from tests.servers.processes import ROOT, wait_for

pytestmark = pytest.mark.real_time
ANA = "ana@example.org"


@pytest.fixture
def running(build_house: BuildHouse) -> House:
    house = build_house()
    house.environment |= {"RATE_LIMITS": ""}
    said = house.manage("prepare")
    assert house.url in said
    assert re.search(r"staff / \S{12,}", said)
    run = house.start("run", "iatp_events.run")
    run.wait_until(house.is_ready, what="make run")
    return house


def mail_files(house: House, fits: str) -> list[EmailMessage]:
    """Mails to Ana whose calendar has this method."""
    mails = [parsed(path.read_bytes()) for path in sorted(Path(house.var / "mail").glob("*.eml"))]
    return [mail for mail in mails if ANA in str(mail["To"]) and method(mail) == fits]


def test_make_run_runs_what_is_tried_here() -> None:
    recipe = subprocess.run(["make", "--dry-run", "run"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "manage.py prepare" in recipe
    assert "-m iatp_events.run" in recipe


def test_register_and_cancel_with_nothing_but_this_machine(running: House, page: Page) -> None:
    walk_from_home_to_the_form(page, f"{running.url}/es/", 2)
    fill_in_and_send(page, name="Ana Ruiz", email=ANA, country="CO")

    (confirmation,) = wait_for(lambda: mail_files(running, "REQUEST"), what="the confirmation's file")
    assert "11:00" in part(confirmation, "text/plain")
    page.goto(personal(confirmation, running))
    page.locator("main a[href$='/cancel/']").first.click()
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(personal(confirmation, running))
    wait_for(lambda: mail_files(running, "CANCEL"), what="the cancellation's file")

    assert "Traceback" not in running.log()
