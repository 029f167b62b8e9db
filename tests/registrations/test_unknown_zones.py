"""A zone that does not exist, written by SQL, shuts no page and holds back nobody's mail."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from registrations import links
from registrations.models import Attendee, Consent, Message
from registrations.services import announcements, reminders
from tests.admin_pages import staff_client
from tests.factories import NOW, create_attendee, create_rule, create_session, create_speaker, register, seat
from workshops.models import Session, Speaker

pytestmark = pytest.mark.django_db
NOWHERE = "Mars/Olympus"


def with_a_speaker_from_nowhere(country: str = "") -> Session:
    session = create_session()
    seat(create_speaker("Rosa Vega", email="rosa@example.org", country=country), session)
    Speaker.objects.update(timezone=NOWHERE)
    return session


def test_an_announcement_reaches_everyone_and_keeps_the_night_of_the_session() -> None:
    session = create_session()
    for name in ("Ana", "Luis"):
        Consent.objects.create(
            attendee=create_attendee(name),
            series=session.series,
            kind="announcements",
            version="1",
            given_at=NOW - timedelta(days=1),
        )
    Attendee.objects.filter(full_name="Ana").update(timezone=NOWHERE)
    announcements.notice_open(now=NOW)

    # Midnight in Santiago.
    announcements.queue_due(now=datetime(2026, 10, 6, 3, 0, tzinfo=UTC))

    due = dict(Message.objects.values_list("attendee__full_name", "due_at"))
    assert due["Ana"] == datetime(2026, 10, 6, 10, 0, tzinfo=UTC)  # 07:00 in Santiago
    assert due["Luis"] == datetime(2026, 10, 6, 12, 0, tzinfo=UTC)  # 07:00 in Bogotá


def test_the_links_of_a_person_open_by_the_clock_of_the_session(client: Client) -> None:
    registration = register(create_session())
    Attendee.objects.update(timezone=NOWHERE)

    pages = [
        client.get(address)
        for address in (
            links.manage(registration),
            links.cancel(registration),
            links.one_tap(registration.attendee, registration.session),
            links.stop(registration.attendee),
        )
    ]

    assert [page.status_code for page in pages] == [200] * 4
    assert "11:00" in pages[0].content.decode()


@pytest.mark.parametrize(("country", "hour"), [("", ("11:00", "Santiago")), ("CO", ("09:00", "Bogotá"))])
def test_the_panel_is_shown_by_the_clock_of_their_country_or_of_the_session(
    country: str, hour: tuple[str, str]
) -> None:
    session = with_a_speaker_from_nowhere(country)
    create_rule(session=session, audience="panel", offset=timedelta(days=1))
    reminders.queue_due(now=NOW)

    page = staff_client().get(reverse("admin:workshops_session_messages", args=[session.pk]))

    (said,) = [seat.hour for row in page.context["rows"] for seat, _why in row.seats]
    assert (said.clock, *said.cities) == hour


def test_the_page_of_a_speaker_opens(client: Client) -> None:
    session = with_a_speaker_from_nowhere()

    assert client.get(links.panel(Speaker.objects.get(), session)).status_code == 200
