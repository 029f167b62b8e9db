"""The door's page: by hand and without JavaScript, for staff who may, while it is open."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations import cases, emails, links
from registrations.models import Attendee, Evidence, Message, Registration
from registrations.services import places
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, register, register_for
from tests.registrations.views.mine import text
from tests.servers.mailbox import links as mailed
from tests.servers.mailbox import parsed
from tests.test_links_are_safe import dump
from workshops.models import Session

pytestmark = pytest.mark.django_db
MAY = "registrations.check_in"


@pytest.fixture(autouse=True)
def _stopped_clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def session() -> Session:
    return create_session(mode="in_person", starts_at=NOW + timedelta(minutes=20))


def path(session: Session, act: str = "door") -> str:
    return reverse(f"staff:{act}", args=[session.pk])


def test_a_name_is_found_without_accents_and_in_any_order(session) -> None:
    for name in ("Óscar Núñez", "Ana Peña"):
        register(session, name, mode="in_person")

    found = text(staff_client(MAY).get(path(session), {"q": "nunez oscar"}))

    assert "Óscar Núñez" in found
    assert "Ana Peña" not in found


def test_nobody_is_named_before_two_letters_are_known(session) -> None:
    register(session, "Ana Ruiz", mode="in_person")
    client = staff_client(MAY)

    assert not any("Ana Ruiz" in text(client.get(path(session), asked)) for asked in ({}, {"q": "a"}, {"q": " "}))


def test_a_press_checks_in_counts_and_can_be_undone(session) -> None:
    ana, client = register(session, "Ana Ruiz", mode="in_person"), staff_client(MAY)

    come = client.post(path(session, "door_check_in"), {"registration": ana.pk}, follow=True)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        again = client.post(path(session, "door_check_in"), {"registration": ana.pk}, follow=True)
    gone = client.post(path(session, "door_undo"), {"registration": ana.pk}, follow=True)

    assert "Checked in." in text(come)
    assert '<span class="door-came">1</span> <span class="door-expected">of 1 have come' in text(come)
    assert "Already in since 11:00." in text(again)
    assert "Not checked in: it was undone." in text(gone)
    assert (Evidence.objects.live().count(), Evidence.objects.first().by) == (0, User.objects.get())


def test_whoever_had_cancelled_comes_in_with_a_mark(session) -> None:
    eva = register(session, "Eva Paz", mode="in_person")
    places.cancel(registration=eva, now=NOW)

    come = staff_client(MAY).post(path(session, "door_check_in"), {"registration": eva.pk}, follow=True)

    assert "had cancelled" in text(come)


def test_somebody_without_a_registration_is_written_down_once(session) -> None:
    client, said = staff_client(MAY), {"full_name": "Paz Soto", "country": "PE", "event": "a" * 32}

    answers = [client.post(path(session, "door_walk_in"), said, follow=True) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert Registration.objects.values_list("attendee__full_name", "country", "mode").get() == (
        "Paz Soto",
        "PE",
        "in_person",
    )


def test_a_walk_in_without_a_name_comes_back_as_it_was_typed(session) -> None:
    answer = staff_client(MAY).post(path(session, "door_walk_in"), {"email": "paz@example.org"})

    assert (answer.status_code, Attendee.objects.count()) == (422, 0)
    assert "paz@example.org" in text(answer)


def test_the_door_names_nobody_and_takes_nobody_at_another_hour(session) -> None:
    ana, client = register(session, "Ana Ruiz", mode="in_person"), staff_client(MAY)

    with time_machine.travel(NOW - timedelta(days=2), tick=False):
        looked = client.get(path(session), {"q": "ana"})
        pressed = client.post(path(session, "door_check_in"), {"registration": ana.pk})

    assert "Ana Ruiz" not in text(looked)
    assert "The door is not open yet" in text(looked)
    assert (pressed.status_code, Evidence.objects.count()) == (409, 0)


@pytest.mark.parametrize("nonsense", ["", "0", "-1", "x", "9" * 40, "１", "999999"])
def test_nonsense_checks_nobody_in(session, nonsense: str) -> None:
    client = staff_client(MAY)

    answers = [
        client.post(path(session, act), {"registration": nonsense}).status_code
        for act in ("door_check_in", "door_undo")
    ]

    assert (answers, Evidence.objects.count()) == ([409, 409], 0)


def test_a_session_without_a_room_or_without_a_row_has_no_door(session) -> None:
    online, client = create_session(number=2), staff_client(MAY)

    for act in ("door", "door_list"):
        answers = [client.get(reverse(f"staff:{act}", args=[pk])) for pk in (online.pk, 999_999, 10**30)]
        assert [answer.status_code for answer in answers] == [404] * 3
        assert len({answer.content for answer in answers}) == 1


def test_only_staff_with_the_permission_come_in(session) -> None:
    other, nobody = staff_client("workshops.view_session"), Client()

    for act in ("door", "door_list", "door_check_in", "door_undo", "door_walk_in", "door_events"):
        answers = [getattr(who, method)(path(session, act)) for who in (other, nobody) for method in ("get", "post")]
        assert [answer.status_code for answer in answers] == [403, 403, 302, 302]


def test_looking_changes_nothing(session) -> None:
    register(session, "Ana", mode="in_person")
    client = staff_client(MAY)
    before = dump()

    answers = [
        getattr(client, method)(path(session, act), asked).status_code
        for method in ("get", "head")
        for act, asked in (("door", {}), ("door", {"q": "ana"}), ("door_list", {}))
    ]

    assert (answers, dump()) == ([200] * 6, before)


@pytest.mark.parametrize("most", [30, pytest.param(300, marks=pytest.mark.at_length)])
@pytest.mark.parametrize("act", ["door", "door_list"])
def test_one_guest_costs_as_many_queries_as_many(session, act: str, most: int) -> None:
    client, counts = staff_client(MAY), []
    for people in (range(1), range(1, most)):
        for number in people:
            register(session, f"Ana {number}", mode="in_person")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path(session, act), {"q": "ana"}).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_badge_is_on_the_page_of_who_comes_in_person_until_the_session_ends(session) -> None:
    ana = register(session, "Ana", mode="in_person")
    own, badge = (address.removeprefix("http://localhost:8000") for address in (links.manage(ana), links.badge(ana)))

    shown = ['class="qr"' in text(Client().get(page)) for page in (own, badge)]
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        late = Client().get(badge)

    assert shown == [True, True]
    assert (late.status_code, 'class="qr"' in text(late), "Ana" in text(late)) == (410, False, False)


def test_a_badge_leads_to_no_page_that_changes_the_registration(session) -> None:
    ana = register(session, "Ana", mode="in_person")

    page = text(Client().get(links.badge(ana).removeprefix("http://localhost:8000")))

    assert not any(token in page for token in (links.token(ana), "/r/", "<form"))


def test_the_mails_of_who_comes_in_person_lead_to_the_badge_and_no_others_do(session) -> None:
    ana = register(session, "Ana", mode="in_person")
    luis = register(create_session(number=2), "Luis")

    mails = [
        parsed(emails.compose(case.message).mail.message().as_bytes()) for case in cases.read(Message.objects.all())
    ]

    found = [[link for link in mailed(mail) if "/b/" in link] for mail in mails]
    assert sorted(map(set, found), key=len) == [set(), {links.badge(ana)}]
    assert luis.mode == "online"


def test_the_mail_about_several_sessions_leads_to_the_badge_of_each_that_has_a_door() -> None:
    hall, both, online, full = (
        create_session(number=number, mode=mode, capacity=places_)
        for number, mode, places_ in ((1, "in_person", 9), (2, "hybrid", 9), (3, "online", 9), (4, "in_person", 1))
    )
    register(full, "Luis", mode="in_person")
    register_for([hall, both, online, full], "Ana", mode="in_person")
    held = {
        one.session: one for one in Registration.objects.filter(attendee__full_name="Ana").select_related("session")
    }

    (case,) = cases.read(Message.objects.exclude(bundle=[]))
    mail = parsed(emails.compose(case.message).mail.message().as_bytes())

    expected = {links.badge(held[session]) for session in (hall, both)}
    assert {link for link in mailed(mail) if "/b/" in link} == expected
    plain = mail.get_body(("plain",)).get_content()
    assert all(f"Mi credencial para la puerta\n{badge}" in plain for badge in expected)
