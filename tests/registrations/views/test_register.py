"""The register page and the one after it: what they show to whom, and what a moment's delay may change."""

import pytest
from django.urls import reverse_lazy

from registrations.models import Initiative, Registration
from registrations.services import places
from tests.factories import create_series, create_session
from tests.servers.forms import filled
from workshops.models import Series

pytestmark = pytest.mark.django_db
FORM = "/en/series/community-in-practice/register/"
AFTER = reverse_lazy("registrations:registered", args=["community-in-practice"])


def test_a_session_that_closed_while_the_form_was_on_its_way_is_told(client, monkeypatch):
    create_session()

    def closed(**_: object) -> None:
        raise places.RegistrationClosed([1])

    monkeypatch.setattr(places, "register", closed)

    answer = client.post(FORM, filled("Ana Ruiz", "ana@example.org", 1))

    assert answer.status_code == 422
    assert "Registration closed a moment ago" in answer.content.decode()


def test_one_address_is_asked_to_wait_however_it_is_typed_and_a_double_press_is_not(client, settings):
    settings.RATE_LIMITS = {"registrations_per_address": 99, "registrations_per_email": 1}
    create_session()
    forms = [("Ana Ruiz", "ana@example.org"), ("Ana Ruiz", "ana@example.org"), ("Ana R.", "ANA@example.org")]

    codes = [client.post(FORM, filled(name, email, 1)).status_code for name, email in forms]

    assert (codes, Registration.objects.count()) == ([302, 302, 429], 1)


def test_a_series_that_is_not_published_has_no_pages(client):
    create_session()
    Series.objects.update(published=False)

    assert [client.get(str(address)).status_code for address in (FORM, AFTER)] == [404, 404]


def test_the_page_after_the_form_speaks_of_what_is_still_open(client):
    series = create_series()
    create_session(series, number=1)
    create_session(series, number=2, state="closed")

    page = client.get(str(AFTER)).content.decode()

    assert ["question 1?" in page, "question 2?" in page] == [True, False]


def test_the_form_suggests_initiatives_without_a_script_and_takes_any_spelling(client):
    create_session()
    Initiative.objects.create(name="Clúster <b>", country="CO", suggest="always")
    Initiative.objects.create(name="Named by one", country="CO")

    page = client.get(FORM).content.decode()
    client.post(FORM, filled("Ana Ruiz", "ana@example.org", 1, initiative="CLUSTER  <b>"))

    assert 'list="initiatives"' in page
    assert '<option value="Clúster &lt;b&gt;" label="cluster &lt;b&gt;"></datalist>' in page
    registration = Registration.objects.select_related("attendee__coordinates").get()
    assert (registration.initiative, registration.attendee.coordinates.name) == ("CLUSTER  <b>", "Clúster <b>")
