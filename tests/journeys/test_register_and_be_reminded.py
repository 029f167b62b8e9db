"""The main journey as production runs it: browser, web, broker, worker, beat, PostgreSQL and SMTP, all real."""

from __future__ import annotations

import re
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.servers.house import House
from tests.servers.mailbox import Mailbox, links, part
from tests.servers.postgres import query

pytestmark = pytest.mark.real_time
ANA = "ana.souza@example.org"

# The hour's reminder falls due some seconds after a person at the browser has registered.
OPEN_SESSION = """
from datetime import timedelta
from django.utils import timezone
from tests import factories
now = timezone.now().replace(microsecond=0)
session = factories.create_session(
    capacity=1,
    starts_at=now + timedelta(minutes=60, seconds=30),
    revised_at=now - timedelta(days=1),
    question={"es": "¿Cómo empezar?", "pt": "Como começar uma iniciativa?"},
)
answer = session.starts_at.isoformat()
"""


def fill_in_and_send(page: Page, *, name: str, email: str, country: str) -> None:
    """Type what is needed and press the button."""
    form = page.locator("form.register-form")
    form.locator("#id_full_name").fill(name)
    form.locator("#id_email").fill(email)
    form.locator("#id_country").select_option(country)
    form.locator("#id_code_of_conduct").check()
    form.locator("button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/registered/$"))


def walk_from_home_to_the_form(page: Page, home: str, number: int) -> None:
    page.goto(home)
    page.locator(f"main a[href*='/series/community-in-practice/{number}/']").first.click()
    expect(page).to_have_url(re.compile(rf"/{number}/$"))
    page.locator(f"main a[href*='/register/'][href*='session={number}']").first.click()
    expect(page.locator("form.register-form")).to_be_visible()


def method(mail: EmailMessage) -> str:
    """The METHOD of a mail's calendar, the same in the file and in its MIME part; empty without one."""
    for found in mail.walk():
        if found.get_content_type() == "text/calendar":
            inside = str(Calendar.from_ical(part(mail, "text/calendar"))["METHOD"])
            assert found.get_param("method") == inside
            return inside
    return ""


def is_reminder(mail: EmailMessage) -> bool:
    return "List-Unsubscribe" in mail


def personal(mail: EmailMessage, house: House) -> str:
    return next(link for link in links(mail) if re.fullmatch(rf"{house.url}/r/[^/]+/", link))


def assert_confirms(mail: EmailMessage, starts: datetime) -> None:
    assert [str(mail[name]) for name in ("Content-Language", "Auto-Submitted")] == ["pt", "auto-generated"]
    assert "Como começar uma iniciativa?" in part(mail, "text/plain")
    assert "Como começar uma iniciativa?" in part(mail, "text/html")
    (event,) = Calendar.from_ical(part(mail, "text/calendar")).walk("VEVENT")
    assert event["DTSTART"].dt == starts
    assert len(mail.as_bytes()) < 40_000


def assert_reminds(mail: EmailMessage, starts: datetime) -> None:
    """In Portuguese, and in the hour of São Paulo."""
    hour = f"{starts.astimezone(ZoneInfo('America/Sao_Paulo')):%H:%M}"
    assert str(mail["Content-Language"]) == "pt"
    assert hour in str(mail["Subject"])
    assert "São Paulo" in str(mail["Subject"])
    assert (hour in part(mail, "text/plain"), "-feira" in part(mail, "text/plain")) == (True, True)
    assert "Como começar uma iniciativa?" in part(mail, "text/html")


def test_from_the_home_page_to_the_reminder_and_the_cancellation(house: House, mailbox: Mailbox, page: Page) -> None:
    house.web()
    house.worker()
    house.beat()
    starts = datetime.fromisoformat(house.run(OPEN_SESSION))

    walk_from_home_to_the_form(page, f"{house.url}/pt/", 1)
    fill_in_and_send(page, name="Ana Souza", email=ANA, country="BR")

    confirmation = mailbox.wait(ANA, lambda mail: method(mail) == "REQUEST")
    assert_confirms(confirmation, starts)
    page.goto(personal(confirmation, house))
    expect(page.locator("main")).to_contain_text("Como começar uma iniciativa?")

    reminder = mailbox.wait(ANA, is_reminder, seconds=60)
    assert_reminds(reminder, starts)

    page.locator("main a[href$='/cancel/']").first.click()
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(personal(confirmation, house))
    mailbox.wait(ANA, lambda mail: method(mail) == "CANCEL")

    assert len(mailbox.to(ANA)) == 3
    # Rules whose moment was past have rows that say so.
    rows = "SELECT kind, state FROM registrations_message WHERE skip_reason <> 'late' ORDER BY due_at, created_at"
    told = query(house.database_url, rows)
    assert told == [("confirmation", "sent"), ("reminder", "sent"), ("cancellation", "sent")]
    assert query(house.database_url, "SELECT state FROM registrations_registration") == [("cancelled",)]
    assert query(house.database_url, "SELECT taken FROM workshops_places") == [(0,)]
