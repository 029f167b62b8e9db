"""The person behind a form: found by address, made once, and what they agreed to."""

import pytest

from registrations.choices import Source
from registrations.models import Attendee, Consent, EmailAddress
from registrations.services import people
from tests.factories import NOW, create_attendee, create_series

pytestmark = pytest.mark.django_db


def person(**fields: str) -> people.Person:
    defaults = {"full_name": "Ana", "email": "ana@example.org", "country": "CO", "timezone": "America/Bogota"}
    return people.Person(**(defaults | fields))


def test_a_new_person_is_written_down_as_they_say():
    said = {"organisation": "Clúster", "position": "Directora", "initiative": "Cacao", "sector": "agrifood"}

    typed = person(email=" Ana@Example.org ", gender="woman", **said)
    people.find_or_create(person=typed, source=Source.STAFF, now=NOW)

    attendee = Attendee.objects.get()
    assert {name: getattr(attendee, name) for name in said} == said
    assert (attendee.gender, attendee.created_at) == ("woman", NOW)
    address = EmailAddress.objects.get()
    assert (address.address, address.normalised, address.source) == ("Ana@Example.org", "ana@example.org", "staff")


def test_a_known_address_finds_its_person_however_it_is_typed():
    known = create_attendee("Ana", email="Ana@Example.org")

    assert people.find_or_create(person=person(email="ANA@example.ORG"), source=Source.FORM, now=NOW) == (known, False)


def test_who_lost_the_race_for_an_address_gets_the_winners_person(monkeypatch):
    winner = create_attendee("Ana")
    answers = [None, winner]
    monkeypatch.setattr(people, "_locked_owner", lambda normalised: answers.pop(0))

    assert people.find_or_create(person=person(), source=Source.FORM, now=NOW) == (winner, False)
    assert Attendee.objects.count() == 1


@pytest.mark.parametrize(
    ("announcements", "kinds"), [(False, ["code_of_conduct"]), (True, ["announcements", "code_of_conduct"])]
)
def test_agreeing_to_announcements_is_a_choice_of_its_own(announcements, kinds):
    people.consent(attendee=create_attendee(), series=create_series(), announcements=announcements, now=NOW)

    assert list(Consent.objects.order_by("kind").values_list("kind", flat=True)) == kinds


def test_a_consent_names_the_text_it_was_given_to_and_is_kept_once():
    attendee, series = create_attendee(), create_series(code_of_conduct={"en": "Be kind."})
    for text in ("Be kind.", "Be kind.", "Be kinder."):
        series.code_of_conduct = text
        people.consent(attendee=attendee, series=series, announcements=False, now=NOW)

    assert len(set(Consent.objects.values_list("version", flat=True))) == Consent.objects.count() == 2
