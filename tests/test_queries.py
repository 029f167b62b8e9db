"""Pages cost the same with one row and with many, and a public page is the same bytes for everyone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations import links
from registrations.models import Registration
from registrations.services import places
from tests.factories import NOW, create_series, create_session, create_speaker, register, seat
from workshops.models import Speaker

pytestmark = pytest.mark.django_db
SLUG = "community-in-practice"

# Queries of a GET, without the one that asks the database for the time. A page that needs one more says so here.
COUNTS = {
    "home": 5,
    "series": 5,
    "session": 3,
    "speaker": 4,
    "register": 3,
    "registered": 2,
    "initiatives": 0,
    "registration": 1,
    "join": 1,
    "cancel": 2,
    "cancelled registration": 4,
    "one tap": 5,
    "panel": 1,
    "stop": 3,
    "series feed": 2,
    "session feed": 1,
    "personal feed": 2,
}
PUBLIC = ("home", "series", "session", "speaker", "registered", "initiatives", "series feed", "session feed")


def furnish(rows: int) -> dict[str, str]:
    """A series with so many sessions, seats on each panel and registrations of one person; return its addresses."""
    create_series()
    for number in range(1, rows + 1):
        session = create_session(number=number, mode="hybrid", capacity=50)
        for name in ("Rosa Vega", "Tomás Díaz", "Inés Paz")[:rows]:
            speaker = Speaker.objects.filter(name=name).first() or create_speaker(name, country="CL")
            seat(speaker, session, topic={"en": f"What {name} brings"})
        register(session, "Ana Ruiz")
    registration = Registration.objects.order_by("pk")[0]
    cancelled = register(registration.session, "Eva Paz")
    places.cancel(registration=cancelled, now=NOW)
    return addresses(registration, cancelled)


def addresses(registration: Registration, cancelled: Registration) -> dict[str, str]:
    def path(address: str) -> str:
        return address.removeprefix("http://localhost:8000")

    return {
        "home": "/en/",
        "series": f"/en/series/{SLUG}/",
        "session": f"/en/series/{SLUG}/1/",
        "speaker": "/en/speakers/rosa-vega/",
        "register": f"/en/series/{SLUG}/register/?session=1",
        "registered": f"/en/series/{SLUG}/registered/",
        "initiatives": "/en/initiatives/?q=a",
        "registration": path(links.manage(registration)),
        "join": path(links.join(registration)),
        "cancel": path(links.cancel(registration)),
        "cancelled registration": path(links.manage(cancelled)),
        "one tap": path(links.one_tap(registration.attendee, registration.session)),
        "panel": path(links.panel(Speaker.objects.order_by("pk")[0], registration.session)),
        "stop": path(links.stop(registration.attendee)),
        "series feed": reverse("feeds:series", args=(SLUG,)),
        "session feed": reverse("feeds:session", args=(SLUG, 1)),
        "personal feed": path(links.calendar(registration.attendee)),
    }


def queries(get: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        get()
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", COUNTS)
def test_a_page_costs_the_same_with_one_row_and_with_three(name: str, rows: int) -> None:
    address = furnish(rows)[name]
    client = Client()
    client.get(address)

    asked = queries(lambda: client.get(address))

    assert len(asked) == COUNTS[name], "\n".join(asked)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_page_is_the_same_bytes_for_everyone_and_sets_no_cookie(name: str) -> None:
    address = furnish(2)[name]
    stranger, known = Client(), Client(headers={"user-agent": "Known", "accept-language": "fr"})
    known.force_login(User.objects.create_superuser("staff", password="not asked for here"))
    known.cookies["csrftoken"], known.cookies["theme"] = "a" * 32, "dark"

    first, second = stranger.get(address), known.get(address)

    assert (first.status_code, first.content) == (200, second.content)
    assert (first.cookies.output(), second.cookies.output()) == ("", "")
    assert "Cookie" not in first.get("Vary", "")
    assert first.get("Vary") == second.get("Vary")
