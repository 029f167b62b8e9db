"""What devices at the door send: batches of events, each answered for itself."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from registrations import links
from registrations.models import Attendance, Evidence, Registration
from registrations.views.door_events import MOST_EVENTS
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, register
from workshops.models import Session

pytestmark = pytest.mark.django_db
NOW_MS = round(NOW.timestamp() * 1000)
MAY = "registrations.check_in"


@pytest.fixture(autouse=True)
def _stopped_clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana() -> Registration:
    return register(create_session(mode="in_person", starts_at=NOW + timedelta(minutes=20)), mode="in_person")


def event(number: int = 1, kind: str = "check_in", at: int = NOW_MS, **said: Any) -> dict[str, Any]:
    return {"id": str(UUID(int=number)), "kind": kind, "at": at, **said}


def post(session: Session, said: Any, client: Client | None = None) -> Any:
    body = said if isinstance(said, bytes) else json.dumps(said)
    address = reverse("staff:door_events", args=[session.pk])
    return (client or staff_client(MAY)).post(address, body, content_type="application/json")


def send(session: Session, *events: Any, sent: int = NOW_MS) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = post(session, {"sent": sent, "events": events}).json()["answers"]
    return answers


def test_a_badge_and_a_row_of_the_list_check_in(ana) -> None:
    answers = send(ana.session, event(1, badge=links.badge_token(ana)), event(2, registration=ana.pk))

    assert answers[0] == {
        "id": str(UUID(int=1)),
        "state": "in",
        "again": False,
        "registration": ana.pk,
        "name": "Ana",
        "mark": "",
        "since": NOW_MS,
    }
    assert (answers[1]["state"], Evidence.objects.count(), Attendance.objects.get().status) == ("in", 2, "present")


def test_the_moment_is_the_devices_put_right_by_its_own_clock(ana) -> None:
    """An hour ago on a device that is a day ahead."""
    day, hour = 86_400_000, 3_600_000

    (answer,) = send(ana.session, event(registration=ana.pk, at=NOW_MS + day - hour), sent=NOW_MS + day)

    assert answer["since"] == NOW_MS - hour
    assert Evidence.objects.get().at == NOW - timedelta(hours=1)


def test_one_bad_event_keeps_no_other_out(ana) -> None:
    others = [
        {},
        5,
        event(2, registration=ana.pk + 1),
        event(3, badge="nonsense"),
        event(4, badge=links.token(ana)),
        event(5, kind="dance", registration=ana.pk),
        event(6, registration="x" * 1000),
        event(7),
        event(8, kind="walk_in"),
        event(9, registration=ana.pk, at=10**30),
        {"id": "no number", "kind": "check_in", "at": NOW_MS, "registration": ana.pk},
    ]

    answers = send(ana.session, *others, event(registration=ana.pk))

    assert [answer["state"] for answer in answers] == [
        *("invalid", "invalid", "refused", "refused", "refused", "invalid"),
        *("invalid", "invalid", "invalid", "invalid", "invalid", "in"),
    ]
    assert [answer.get("why") for answer in answers[2:5]] == ["unknown"] * 3
    assert Evidence.objects.count() == 1


def test_a_walk_in_and_its_undo_are_told_in_any_order(ana) -> None:
    walks = [event(number, "walk_in", full_name=f"Paz {number}") for number in (1, 2)]
    undone = event(1, "undo_walk_in")

    for _ in range(2):
        answers = send(ana.session, undone, *walks)

    assert [answer["state"] for answer in answers] == ["undone", "undone", "in"]
    assert list(Registration.objects.exclude(pk=ana.pk).values_list("attendee__full_name", flat=True)) == ["Paz 2"]


def test_an_undo_is_told_before_its_check_in(ana) -> None:
    answers = send(ana.session, event(kind="undo", registration=ana.pk), event(registration=ana.pk))

    assert [answer["state"] for answer in answers] == ["undone", "undone"]
    assert not Attendance.objects.exists()


HALF_A_PAIR = b'{"sent": 1, "events": [{"id": "00000000-0000-0000-0000-000000000001", "kind": "walk_in", "at": 1, '


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"no json",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"sent": "1", "events": []}',
        b'{"sent": 1, "events": {}}',
        b"[" * 50_000,
        HALF_A_PAIR + b'"full_name": "\\ud800"}]}',
        json.dumps({"sent": 1, "events": [{}] * (MOST_EVENTS + 1)}).encode(),
        json.dumps({"sent": 1, "events": ["x" * 300_000]}).encode(),
        json.dumps({"sent": 1, "events": ["x" * 3_000_000]}).encode(),
    ],
)
def test_what_is_no_batch_is_refused_and_says_why(ana, said: bytes) -> None:
    answer = post(ana.session, said)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert Evidence.objects.count() == 0


def test_numbers_and_names_that_no_database_takes_are_answered(ana) -> None:
    names = ("\x00", "a\u2028b", "x" * 10_000, "\u202e", 5, None, ["x"], {"a": 1})

    answers = send(ana.session, *(event(number, "walk_in", full_name=name) for number, name in enumerate(names, 1)))

    assert {answer["state"] for answer in answers} <= {"invalid", "in"}
    assert [answer["state"] for answer in answers[:3]] == ["invalid"] * 3


def test_a_forged_page_sends_nothing(ana) -> None:
    client = staff_client(MAY)
    client.handler.enforce_csrf_checks = True

    assert post(ana.session, {"sent": NOW_MS, "events": [event(registration=ana.pk)]}, client).status_code == 403
    assert Evidence.objects.count() == 0


def test_the_list_names_who_is_expected_here_only_while_the_door_is_open(ana) -> None:
    online = register(create_session(number=2, mode="hybrid", starts_at=NOW + timedelta(minutes=20)), "Luis")
    client = staff_client(MAY)

    listed = client.get(reverse("staff:door_list", args=[ana.session_id])).json()
    beside = client.get(reverse("staff:door_list", args=[online.session_id])).json()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        late = client.get(reverse("staff:door_list", args=[ana.session_id])).json()

    assert listed["people"] == [[ana.pk, "Ana", "", 0, []]]
    assert (listed["came"], listed["expected"], beside["people"]) == (0, 1, [])
    assert (late["people"], late["until"]) == ([], 0)


@pytest.mark.parametrize("others", [30, pytest.param(300, marks=pytest.mark.at_length)])
def test_a_check_in_costs_the_same_among_few_and_among_many(ana, others: int, django_assert_num_queries) -> None:
    client = staff_client(MAY)
    post(ana.session, {"sent": NOW_MS, "events": [event(1, registration=ana.pk)]}, client)
    for number in range(others):
        register(ana.session, f"Person {number}", mode="in_person")

    # Who sends it (4), the session, and the check-in in its transaction (7); the clock stands still here.
    with django_assert_num_queries(12):
        post(ana.session, {"sent": NOW_MS, "events": [event(2, registration=ana.pk)]}, client)
