"""“This wasn’t me”: one button takes back what was typed, and keeps the address out for a while, unseen."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from registrations import emails, links
from registrations.models import Attendee, BlockedAddress, EmailAddress, Enrolment, Message, Registration
from registrations.models.messages import AGAIN
from registrations.services import blocking, erasure, places
from tests.factories import NOW, create_attendee, create_series, create_session, register, register_for, states
from tests.servers.forms import filled

pytestmark = pytest.mark.django_db
FORM = "/en/series/community-in-practice/register/"
DAY = timedelta(days=1)


def link() -> str:
    """The address that the newest answer to a form carries."""
    message = Message.objects.order_by("created_at").last()
    mail = emails.compose(message).mail
    found: list[str] = re.findall(r"http://localhost:8000(/r/[^/\s]+/not-me/)", str(mail.body))
    return found[-1]


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Attendee, EmailAddress, Registration, Enrolment, Message))


def answer_to_form(email: str) -> tuple[int, dict[str, str], int]:
    client = Client()
    client.get(FORM)
    answer = client.post(FORM, filled("Ana Ruiz", email, 1))
    return answer.status_code, dict(answer.headers), len(answer.content)


def test_looking_changes_nothing() -> None:
    register(create_session(), "Ana")
    before = rows()

    codes = [getattr(Client(), method)(link()).status_code for method in ("get", "head")]

    assert codes == [200, 200]
    assert (rows(), BlockedAddress.objects.count()) == (before, 0)
    assert Registration.objects.get().state == "confirmed"


def test_the_button_erases_who_is_nothing_else_to_us_and_passes_the_place_on() -> None:
    session = create_session(capacity=1)
    registration = register(session, "Ana", support_needed="a ramp")
    here = link()
    register(session, "Luis", NOW + timedelta(minutes=1))

    answer = Client().post(here)

    registration.refresh_from_db()
    assert answer.status_code == 200
    assert "It is taken back" in Client().post(here, headers={"accept-language": "en"}).content.decode()
    assert states(session) == {"": "cancelled", "Luis": "offered"}
    assert (registration.support_needed, registration.typed) == ("", {})
    assert registration.attendee.erased_at == NOW
    assert not Message.objects.filter(attendee=registration.attendee, state="queued").exists()
    assert [Client().get(here).status_code, Client().post(here).status_code] == [410, 410]


def test_of_who_is_known_otherwise_only_what_was_typed_goes() -> None:
    kept, typed = create_session(number=1), create_session(number=2)
    ana = register(kept, "Ana").attendee
    EmailAddress.objects.filter(attendee=ana).update(verified_at=NOW - DAY)
    register(typed, "Not Ana", NOW + timedelta(hours=1), email="ana@example.org", question="Rude?")

    Client().post(link())

    ana.refresh_from_db()
    assert (states(kept), states(typed), ana.erased_at) == ({"Ana": "confirmed"}, {"Ana": "cancelled"}, None)
    assert Registration.objects.get(session=typed).question == ""
    assert Registration.objects.get(session=typed).typed == {}
    assert Message.objects.filter(kind="cancellation", state="queued").count() == 1


def test_who_has_a_registration_of_another_day_is_not_erased() -> None:
    ana = register(create_session(number=1), "Ana").attendee
    register(create_session(number=2), "Ana", NOW + timedelta(hours=1))

    Client().post(link())

    ana.refresh_from_db()
    assert (ana.erased_at, ana.registrations.live().get().session.number) == (None, 1)


def test_a_mail_about_several_sessions_and_the_whole_series_takes_back_all_of_it() -> None:
    sessions = [create_session(number=number) for number in (1, 2)]
    ana = create_attendee("Ana")
    EmailAddress.objects.update(verified_at=NOW - DAY)
    register_for(sessions, "Ana", whole_series=True)

    Client().post(link())

    assert [states(session) for session in sessions] == [{"Ana": "cancelled"}] * 2
    assert Enrolment.objects.get().left_at == NOW
    ana.refresh_from_db()
    assert ana.full_name == "Ana"


def test_an_enrolment_without_a_session_is_taken_back_too() -> None:
    register_for([], "Ana", series=create_series(), whole_series=True)

    Client().post(link())

    assert (Attendee.objects.get().full_name, Enrolment.objects.get().left_at) == ("", NOW)


def test_for_thirty_days_the_form_answers_as_ever_and_writes_nothing() -> None:
    session = create_session()
    register(session, "Ana", email="ana@example.org")
    Client().post(link())
    before = rows()

    blocked, free = answer_to_form("  ANA@Example.org"), answer_to_form("eva@example.org")

    assert blocked == free
    assert rows() == (before[0] + 1, before[1] + 1, before[2] + 1, before[3], before[4] + 1)
    assert not EmailAddress.objects.filter(normalised="ana@example.org").exists()
    assert "ana" not in "".join(BlockedAddress.objects.values_list("digest", flat=True))


def test_a_session_that_closed_is_told_to_a_blocked_address_as_to_any_other() -> None:
    session = create_session(state="closed")
    blocking.block(addresses=["ana@example.org"], now=NOW)

    assert [answer_to_form(f"{name}@example.org")[0] for name in ("ana", "eva")] == [422, 422]
    assert states(session) == {}


def test_after_thirty_days_it_works_again() -> None:
    session = create_session(starts_at=NOW + 60 * DAY)
    blocking.block(addresses=["ana@example.org"], now=NOW)

    for days, people in ((30 * DAY - timedelta(seconds=1), 0), (30 * DAY, 1)):
        with time_machine.travel(NOW + days, tick=False):
            answer_to_form("ana@example.org")
        assert len(states(session)) == people


def test_a_second_press_and_a_copy_of_the_mail_lengthen_nothing_else() -> None:
    blocking.block(addresses=["ana@example.org", "ANA@example.org"], now=NOW)
    blocking.block(addresses=["ana@example.org"], now=NOW + DAY)

    assert BlockedAddress.objects.get().until == NOW + 31 * DAY


def test_links_of_who_was_erased_open_nothing() -> None:
    registration = register(create_session(), "Ana")
    attendee, session = registration.attendee, registration.session
    here = [
        links.manage(registration),
        links.join(registration),
        links.cancel(registration),
        links.stop(attendee),
        links.stop_announcements(attendee, session.series),
        links.one_tap(attendee, session),
        links.calendar(attendee),
    ]
    assert {Client().get(address).status_code for address in here} == {200}

    Client().post(link())

    assert {Client().get(address).status_code for address in here} == {404}


def test_a_link_to_no_mail_of_ours_is_nothing() -> None:
    from iatp_events.lib import signing

    assert Client().get(reverse("links:not_me", args=[signing.token("not_me", 1)])).status_code == 404


def test_a_second_press_leaves_alone_what_the_person_did_since() -> None:
    """They prove their address and register themselves; then the old mail is opened once more, or a copy of it."""
    session = create_session()
    ana = create_attendee("Ana")
    EmailAddress.objects.update(verified_at=NOW - DAY)
    register(session, "Not Ana", email="ana@example.org")
    here, message = link(), Message.objects.get()
    Client().post(here)
    places.register_known(attendee=ana, session=session, now=NOW + timedelta(hours=1))
    before = list(Registration.objects.values()), list(BlockedAddress.objects.values())
    copy = Message.objects.create(
        **{field.attname: getattr(message, field.attname) for field in Message._meta.concrete_fields}
        | {"id": uuid4(), "key": f"{message.key}{AGAIN}1"}
    )

    with time_machine.travel(NOW + 2 * DAY, tick=False):
        answers = [Client().post(address) for address in (here, links.not_me(copy))]
        page = Client().get(here, headers={"accept-language": "en"})

    assert [answer.status_code for answer in answers] == [410, 410]
    assert (page.status_code, "<button" in page.content.decode()) == (410, False)
    assert (list(Registration.objects.values()), list(BlockedAddress.objects.values())) == before
    assert states(session) == {"Ana": "confirmed"}


def test_two_presses_at_once_take_back_once() -> None:
    """Both saw the button; the second comes behind the lock."""
    ana = create_attendee("Ana")
    EmailAddress.objects.update(verified_at=NOW - DAY)
    held = register(create_session(), "Not Ana", email="ana@example.org")
    message = Message.objects.get(attendee=ana)

    for minutes in (0, 1):
        erasure.disown(message=message, now=NOW + timedelta(minutes=minutes))

    held.refresh_from_db()
    assert held.link_version == 2
    assert BlockedAddress.objects.get().until == NOW + 30 * DAY
