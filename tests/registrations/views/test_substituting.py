"""Pass a place to a colleague: the link, the form it opens, and everything that may be wrong with either."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from registrations import links
from registrations.models import Message, Registration
from registrations.services import places
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, register, states
from tests.registrations.views.mine import text
from tests.servers.forms import filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def path(registration: Registration) -> str:
    return links.substitute(registration).removeprefix("http://localhost:8000")


def typed(name: str = "Eva Soto", email: str = "eva@example.org", **changes) -> dict[str, object]:
    return {field: value for field, value in filled(name, email, **changes).items() if field != "sessions"}


def test_the_page_of_a_registration_leads_to_the_link_and_the_link_to_the_form() -> None:
    ana = register(create_session(), "Ana Ruiz")

    page = text(Client().get(f"/r/{links.token(ana)}/?lang=en"))
    passing = text(Client().get(f"/r/{links.token(ana)}/pass-on/?lang=en"))
    form = text(Client().get(f"{path(ana)}?lang=en"))

    assert f"/r/{links.token(ana)}/pass-on/" in page
    assert path(ana) in passing
    assert "https://wa.me/?text=" in passing
    assert "Ana Ruiz passes you the place" in form


def test_a_good_form_moves_the_place_and_answers_as_registering_does() -> None:
    ana = register(create_session(), "Ana")

    answer = Client(headers={"accept-language": "en"}).post(path(ana), typed())

    assert (answer.status_code, answer["Location"].split("/", 2)[2]) == (
        302,
        "series/community-in-practice/registered/",
    )
    assert answer["Location"].startswith("/es/")
    assert states(ana.session) == {"Ana": "cancelled", "Eva Soto": "confirmed"}
    assert Client().get(path(ana)).status_code == 410


def test_a_bad_form_keeps_what_was_typed() -> None:
    ana = register(create_session(), "Ana")

    answer = Client().post(path(ana), typed(code_of_conduct=None, full_name="<b>Eva</b>\nX", organisation="CAF"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert ('value="CAF"' in page, "<b>Eva" in page) == (True, False)
    assert states(ana.session) == {"Ana": "confirmed"}


def test_known_and_unknown_colleagues_get_the_same_answer() -> None:
    session = create_session()
    ana, luis = register(session, "Ana"), register(session, "Luis", email="luis@example.org")
    register(session, "Mara", email="mara@example.org")

    known, unknown = (
        Client().post(path(giver), typed(email=email))
        for giver, email in ((ana, "mara@example.org"), (luis, "nadie@example.org"))
    )

    assert known.status_code == unknown.status_code
    assert dict(known.headers) == dict(unknown.headers)
    assert known.content == unknown.content


@pytest.mark.parametrize("spoil", [lambda t: t[:-2], lambda t: t + t, lambda t: t[::-1], lambda t: "1-1-1." + t[-20:]])
def test_a_spoilt_link_opens_nothing(spoil) -> None:
    token = path(register(create_session(), "Ana")).split("/")[2]

    assert Client().get(f"/t/{spoil(token)}/").status_code == 404
    assert Client().post(f"/t/{spoil(token)}/", typed()).status_code == 404


def test_a_link_dies_with_the_place_it_was_made_for() -> None:
    ana = register(create_session(), "Ana")
    link = path(ana)
    places.cancel(registration=ana, now=NOW)
    gone = Client().get(link).status_code
    places.register_known(attendee=ana.attendee, session=ana.session, now=NOW + timedelta(minutes=20))

    assert (gone, Client().get(link).status_code, Client().post(link, typed()).status_code) == (410, 410, 410)
    assert states(ana.session) == {"Ana": "confirmed"}


def test_who_gave_the_place_away_may_register_anew_but_not_take_it_back() -> None:
    ana = register(create_session(), "Ana")
    Client().post(path(ana), typed())

    page = text(Client().get(f"/r/{links.token(ana)}/?lang=en"))

    assert "There are still places: if you can come after all, register again." in page
    assert "Take my place back" not in page


def test_who_holds_no_place_has_nothing_to_send() -> None:
    session = create_session(capacity=1)
    register(session, "Ana")
    luis = register(session, "Luis", now=NOW + timedelta(minutes=1))

    page = Client().get(f"/r/{links.token(luis)}/pass-on/")

    assert page.status_code == 409
    assert "/t/" not in page.content.decode()


def test_looking_changes_nothing_and_nothing_is_stored_or_named() -> None:
    ana = register(create_session(), "Ana")
    before = list(Registration.objects.values()), Message.objects.count()

    answers = [
        getattr(Client(), method)(address)
        for address in (path(ana), f"/r/{links.token(ana)}/pass-on/")
        for method in ("get", "head")
    ]

    assert (list(Registration.objects.values()), Message.objects.count()) == before
    assert {answer.status_code for answer in answers} == {200}
    assert {answer["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert all("no-store" in answer["Cache-Control"] for answer in answers)


def test_the_form_costs_the_same_for_one_and_for_many(django_assert_num_queries) -> None:
    session = create_session(capacity=50)
    ana = register(session, "Ana")
    for number in range(20):
        register(session, f"Persona {number}")

    with django_assert_num_queries(1):
        Client().get(path(ana))


def test_staff_see_whose_place_it_was_and_where_it_went() -> None:
    ana = register(create_session(), "Ana")
    Client().post(path(ana), typed())
    eva = Registration.objects.get(attendee__full_name="Eva Soto")
    client = staff_client("registrations.view_registration")

    taken, passed = (
        text(client.get(reverse("admin:registrations_registration_change", args=[row.pk]))) for row in (eva, ana)
    )

    assert re.search(r"[Tt]ook the place of.{0,300}Ana", taken)
    assert re.search(r"[Pp]lace went to.{0,300}Eva Soto", passed)
    assert User.objects.filter(is_staff=True).exists()


def test_a_colleague_from_a_country_that_has_enough_is_refused_in_words_and_one_from_the_same_is_not() -> None:
    session = create_session(most_per_country=1)
    ana, _luis = register(session, "Ana Ruiz", country="CO", language="en"), register(session, "Luis", country="PE")

    refused = Client().post(path(ana), typed(country="PE"))
    seen = states(session)
    Client().post(path(ana), typed(country="CO"))

    assert (refused.status_code, seen) == (422, {"Ana Ruiz": "confirmed", "Luis": "confirmed"})
    assert "Session 1 takes 1 person from each country" in text(refused)
    assert states(session) == {"Ana Ruiz": "cancelled", "Luis": "confirmed", "Eva Soto": "confirmed"}


def test_the_form_offers_the_language_of_its_page_and_says_in_it_what_is_wrong(settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"registrations_per_address": 0}
    ana = register(create_session(), "Ana", language="pt")
    spanish = Client(headers={"accept-language": "es"})

    pages = [spanish.get(path(ana)), spanish.post(path(ana), typed(full_name="")), spanish.post(path(ana), typed())]

    assert [page.status_code for page in pages] == [200, 422, 429]
    assert '<option value="pt" selected>' in pages[0].content.decode()
    assert "Esta informação é necessária." in pages[1].content.decode()
    with translation.override("pt"):
        said = gettext("Many forms arrived from your network just now. Send yours again in a minute.")
    assert said in pages[2].content.decode()
    assert not said.startswith("Many")
