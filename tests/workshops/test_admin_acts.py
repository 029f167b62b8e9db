"""Capacity, opening, closing and cancelling are acts of their own: a GET shows a button, the POST does it."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import resolve, reverse

from tests.admin_pages import send, staff_client
from tests.factories import create_session, create_speaker, seat
from workshops.models import Places, Session

pytestmark = pytest.mark.django_db
ACTS = ("capacity", "open", "close", "cancel")


def act_url(act: str, session: Session) -> str:
    return reverse(f"admin:workshops_session_{act}", args=[session.pk])


def notes(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def stored() -> list[Any]:
    return [*Session.objects.values(), *Places.objects.values(), *LogEntry.objects.values()]


@pytest.mark.parametrize("act", ACTS)
def test_looking_at_an_act_changes_nothing(act: str) -> None:
    session = create_session(capacity=10)
    before = stored()
    client = staff_client()

    statuses = [client.get(act_url(act, session)).status_code, client.head(act_url(act, session)).status_code]

    assert statuses == [200, 200]
    assert stored() == before


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("permission", ["workshops.view_session", "workshops.change_speaker"])
def test_who_may_not_change_sessions_may_not_act_on_them(act: str, permission: str) -> None:
    session = create_session(capacity=10)
    before = stored()

    assert staff_client(permission).post(act_url(act, session)).status_code == 403
    assert Client().post(act_url(act, session)).status_code == 302
    assert stored() == before


@pytest.mark.parametrize("act", ACTS)
def test_the_door_of_an_act_can_be_read_from_its_address(act: str) -> None:
    assert resolve(act_url(act, create_session())).func.door == "staff:workshops.change_session"  # type: ignore[attr-defined]


@pytest.mark.parametrize("act", ACTS)
def test_an_act_needs_its_token(act: str) -> None:
    session = create_session(capacity=10)
    before = stored()
    client = staff_client()
    client.handler.enforce_csrf_checks = True

    assert client.post(act_url(act, session)).status_code == 403
    assert stored() == before


def test_an_act_on_no_session_is_not_found() -> None:
    assert staff_client().get(reverse("admin:workshops_session_open", args=[404])).status_code == 404


def test_who_may_change_sessions_may_act_on_them() -> None:
    session = create_session()

    response = staff_client("workshops.change_session").post(act_url("close", session))

    assert response.status_code == 302
    session.refresh_from_db()
    assert session.state == "closed"


def test_the_capacity_is_set_per_mode_and_empty_means_no_limit() -> None:
    session = create_session(mode="hybrid", capacity=20)

    response = send(staff_client(), act_url("capacity", session), online="", in_person="50")

    assert response.status_code == 302
    assert dict(session.places.values_list("mode", "capacity")) == {"online": None, "in_person": 50}


def test_a_lower_capacity_evicts_nobody_and_says_so() -> None:
    session = create_session(capacity=30)
    session.places.update(taken=12)
    client = staff_client()

    page = client.post(act_url("capacity", session), {"online": "10"}, follow=True)

    assert notes(page) == ["Online: 10 places. The 12 people who hold one keep it."]
    assert session.places.values("capacity", "taken", "ceiling").get() == {"capacity": 10, "taken": 12, "ceiling": 12}


@pytest.mark.parametrize("number", ["-1", "many", "9999999"])
def test_a_capacity_that_is_no_number_of_people_is_refused(number: str) -> None:
    session = create_session(capacity=30)

    page = staff_client().post(act_url("capacity", session), {"online": number})

    assert page.status_code == 422
    assert page.context["form"].errors
    assert session.places.get().capacity == 30


def test_opening_an_incomplete_session_names_what_is_missing() -> None:
    session = create_session(state="announced", meeting_link="", panel_to_be_announced=False)

    page = staff_client().post(act_url("open", session))

    assert page.status_code == 422
    assert page.context["missing"] == ["a panel, or the mark “panel to be announced”", "a meeting link"]
    session.refresh_from_db()
    assert session.state == "announced"


def test_opening_a_complete_session_is_noted_in_its_history_and_no_revision() -> None:
    session = create_session(state="announced", panel_to_be_announced=False)
    seat(create_speaker(), session)

    staff_client().post(act_url("open", session))

    session.refresh_from_db()
    assert (session.state, session.revision) == ("open", 1)
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Opened registration."]


def test_cancelling_keeps_the_reason_in_its_languages_and_is_a_revision() -> None:
    session = create_session()

    send(staff_client(), act_url("cancel", session), reason_0="La sala no está disponible.")

    session.refresh_from_db()
    assert (session.state, session.revision) == ("cancelled", 2)
    assert session.cancellation_reason.data == {"es": "La sala no está disponible."}


def test_cancelling_twice_keeps_the_first_reason() -> None:
    session = create_session()
    client = staff_client()
    for reason in ("The first.", "The second."):
        client.post(act_url("cancel", session), {"reason_2": reason})

    session.refresh_from_db()
    assert (session.cancellation_reason.data, session.revision) == ({"en": "The first."}, 2)


def run(client: Client, action: str, *sessions: Session) -> Any:
    chosen = {"action": action, "_selected_action": [session.pk for session in sessions]}
    return client.post(reverse("admin:workshops_session_changelist"), chosen, follow=True)


def test_the_list_opens_what_can_open_and_names_what_cannot() -> None:
    ready, opened = create_session(number=1, state="announced"), create_session(number=2)
    bare = create_session(number=3, state="announced", question={"en": "Why?"}, meeting_link="")

    page = run(staff_client(), "open_registration", ready, opened, bare)

    assert sorted(notes(page)) == [
        "Registration opened for 1 session.",
        "“3. Why?” cannot open yet. Missing: a meeting link.",
    ]
    assert list(Session.objects.order_by("number").values_list("state", flat=True)) == ["open", "open", "announced"]


def test_the_list_closes_what_is_open() -> None:
    page = run(staff_client(), "close_registration", create_session(number=1), create_session(number=2, state="closed"))

    assert notes(page) == ["Registration closed for 1 session."]
