"""The page “what will be sent” of a session, the button for what failed, and the banner on every page."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import resolve, reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from registrations.models import Attendee, Message, Registration
from registrations.services import reminders
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, create_speaker, register, seat
from workshops.models import Session

pytestmark = pytest.mark.django_db
LIST = "admin:registrations_message_changelist"
FAILED = "admin:registrations_message_send_failed"


def page_url(session: Session) -> str:
    return reverse("admin:workshops_session_messages", args=[session.pk])


def words(response: Any) -> str:
    return " ".join(unescape(strip_tags(response.content.decode())).split())


def people_of(client: Client, link: str) -> int:
    return len(client.get(link).context["cl"].queryset)


def furnished() -> Session:
    """One who will get it, one who stopped, one without an address, one cancelled, and the mails they had."""
    session = create_session()
    people = {name: register(session, name) for name in ("Ana", "Luis", "Eva", "Rui")}
    reminders.queue_due(now=NOW)
    people["Luis"].attendee.stop_reminders(at=NOW)
    people["Eva"].attendee.addresses.all().delete()
    Registration.objects.filter(pk=people["Rui"].pk).update(state="cancelled")
    Message.objects.filter(kind="confirmation").update(state="failed", last_error="550")
    return session


def test_the_page_says_to_how_many_when_and_to_whom_not() -> None:
    said = words(staff_client().get(page_url(furnished())))

    assert "1 day before Reminder, before the start Who is registered 1 will get it" in said
    assert "Wednesday 14 October 2026, 09:00 Bogotá (UTC−5) · 1 person" in said
    assert "Not to: 1 · no address, 1 · the person stopped these mails" in said


def test_before_anybody_registers_the_page_says_so() -> None:
    said = words(staff_client().get(page_url(create_session(state="announced"))))

    assert "Nobody is registered yet." in said
    assert "0 will get it" in said
    assert "Its moment: Wednesday 14 October 2026, 11:00 Santiago (UTC−3)" in said
    assert "No message speaks of this session yet." in said


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"state": "cancelled"}, "The session is cancelled: nothing of the plan leaves."),
        ({"state": "draft"}, "The session is a draft"),
        ({"state": "announced", "start_time": None}, "there is no moment to remind of"),
    ],
)
def test_a_session_of_which_nothing_leaves_says_why(fields: dict[str, Any], sentence: str) -> None:
    assert sentence in words(staff_client().get(page_url(create_session(**fields))))


def test_every_number_leads_to_a_list_of_that_many() -> None:
    client = staff_client()
    page = client.get(page_url(furnished()))

    figures = [row.ahead for row in page.context["rows"]] + [
        one for row in page.context["rows"] for one in row.left_out
    ]
    figures += [one for line in page.context["lines"] for one in [*line.states, *line.reasons] if one.people]

    assert {figure.people for figure in figures} == {1, 4, 12}
    assert [(figure.url, people_of(client, figure.url)) for figure in figures] == [
        (figure.url, figure.people) for figure in figures
    ]


def test_the_panel_stands_there_by_name() -> None:
    session = create_session()
    seat(create_speaker("Rosa Vega", email="rosa@example.org"), session)
    session.series.reminder_rules.create(audience="panel", offset=timedelta(days=1), active_from=NOW)
    reminders.queue_due(now=NOW)

    said = words(staff_client().get(page_url(session)))

    assert "Rosa Vega · Wednesday 14 October 2026, 11:00 Santiago (UTC−3)" in said


@pytest.mark.parametrize("people", [1, 300])
def test_the_page_costs_the_same_for_one_person_and_for_three_hundred(
    people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session = create_session()
    crowd = Attendee.objects.bulk_create(Attendee(full_name=f"P{number}") for number in range(people))
    Registration.objects.bulk_create(
        Registration(session=session, attendee=one, state="confirmed", round=1, confirmed_at=NOW, created_at=NOW)
        for one in crowd
    )
    reminders.queue_due(now=NOW)
    client = staff_client()
    ContentType.objects.get_for_model(Message)

    with django_assert_num_queries(17):
        client.get(page_url(session))


def test_the_door_of_the_page_asks_for_both_rights() -> None:
    url = page_url(create_session())
    rights = ["registrations.view_message", "workshops.view_session"]

    assert [staff_client(right).get(url).status_code for right in rights] == [403, 403]
    assert staff_client(*rights).get(url).status_code == 200
    assert Client().get(url).status_code == 302
    assert resolve(url).func.door == "staff:registrations.view_message"  # type: ignore[attr-defined]
    assert staff_client().get(reverse("admin:workshops_session_messages", args=[99])).status_code == 404


def test_the_page_of_the_session_leads_to_it_only_for_who_may_see_it() -> None:
    session = create_session()
    url = reverse("admin:workshops_session_change", args=[session.pk])

    assert page_url(session) in staff_client().get(url).content.decode()
    assert page_url(session) not in staff_client("workshops.view_session").get(url).content.decode()


def test_the_button_counts_first_and_a_look_sends_nothing() -> None:
    session = furnished()

    page = staff_client().get(reverse(FAILED), {"session": session.pk})

    assert "4 messages failed and were not sent again." in words(page)
    assert not Message.objects.filter(key__contains=":again:").exists()


@pytest.mark.parametrize("of_session", [True, False])
def test_the_button_sends_what_failed_and_says_how_many(of_session: bool) -> None:
    session = furnished()
    url = reverse(FAILED) + (f"?session={session.pk}" if of_session else "")

    page = staff_client().post(url, follow=True)

    assert "4 copies are on their way." in words(page)
    assert page.redirect_chain[0][0] == (page_url(session) if of_session else reverse(LIST))


@pytest.mark.parametrize(("session", "status"), [("99", 404), ("x", 404), ("", 200)])
def test_a_session_that_is_none_has_no_button(session: str, status: int) -> None:
    assert staff_client().get(reverse(FAILED), {"session": session}).status_code == status


def test_who_may_only_look_sends_nothing() -> None:
    furnished()

    assert staff_client("registrations.view_message").post(reverse(FAILED)).status_code == 403
    assert not Message.objects.filter(key__contains=":again:").exists()


def banner(client: Client, url: str = "") -> str:
    page = client.get(url or reverse("admin:index")).content.decode()
    found = re.search(r'<div class="mail-health" role="status">(.*?)</div>', page, re.S)
    return " ".join(unescape(strip_tags(found[1])).split()) if found else ""


def test_all_is_well_and_no_banner_says_anything() -> None:
    register(create_session())

    assert banner(staff_client()) == ""


def test_late_mail_stands_on_every_page() -> None:
    session = create_session()
    register(session)
    Message.objects.update(next_attempt_at=NOW - timedelta(minutes=14))
    client = staff_client()

    pages = [banner(client, url) for url in (reverse("admin:index"), reverse(LIST), page_url(session))]

    said = "Mail is late. 1 message is due and has not left. The oldest has waited for 14\xa0minutes. See what waits"
    assert pages == [" ".join(said.split())] * 3


def test_failed_mail_stands_there_until_it_was_sent_again() -> None:
    register(create_session())
    Message.objects.update(state="failed")
    client = staff_client()
    before = banner(client)

    client.post(reverse(FAILED))

    assert "1 message failed in the last 24 hours." in before
    assert banner(client) == ""


def test_who_may_not_see_messages_reads_no_banner_and_costs_no_query() -> None:
    register(create_session())
    Message.objects.update(next_attempt_at=NOW - timedelta(minutes=14))
    client = staff_client("workshops.view_session")

    assert banner(client) == ""
    assert banner(Client(), reverse("admin:login")) == ""
