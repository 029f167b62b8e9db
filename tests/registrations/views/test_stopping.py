"""Mails one has had enough of: one click from the mail program, or a page to choose."""

import pytest
from django.test import Client

from iatp_events.lib import signing
from registrations import links
from registrations.models import Attendee, Consent
from registrations.services import people
from tests.factories import NOW, create_attendee, create_series, create_session, register
from tests.servers.forms import shown

pytestmark = pytest.mark.django_db


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def text(response) -> str:
    return str(response.content.decode())


def test_reminders_stop_by_one_click_without_cookie_or_token_and_begin_again(client):
    attendee = register(create_session()).attendee
    address = path(links.stop(attendee))
    client.get(address)
    assert Attendee.objects.get().reminders_stopped_at is None

    answer = client.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, Attendee.objects.get().reminders_stopped_at) == (200, NOW)

    client.post(address, {"save": "1", "reminders": "send"})
    assert Attendee.objects.get().reminders_stopped_at is None


def test_looking_at_the_stop_page_takes_reminders_neither_away_nor_up_again(client):
    attendee = register(create_session()).attendee
    attendee.stop_reminders(at=NOW)

    client.get(path(links.stop(attendee)) + "?again=1")

    assert Attendee.objects.get().reminders_stopped_at == NOW


def announced(attendee, series) -> bool | None:
    """Whether they take announcements; None while they said nothing."""
    return next(choice.wanted for choice in people.choices_of(attendee, also=series.pk) if choice.series == series)


def test_one_click_stops_the_list_that_the_link_belongs_to(client):
    session = create_session()
    attendee = register(session, announcements=True).attendee
    address = path(links.stop_announcements(attendee, session.series))
    client.get(address)
    client.head(address)
    assert announced(attendee, session.series) is True

    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert (announced(attendee, session.series), Attendee.objects.get().reminders_stopped_at) == (False, None)
    assert Consent.objects.get(kind="announcements").withdrawn_at == NOW


def test_one_click_stops_reminders_and_leaves_announcements(client):
    session = create_session()
    attendee = register(session, announcements=True).attendee

    client.post(path(links.stop(attendee)), {"List-Unsubscribe": "One-Click"})

    assert (announced(attendee, session.series), Attendee.objects.get().reminders_stopped_at) == (True, NOW)


def test_a_press_without_a_body_stops_the_list_too(client):
    session = create_session()
    attendee = register(session).attendee

    client.post(path(links.stop_announcements(attendee, session.series)))

    assert people.has_stopped_announcements(attendee, session.series)


def test_one_click_stops_the_announcements_of_one_series_only(client):
    first, second = create_series("first"), create_series("second")
    attendee = create_attendee()
    for series in (first, second):
        people.take_announcements(attendee=attendee, series=series, now=NOW)

    client.post(path(links.stop_announcements(attendee, first)), {"List-Unsubscribe": "One-Click"})

    assert (announced(attendee, first), announced(attendee, second)) == (False, True)


@pytest.mark.parametrize("link", ["reminders", "announcements"])
@pytest.mark.parametrize(
    ("pressed", "outcome"),
    [
        ({"save": "1", "reminders": "stop", "announcements-community-in-practice": "send"}, (NOW, True)),
        ({"save": "1", "reminders": "send", "announcements-community-in-practice": "stop"}, (None, False)),
        ({"save": "1", "reminders": "send"}, (None, None)),
        ({"save": "1", "reminders": "nonsense", "announcements-other": "stop"}, (None, None)),
        ({"everything": "1", "reminders": "send"}, (NOW, False)),
    ],
)
def test_either_link_opens_the_page_to_choose(client, link, pressed, outcome):
    session = create_session()
    attendee = register(session).attendee
    create_series("other")
    address = links.stop(attendee) if link == "reminders" else links.stop_announcements(attendee, session.series)

    answer = client.post(path(address), pressed)

    chosen = Attendee.objects.get().reminders_stopped_at, announced(attendee, session.series)
    assert (answer.status_code, chosen) == (200, outcome)
    assert Consent.objects.exclude(series=session.series).count() == 0


def test_the_page_says_in_words_how_it_stands(client):
    session = create_session()
    attendee = register(session, language="en").attendee
    address = path(links.stop(attendee))

    unsaid = shown(text(client.get(address)))
    client.post(address, {"everything": "1"})
    page = text(client.get(address))

    assert unsaid == {"reminders": ["send"]}
    assert shown(page) == {"reminders": ["stop"], "announcements-community-in-practice": ["stop"]}
    assert "You get no reminders." in page
    assert "You get no announcements and no news." in page


def test_the_page_names_nothing_of_its_reader(client):
    attendee = register(create_session(), "Ana Ruiz").attendee

    page = text(client.get(path(links.stop(attendee))))

    assert "Ana" not in page
    assert "example.org" not in page.replace("help@example.org", "")


def test_a_link_for_a_series_or_a_person_that_is_gone_opens_nothing(client):
    attendee = create_attendee()

    tokens = [signing.token("stop", attendee.pk + 1), signing.token("stop", attendee.pk + 1, 1)]

    assert [client.post(f"/u/{token}/").status_code for token in tokens] == [404, 404]
