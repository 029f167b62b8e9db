"""The person behind a form: found by address, made once, and what they agreed to."""

import pytest

from registrations.choices import Source
from registrations.models import Attendee, Consent, EmailAddress, Registration
from registrations.services import people, places
from tests.factories import NOW, create_attendee, create_series, create_session, register

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


def test_whoever_loses_the_race_by_a_form_is_registered_as_the_person_who_is_there(monkeypatch):
    winner, session = create_attendee("Ana"), create_session()
    answers = [None, winner]
    monkeypatch.setattr(people, "_locked_owner", lambda normalised: answers.pop(0))
    wish = {"series": session.series, "sessions": [session], "whole_series": False, "answers": places.Answers()}

    made = places.register(person=person(), now=NOW, **wish)

    assert [registration.attendee for registration in made] == [winner]
    assert (Attendee.objects.count(), Registration.objects.count(), session.places.get().taken) == (1, 1, 1)


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


def said() -> list[tuple[bool, bool]]:
    """(withdrawn, of today's version) of every consent to announcements, the oldest first."""
    rows = Consent.objects.filter(kind="announcements").order_by("pk")
    return [(row.withdrawn_at is not None, row.version == rows.last().version) for row in rows]


def test_stopping_announcements_takes_every_version_of_the_consent_back():
    attendee, series = create_attendee(), create_series()
    for text in ("Be kind.", "Be kinder."):
        series.code_of_conduct = text
        people.consent(attendee=attendee, series=series, announcements=True, now=NOW)

    people.stop_announcements(attendee=attendee, series=series, now=NOW)

    assert said() == [(True, False), (True, True)]
    assert people.has_stopped_announcements(attendee, series)
    assert Consent.objects.filter(kind="code_of_conduct", withdrawn_at=None).count() == 2


def test_a_stop_is_remembered_of_who_never_asked_for_announcements():
    attendee, series, other = create_attendee(), create_series(), create_series("other")
    before = people.has_stopped_announcements(attendee, series)

    for _ in range(2):
        people.stop_announcements(attendee=attendee, series=series, now=NOW)

    assert (before, people.has_stopped_announcements(attendee, series)) == (False, True)
    assert not people.has_stopped_announcements(attendee, other)
    assert said() == [(True, True)]


def test_taking_announcements_again_is_a_new_consent_to_the_text_of_today():
    attendee, series = create_attendee(), create_series(code_of_conduct={"en": "Be kind."})
    people.stop_announcements(attendee=attendee, series=series, now=NOW)
    series.code_of_conduct = "Be kinder."

    for _ in range(2):
        people.take_announcements(attendee=attendee, series=series, now=NOW)

    assert said() == [(True, False), (False, True)]
    assert not people.has_stopped_announcements(attendee, series)


def test_who_stopped_is_found_by_the_question_that_bulletins_ask():
    session = create_session()
    ana, luis = (register(session, name, announcements=True) for name in ("Ana", "Luis"))
    people.stop_announcements(attendee=luis.attendee, series=session.series, now=NOW)

    stopped = Attendee.objects.stopped_announcements(session.series.pk)

    assert list(stopped) == [luis.attendee]
    assert not people.has_stopped_announcements(ana.attendee, session.series)


def test_the_choices_name_each_series_that_knows_a_person():
    first, second, third = (create_series(slug) for slug in ("first", "second", "third"))
    create_series("unknown")
    attendee = register(create_session(first)).attendee
    people.take_announcements(attendee=attendee, series=second, now=NOW)
    people.stop_announcements(attendee=attendee, series=third, now=NOW)

    choices = people.choices_of(attendee)
    asked = people.choices_of(create_attendee("Luis"), also=first.pk)

    assert {choice.series: choice.wanted for choice in choices} == {first: None, second: True, third: False}
    assert [(choice.series, choice.wanted) for choice in asked] == [(first, None)]
    assert people.choices_of(attendee, also=first.pk)[0].series == first
