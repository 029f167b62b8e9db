"""A person's own pages, tried by nobody, by Ana, by Luis who has Ana's numbers, and by staff."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver, reverse

from iatp_events.lib import alarm
from registrations.models import Attendee, Registration
from tests.factories import create_session, register
from tests.registrations.views.mine import signed_in
from tests.test_doors import needed, walk
from tests.test_links_are_safe import dump
from tests.test_tokens import LINKS

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Row:
    """What a page answers to its owner's look and press, and to a press with somebody else's numbers.

    names: the field that names what the press is about; "" where there is none, so that nobody else's can be named.
    """

    look: int
    press: int
    strange: int
    names: str = ""


# Who did not sign in by mail, staff among them, is led to sign in by every one of them.
ROWS = {
    "registrations:me": Row(200, 405, 405),
    "registrations:me_register": Row(302, 302, 302),
    "registrations:me_cancel": Row(302, 302, 404, "registration"),
    "registrations:me_take": Row(302, 302, 404, "registration"),
    "registrations:me_saw_recording": Row(302, 409, 404, "registration"),
    "registrations:me_room_code": Row(200, 409, 404, "registration"),
    "registrations:me_was_there": Row(302, 409, 404, "registration"),
    "registrations:me_enrol": Row(302, 302, 302),
    "registrations:me_leave": Row(302, 302, 302),
    "registrations:me_calendar": Row(302, 302, 302),
    "registrations:me_colleagues": Row(200, 422, 422),
    "registrations:my_data": Row(200, 405, 405),
    "registrations:my_data_json": Row(200, 405, 405),
    "registrations:my_data_csv": Row(200, 405, 405),
    "registrations:my_data_erase": Row(200, 302, 302),
    "registrations:profile": Row(200, 422, 422),
    "registrations:me_mails": Row(302, 302, 302),
    "registrations:me_add_address": Row(302, 422, 422),
    "registrations:me_remove_address": Row(302, 409, 404, "address"),
    "registrations:sign_out": Row(200, 302, 302),
}
STRANGE = ("999999", "nonsense", "", "0", "-1", "9" * 40, "１", "1.0", "1 OR 1=1")


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


@pytest.fixture
def ana() -> Attendee:
    """Ana Quispe; Luis is registered for the same session."""
    session = create_session()
    register(session, "Luis")
    return register(session, "Ana Quispe").attendee


def numbers_of(attendee: Attendee) -> dict[str, str]:
    registration = Registration.objects.get(attendee=attendee)
    keys = {
        "registration": registration.pk,
        "session": registration.session_id,
        "series": registration.session.series_id,
        "address": attendee.addresses.get().pk,
        "attendee": attendee.pk,
        "pk": attendee.pk,
    }
    return {field: str(key) for field, key in keys.items()}


def of(attendee: Attendee) -> dict[str, list[dict[str, object]]]:
    """Every row that names the person."""
    key = {"registrations.Attendee": "id"}
    return {
        label: [row for row in rows if row.get(key.get(label, "attendee_id")) == attendee.pk]
        for label, rows in dump().items()
    }


def bytes_of(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    """The whole answer but for the token against forged forms, which is another each time."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    said = re.sub(rb'(name="csrfmiddlewaretoken" value=")\w+', rb"\1", content)
    return answer.status_code, said, sorted(answer.headers.items())


def luis() -> Client:
    return signed_in(Attendee.objects.get(full_name="Luis"))


def test_every_page_of_ones_own_has_a_row() -> None:
    own = {
        name
        for _, name, pattern in walk(get_resolver().url_patterns)
        if getattr(pattern.callback, "door", "") == "signed_in"
    }

    assert own == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_who_did_not_sign_in_by_mail_is_led_to_sign_in(name: str, ana: Attendee) -> None:
    nobody, staff, forger = Client(), Client(), Client()
    staff.force_login(User.objects.create_superuser("staff", password="not asked for here"))
    forger.cookies["me"] = f"{ana.pk}:0"
    numbers, before = numbers_of(ana), of(ana)

    for method in ("get", "head", "post"):
        answers = [getattr(who, method)(reverse(name), numbers) for who in (nobody, staff, forger)]
        assert {(answer.status_code, answer["Location"].split("?")[0]) for answer in answers} == {(302, "/en/sign-in/")}
        assert len({str(bytes_of(answer)) for answer in answers}) == 1
    assert of(ana) == before


@pytest.mark.parametrize(("name", "row"), ROWS.items())
def test_its_owner_comes_in(name: str, row: Row, ana: Attendee) -> None:
    client = signed_in(ana)

    answers = [client.get(reverse(name)).status_code, client.post(reverse(name), numbers_of(ana)).status_code]

    assert answers == [row.look, row.press]


@pytest.mark.parametrize(("name", "row"), ROWS.items())
def test_somebody_else_with_ones_numbers_changes_nothing_and_reads_nothing(name: str, row: Row, ana: Attendee) -> None:
    numbers, before = numbers_of(ana), of(ana)

    looked = bytes_of(luis().get(reverse(name), numbers))
    pressed = bytes_of(luis().post(reverse(name), numbers))

    assert (looked[0], pressed[0]) == (row.look, row.strange)
    for said in (looked[1], pressed[1]):
        assert not any(word in said for word in (b"Quispe", b"ana.quispe"))
    assert of(ana) == before


@pytest.mark.parametrize(("name", "row"), [(name, row) for name, row in ROWS.items() if row.names])
def test_somebody_elses_number_is_answered_like_nonsense_byte_for_byte(name: str, row: Row, ana: Attendee) -> None:
    hers, client = numbers_of(ana)[row.names], luis()

    answers = {key: bytes_of(client.post(reverse(name), {row.names: key})) for key in (hers, *STRANGE)}

    assert answers[hers][0] == 404
    assert {key for key, answer in answers.items() if answer != answers[hers]} == set()


@pytest.mark.parametrize("name", LINKS)
def test_a_link_looks_at_the_link_and_never_at_who_asks(name: str) -> None:
    path = reverse(name, args=needed()[name])
    ana = Registration.objects.get().attendee
    other = register(create_session(number=2), "Luis").attendee
    staff = Client()
    staff.force_login(User.objects.create_superuser("staff", password="not asked for here"))

    answers = [who.get(path) for who in (Client(), signed_in(ana), signed_in(other), staff)]

    assert {answer.status_code for answer in answers} == {200}
    assert len({str(bytes_of(answer)) for answer in answers}) == 1
