"""The code of the room: shown by staff, another each minute, typed by who is there; a look or a scan writes nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from registrations import links, room_codes
from registrations.models import Attendance, Evidence, Registration
from registrations.services import my_sessions, places
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, note, register
from tests.registrations.views.mine import signed_in, text
from tests.test_links_are_safe import dump
from workshops.models import Session

pytestmark = pytest.mark.django_db
MINE = "/en/me/room-code/"


@pytest.fixture
def ana() -> Registration:
    """Ana, in a session that began this minute."""
    return register(create_session(starts_at=NOW), "Ana")


def type_it(registration: Registration, code: str, by: str = "me") -> int:
    if by == "link":
        return Client().post(f"/r/{links.token(registration)}/room-code/", {"code": code}).status_code
    typed = {"registration": registration.pk, "code": code}
    return signed_in(registration.attendee).post(MINE, typed).status_code


def code_of(session: Session, at: datetime = NOW) -> str:
    return room_codes.current(session, at)


def status(registration: Registration) -> str | None:
    return Attendance.objects.filter(registration=registration).values_list("status", flat=True).first()


@pytest.mark.parametrize("by", ["me", "link"])
def test_who_types_the_code_was_present(ana: Registration, by: str) -> None:
    assert type_it(ana, code_of(ana.session), by) == 302

    line = Evidence.objects.get()
    assert (status(ana), line.kind, line.origin) == ("present", "room_code", "page")


@pytest.mark.parametrize("by", ["me", "link"])
def test_a_code_typed_twice_is_one_line(ana: Registration, by: str) -> None:
    assert [type_it(ana, code_of(ana.session), by) for _twice in range(2)] == [302, 302]
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("typed", ["{a} {b}", " {a}-{b} ", "{a}.{b}\n", "{a}\u00a0{b}"])
def test_the_code_may_be_spaced_as_hands_do(ana: Registration, typed: str) -> None:
    code = code_of(ana.session)

    assert type_it(ana, typed.format(a=code[:3], b=code[3:])) == 302


@pytest.mark.parametrize(("typed", "read"), [("O1l-I00", "011100"), ("４８２ ９１٥", "482915"), ("a b", ""), ("", "")])
def test_letters_that_look_like_digits_are_digits(typed: str, read: str) -> None:
    assert room_codes.read(typed) == read


@pytest.mark.parametrize(("late", "answer"), [(59, 302), (60, 302), (119, 302), (120, 422)])
def test_the_code_just_gone_still_counts_and_no_older_one(ana: Registration, late: int, answer: int) -> None:
    code = code_of(ana.session)

    with time_machine.travel(NOW + timedelta(seconds=late), tick=False):
        assert type_it(ana, code) == answer


@pytest.mark.parametrize(
    ("minutes", "answer"), [(-1, 409), (0, 302), (89, 302), (90, 302), (104, 302), (105, 409), (999, 409)]
)
def test_a_code_counts_from_the_start_until_a_while_after_the_end(minutes: int, answer: int) -> None:
    session = create_session(starts_at=NOW)
    ana, at = register(session, "Ana", NOW - timedelta(days=1)), NOW + timedelta(minutes=minutes)

    with time_machine.travel(at, tick=False):
        assert type_it(ana, code_of(session, at)) == answer


@pytest.mark.parametrize("by", ["me", "link"])
def test_a_wrong_code_is_said_and_writes_nothing(ana: Registration, by: str) -> None:
    code = code_of(ana.session)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    assert [type_it(ana, typed, by) for typed in (wrong, "", "nonsense")] == [422] * 3
    assert Evidence.objects.count() == 0


def test_the_code_of_another_session_is_wrong(ana: Registration) -> None:
    assert type_it(ana, code_of(create_session(number=2, starts_at=NOW))) == 422


@pytest.mark.parametrize("by", ["me", "link"])
def test_after_some_wrong_ones_a_minute_has_to_pass(ana: Registration, by: str) -> None:
    for _try in range(6):
        type_it(ana, "000001", by)

    assert type_it(ana, code_of(ana.session), by) == 429

    later = NOW + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        assert type_it(ana, code_of(ana.session, later), by) == 302


def test_one_address_does_not_try_for_everybody(ana: Registration, settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"room_codes_per_address": 2}
    people = [ana, register(ana.session, "Luis"), register(ana.session, "Eva")]

    assert [type_it(one, code_of(ana.session)) for one in people] == [302, 302, 429]


def test_who_cancelled_types_no_code(ana: Registration) -> None:
    Registration.objects.filter(pk=ana.pk).update(state="cancelled")

    assert [type_it(ana, code_of(ana.session), by) for by in ("me", "link")] == [409, 409]


def test_a_cancelled_session_shows_and_takes_no_code(ana: Registration) -> None:
    Session.objects.update(state="cancelled")

    assert type_it(ana, code_of(ana.session)) == 409
    assert "room-digits" not in text(staff_client().get(reverse("staff:room_code", args=[ana.session_id])))


def test_nobody_types_for_somebody_else(ana: Registration) -> None:
    luis = register(ana.session, "Luis")

    answer = signed_in(luis.attendee).post(MINE, {"registration": ana.pk, "code": code_of(ana.session)})

    assert (answer.status_code, Evidence.objects.count()) == (404, 0)


def test_the_page_for_the_wall_shows_the_code_and_where_to_type_it(ana: Registration) -> None:
    page = text(staff_client("registrations.check_in").get(reverse("staff:room_code", args=[ana.session_id])))

    code = code_of(ana.session)
    assert f"{code[:3]} {code[3:]}" in page
    assert "/es/me/room-code/" in page
    assert re.search(r'<noscript><meta http-equiv="refresh" content="60"></noscript>', page)


def test_the_page_for_the_wall_is_for_staff_who_check_people_in(ana: Registration) -> None:
    address = reverse("staff:room_code", args=[ana.session_id])

    answers = [who.get(address).status_code for who in (Client(), signed_in(ana.attendee))]

    assert answers == [302, 302]
    assert staff_client("workshops.view_session").get(address).status_code == 403


def test_a_look_at_any_of_these_pages_writes_nothing_and_tells_no_code(ana: Registration) -> None:
    mine, staff = signed_in(ana.attendee), staff_client()
    before, code = dump(), code_of(ana.session)

    for address in (MINE, f"{MINE}?code={code}", "/en/me/", f"/r/{links.token(ana)}/room-code/?code={code}"):
        for answer in (mine.get(address), mine.head(address)):
            assert answer.status_code == 200
            assert f"{code[:3]} {code[3:]}" not in text(answer)
            assert f'value="{code}"' not in text(answer)
    staff.get(reverse("staff:room_code", args=[ana.session_id]))

    assert dump() == before


def test_my_sessions_asks_for_the_code_while_one_is_shown(ana: Registration) -> None:
    mine = signed_in(ana.attendee)

    assert "Are you in the room" in text(mine.get("/en/me/"))
    type_it(ana, code_of(ana.session))
    assert "You are noted as there" in text(mine.get("/en/me/"))
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        assert "Are you in the room" not in text(mine.get("/en/me/"))
        assert "No session that you are registered for" in text(mine.get(MINE))


def over(recording: str = "https://example.org/recording") -> Registration:
    session = create_session(starts_at=NOW - timedelta(hours=3), recording=recording)
    return register_in_the_past(session, "Ana")


def register_in_the_past(session: Session, name: str) -> Registration:
    return register(session, name, session.starts_at - timedelta(days=1))


def saw(registration: Registration) -> int:
    return signed_in(registration.attendee).post("/en/me/recording/", {"registration": registration.pk}).status_code


def test_who_saw_the_recording_has_caught_up() -> None:
    ana = over()

    assert "I saw the recording" in text(signed_in(ana.attendee).get("/en/me/"))
    assert [saw(ana), saw(ana), status(ana), Evidence.objects.count()] == [302, 302, "caught_up", 1]
    assert "I saw the recording" not in text(signed_in(ana.attendee).get("/en/me/"))


def test_a_recording_seen_makes_nobody_else_absent() -> None:
    ana = over()
    luis = register_in_the_past(ana.session, "Luis")

    saw(ana)

    (group,) = my_sessions.of(luis.attendee, now=NOW, zone="UTC")
    assert [mine.mark for mine in group.past] == ["unrecorded"]


def test_without_a_recording_or_before_the_end_there_is_nothing_to_have_seen(ana: Registration) -> None:
    without = register_in_the_past(create_session(number=2, starts_at=NOW - timedelta(hours=3)), "Luis")
    Session.objects.filter(pk=ana.session_id).update(recording="https://example.org/recording")

    assert [saw(without), saw(ana), Evidence.objects.count()] == [409, 409, 0]


def test_who_was_there_is_not_asked_about_the_recording() -> None:
    ana = over()
    note(ana, "staff")

    assert "I saw the recording" not in text(signed_in(ana.attendee).get("/en/me/"))


def test_who_gave_the_place_up_catches_nothing_up() -> None:
    ana = register(create_session(), "Ana")
    places.cancel(registration=ana, now=NOW)
    Session.objects.update(recording="https://example.org/r", starts_at=NOW - timedelta(hours=3), ends_at=NOW)

    assert saw(ana) == 409
