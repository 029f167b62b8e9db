"""Devices that show a pass: what is usual is answered at once, all else goes the way it would have gone without one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from registrations import door_pass, links
from registrations.door_pass import Pass
from registrations.models import Evidence, Registration
from registrations.services import scans
from registrations.services.door import Badge, Mark
from registrations.services.scans import Came
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, register

pytestmark = pytest.mark.django_db
NOW_MS = round(NOW.timestamp() * 1000)
MAY = "registrations.check_in"
Asked = list[tuple[Badge, UUID, timedelta, Pass]]


@pytest.fixture
def ana() -> Registration:
    return register(create_session(mode="in_person", starts_at=NOW + timedelta(minutes=20)), mode="in_person")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the one statement is asked for; it finds everything usual but the event with number 9."""
    told: Asked = []

    def check_in(*, badge: Badge, event: UUID, late: timedelta, shown: Pass) -> Came | None:
        told.append((badge, event, late, shown))
        return None if event.int == 9 else Came("Ana", Mark.ONLINE, NOW - late, NOW - timedelta(hours=1))

    monkeypatch.setattr(scans, "check_in", check_in)
    return told


def event(number: int = 1, **said: Any) -> dict[str, Any]:
    return {"id": str(UUID(int=number)), "kind": "check_in", "at": NOW_MS, **said}


def post(held: Registration, *events: Any, client: Client | None = None, given: str = "", sent: Any = NOW_MS) -> Any:
    address = reverse("staff:door_events", args=[held.session_id])
    headers = {"X-Pass": given or door_pass.give(by=3, session=held.session_id, now=NOW)}
    body = json.dumps({"sent": sent, "events": events})
    return (client or Client()).post(address, body, content_type="application/json", headers=headers)


def test_the_long_way_gives_a_pass_of_a_minute_for_this_door_and_person(ana: Registration) -> None:
    client = staff_client(MAY)

    given = door_pass.read(post(ana, event(registration=ana.pk), client=client).json()["pass"])

    by, until = int(client.session["_auth_user_id"]), int((NOW + timedelta(minutes=1)).timestamp())
    assert given == Pass(by=by, session=ana.session_id, until=until)


def test_usual_check_ins_are_answered_without_asking_who_sends_them(
    ana: Registration, asked: Asked, django_assert_num_queries: Any
) -> None:
    events = [event(1, registration=ana.pk, at=NOW_MS - 5000), event(2, badge=links.badge_token(ana))]

    with django_assert_num_queries(0):
        answer = post(ana, *events)

    since = NOW_MS - 3_600_000
    stands = {"state": "in", "again": True, "registration": ana.pk, "name": "Ana", "mark": "online", "since": since}
    assert answer.json() == {"answers": [{"id": str(UUID(int=number))} | stands for number in (1, 2)]}
    shown = door_pass.read(door_pass.give(by=3, session=ana.session_id, now=NOW))
    assert asked == [
        (Badge(ana.pk), UUID(int=1), timedelta(seconds=5), shown),
        (Badge(ana.pk, ana.link_version), UUID(int=2), timedelta(), shown),
    ]


def test_what_is_answered_at_once_has_the_headers_and_the_name_of_its_view(ana: Registration, asked: Asked) -> None:
    answer = post(ana, event(registration=ana.pk))

    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer.wsgi_request.resolver_match.view_name == "staff:door_events"


def unusual(ana: Registration) -> list[Any]:
    return [
        event(9, registration=ana.pk),
        event(kind="undo", registration=ana.pk),
        event(kind="walk_in", full_name="Paz"),
        event(registration=ana.pk, id="none"),
        event(registration=ana.pk, id=UUID(int=1).hex),
        event(registration=ana.pk, id="x" * 36),
        event(registration=str(ana.pk)),
        event(registration=True),
        event(registration=0),
        event(registration=2**63),
        event(registration=ana.pk, at=-1),
        event(registration=ana.pk, at=1.5),
        event(registration=ana.pk, at=10**30),
        event(badge="x" * 401),
        event(badge="nonsense"),
        event(),
        {},
        5,
        None,
    ]


def test_one_unusual_event_sends_them_all_the_long_way(ana: Registration, asked: Asked) -> None:
    plain, client = event(1, registration=ana.pk), staff_client(MAY)

    answers = [post(ana, plain, one) for one in unusual(ana)]
    signed_in = [post(ana, plain, one, client=client) for one in unusual(ana)]

    # Who is not signed in there is led to do so.
    assert {answer.status_code for answer in answers} == {302}
    assert {answer.status_code for answer in signed_in} == {200}
    assert all("pass" in answer.json() for answer in signed_in)


def test_what_is_no_batch_is_refused_as_without_a_pass(ana: Registration, asked: Asked) -> None:
    client = staff_client(MAY)

    answers = [post(ana, event(registration=ana.pk), client=client, sent="now"), post(ana, *[{}] * 200, client=client)]

    assert ([answer.status_code for answer in answers], asked) == ([400, 400], [])


def test_a_pass_of_another_door_is_none_and_a_batch_of_nothing_is_nothing(ana: Registration, asked: Asked) -> None:
    elsewhere = door_pass.give(by=3, session=ana.session_id + 1, now=NOW)

    answers = [post(ana, event(registration=ana.pk), given=one) for one in (elsewhere, "nonsense")]
    answers.append(post(ana))

    assert ([answer.status_code for answer in answers], asked) == ([302, 302, 302], [])


def test_a_pass_opens_no_other_page(ana: Registration, asked: Asked) -> None:
    given = door_pass.give(by=3, session=ana.session_id, now=NOW)
    pages = [reverse(f"staff:{name}", args=[ana.session_id]) for name in ("door", "door_list", "door_events")]

    answers = [Client().get(page, headers={"X-Pass": given}).status_code for page in (*pages, "/no/such/page")]

    assert (answers, asked) == ([302, 302, 302, 404], [])


def test_where_the_one_statement_is_not_to_be_had_all_goes_the_long_way(ana: Registration) -> None:
    client = staff_client(MAY)

    answer = post(ana, event(registration=ana.pk), client=client).json()

    assert (answer["answers"][0]["state"], "pass" in answer, Evidence.objects.count()) == ("in", True, 1)


def test_whose_role_was_withdrawn_gets_no_further_pass(ana: Registration) -> None:
    client = staff_client(MAY)
    given = post(ana, event(1, registration=ana.pk), client=client).json()["pass"]
    User.objects.get().user_permissions.clear()

    answer = post(ana, event(2, registration=ana.pk), client=client, given=given)

    assert (answer.status_code, Evidence.objects.count()) == (403, 1)
