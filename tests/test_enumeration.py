"""Whatever is asked in somebody's name, the answer never tells whether we know them: byte for byte, headers as well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from iatp_events.lib import alarm, signing
from registrations import links
from registrations.models import Attendee, Message
from registrations.services import blocking, erasure, places, sign_in
from tests.factories import NOW, create_attendee, create_session, register
from tests.servers.forms import filled

pytestmark = pytest.mark.django_db
FORM = "/en/series/community-in-practice/register/"
ONE_CLICK = "List-Unsubscribe=One-Click"
Answer = tuple[int, list[tuple[str, str]], bytes]


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


def told(response: Any) -> Answer:
    return response.status_code, sorted(response.headers.items()), response.content


def town() -> dict[str, str]:
    """Addresses of people who stand in every way to one session."""
    session = create_session(capacity=2)
    for name in ("Registered", "Cancelled", "Waiting", "Erased"):
        register(session, name)
    for name in ("Cancelled", "Erased"):
        places.cancel(registration=session.registrations.get(attendee__full_name=name), now=NOW)
    erasure.erase(attendee=Attendee.objects.get(full_name="Erased"), now=NOW)
    create_attendee("Elsewhere")
    blocking.block(addresses=["blocked@example.org"], now=NOW)
    people = ("registered", "cancelled", "waiting", "erased", "elsewhere", "blocked", "unknown")
    return {name: f"{name}@example.org" for name in people}


@pytest.mark.parametrize("times", [1, 2])
def test_the_form_sent_again_answers_everybody_alike(times: int) -> None:
    """It is how people ask for their link once more."""
    addresses = town()
    answers = {}

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        for who, address in addresses.items():
            for _time in range(times):
                answers[who] = told(Client().post(FORM, filled("Somebody", address, 1)))

    assert {who: answer for who, answer in answers.items() if answer != answers["unknown"]} == {}
    assert answers["unknown"][0] == 302
    # Not because nothing happened: who was registered got their link again.
    assert Message.objects.filter(kind="already_registered", attendee__full_name="Registered").count() == 1


@pytest.mark.parametrize("times", [1, 2])
def test_a_mail_to_sign_in_asked_for_again_answers_everybody_alike(times: int) -> None:
    addresses = town()
    answers = {}

    for who, address in addresses.items():
        for _time in range(times):
            client = Client()
            asked = client.post("/en/sign-in/", {"email": address})
            cookies = {name: len(cookie.value) for name, cookie in client.cookies.items()}
            answers[who] = (told(asked), cookies)

    assert {who: answer for who, answer in answers.items() if answer != answers["unknown"]} == {}
    assert answers["unknown"][0][0] == 302
    sign_in.queue_due(now=NOW)
    assert Message.objects.filter(kind="sign_in", attendee__full_name="Registered").exists()


PRESSES: dict[str, Callable[[str], Any]] = {
    "look": lambda path: Client().get(path),
    "probe": lambda path: Client().head(path),
    "one click": lambda path: Client().post(path, ONE_CLICK, content_type="application/x-www-form-urlencoded"),
    "bare press": lambda path: Client().post(path),
    "everything": lambda path: Client().post(path, {"everything": "1"}),
    "send me reminders": lambda path: Client().post(path, {"save": "1", "reminders": "send"}),
}


@pytest.mark.parametrize("press", PRESSES)
def test_a_stop_link_of_nobody_is_answered_like_nonsense(press: str) -> None:
    """Of who was erased, of who never was, of another purpose, altered: the same bytes."""
    town()
    erased, known = (Attendee.objects.filter(full_name=name).latest("pk") for name in ("", "Registered"))
    series, nobody = known.registrations.get().session.series, Attendee.objects.latest("pk").pk + 1
    tokens = {
        "erased": signing.token(links.STOP, erased.pk),
        "erased, of a series": signing.token(links.STOP, erased.pk, series.pk),
        "never was": signing.token(links.STOP, nobody),
        "never was, of a series": signing.token(links.STOP, nobody, series.pk),
        "another purpose": signing.token(links.CALENDAR, known.pk),
        "altered": f"{known.pk + 1}.{links.stop(known).rstrip('/').rpartition('.')[2]}",
    }
    nonsense = told(PRESSES[press]("/u/nonsense/"))

    answers = {name: told(PRESSES[press](f"/u/{token}/")) for name, token in tokens.items()}

    assert nonsense[0] == 404
    assert {name: answer for name, answer in answers.items() if answer != nonsense} == {}


@pytest.mark.parametrize("press", ["one click", "bare press", "everything"])
def test_a_press_on_a_stop_link_does_not_tell_how_it_stood_before(press: str) -> None:
    session = create_session()
    people = {name: register(session, name).attendee for name in ("Listening", "Stopped")}
    people["Stopped"].stop_reminders(at=NOW)

    answers = [told(PRESSES[press](links.stop(attendee))) for attendee in people.values()]

    assert answers[0][0] == 200
    assert answers[0] == answers[1]
