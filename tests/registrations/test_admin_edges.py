"""What staff may type into an address, and what the pages count for them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations.models import Bulletin, Consent, Enrolment, Message, Registration
from registrations.services import announcements, outlook, upkeep
from tests.admin_pages import staff_client
from tests.factories import NOW, create_attendee, create_series, create_session, register
from workshops.models import Session

pytestmark = pytest.mark.django_db
LIST, FAILED = "/admin/registrations/message/", "/admin/registrations/message/send-failed-again/"
LONG = ["9" * 19, "9" * 5000]


@pytest.mark.parametrize("typed", LONG)
@pytest.mark.parametrize("name", ["session", "rule"])
def test_a_number_that_no_row_can_have_filters_nothing(name: str, typed: str) -> None:
    register(create_session())

    page = staff_client().get(LIST, {name: typed})

    assert (page.status_code, len(page.context["cl"].result_list)) == (200, 1)


@pytest.mark.parametrize("typed", [*LONG, "x", "٣x"])
def test_a_session_that_cannot_be_has_nothing_to_send_again(typed: str) -> None:
    assert staff_client().get(FAILED, {"session": typed}).status_code == 404


def test_two_versions_of_a_consent_are_one_reader_of_an_announcement() -> None:
    session, ana = create_session(), create_attendee("Ana")
    given = {"attendee": ana, "series": session.series, "kind": "announcements", "given_at": NOW - timedelta(days=1)}
    for version in ("es", "pt"):
        Consent.objects.create(version=version, **given)
    announcements.notice_open(now=NOW)
    later = NOW + timedelta(minutes=10)

    foreseen = outlook.unplanned(session, {}, now=later).announcements_unwritten
    announcements.queue_due(now=later)

    assert foreseen == Message.objects.filter(kind="announcement").count() == 1


def test_a_draft_of_another_series_is_not_the_one_that_was_read() -> None:
    one, other = create_series("one"), create_series("other")
    draft = Bulletin.objects.create(series=one, subject={"es": "Una"}, body={"es": "Dos"}, created_at=NOW)
    read = Bulletin.objects.get().digest

    Bulletin.objects.filter(pk=draft.pk).update(series=other)

    assert Bulletin.objects.get().digest != read


def test_a_session_that_became_hybrid_meanwhile_leaves_everyone_where_they_are() -> None:
    session = create_session(capacity=1)
    register(session, "Ana")
    Session.objects.filter(pk=session.pk).update(mode="in_person")
    found = list(upkeep.strayed(NOW).values_list("session", flat=True))
    session.mode, session.venue = "hybrid", "Casa Central"
    session.revise(now=NOW)

    # What the tick does with a session that it found before staff saved it once more.
    upkeep._bring_along(found[0])

    assert Registration.objects.get().mode == "online"
    assert list(session.places.order_by("mode").values_list("mode", "taken")) == [("in_person", 0), ("online", 1)]


@pytest.mark.parametrize("kind", ["message", "registration", "enrolment"])
def test_a_page_that_is_only_read_has_no_button_that_saves(kind: str) -> None:
    registration = register(create_session())
    Enrolment.objects.create(attendee=registration.attendee, series=registration.session.series, enrolled_at=NOW)
    models: dict[str, Any] = {"message": Message, "registration": Registration, "enrolment": Enrolment}
    row = models[kind].objects.earliest("pk")

    shown = staff_client().get(reverse(f"admin:registrations_{kind}_change", args=[row.pk])).content.decode()

    assert 'name="_' not in shown
    assert 'class="closelink"' in shown


@pytest.mark.parametrize("people", [1, 40])
def test_the_list_sends_any_number_again_in_as_many_reads(people: int) -> None:
    session, client = create_session(), staff_client()
    for number in range(people):
        register(session, f"Persona {number}")
    chosen = {
        "action": "send_again",
        "_selected_action": [str(pk) for pk in Message.objects.values_list("pk", flat=True)],
    }
    ContentType.objects.get_for_model(Message)

    with CaptureQueriesContext(connection) as queries:
        client.post(LIST, chosen)

    assert Message.objects.filter(key__endswith=":again:1").count() == people
    assert [query["sql"].split()[0] for query in queries].count("SELECT") == 9


def test_of_a_mail_that_is_of_no_use_any_more_no_copy_is_promised() -> None:
    session, client = create_session(), staff_client()
    register(session)
    message = Message.objects.get()
    Message.objects.update(expires_at=NOW)

    answer = client.post(reverse("admin:registrations_message_send_again", args=[message.pk]))
    said = [str(one) for one in client.get(answer["Location"]).context["messages"]]
    client.post(LIST, {"action": "send_again", "_selected_action": [str(message.pk)]})

    assert said == ["This mail is of no use any more, so no copy was made."]
    assert Message.objects.count() == 1
