"""Caps that staff set on a session: at most so many people of one initiative, and of one country."""

from datetime import timedelta

import pytest

from iatp_events.lib import zones
from registrations.models import Attendee, Message, Registration
from registrations.services import caps, places, upkeep
from registrations.services.people import Person
from tests.factories import NOW, address_of, create_attendee, create_series, create_session, register, states
from workshops.models import Series, Session

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def typed(name: str, initiative: str = "", country: str = "CO") -> Person:
    zone = zones.of_country(country)
    return Person(full_name=name, email=address_of(name), country=country, timezone=zone, initiative=initiative)


def send(name: str, *sessions: Session, initiative: str = "", country: str = "CO", whole_series: bool = False) -> None:
    places.register(
        series=Series.objects.get(),
        sessions=sessions,
        whole_series=whole_series,
        person=typed(name, initiative, country),
        answers=places.Answers(),
        now=NOW,
    )


def refused(name: str, *sessions: Session, **said) -> list[tuple[int, str, int]]:
    with pytest.raises(caps.CapReached) as refusal:
        send(name, *sessions, **said)
    return [(full.number, full.by, full.most) for full in refusal.value.full]


def test_one_more_of_an_initiative_is_refused_however_it_is_written():
    session = create_session(most_per_initiative=2)
    send("Ana", session, initiative="Clúster Bogotá")
    send("Luis", session, initiative="cluster  bogota")

    assert refused("Eva", session, initiative="CLUSTER BOGOTÁ") == [(1, "initiative", 2)]

    assert states(session) == {"Ana": "confirmed", "Luis": "confirmed"}
    assert not Attendee.objects.filter(full_name="Eva").exists()


def test_one_more_of_a_country_is_refused_and_other_countries_are_not():
    session = create_session(most_per_country=1)
    send("Ana", session, country="CO")

    assert refused("Luis", session, country="CO") == [(1, "country", 1)]
    send("Eva", session, country="CL")

    assert states(session) == {"Ana": "confirmed", "Eva": "confirmed"}


def test_who_names_no_initiative_counts_under_none():
    session = create_session(most_per_initiative=1)

    for name in ("Ana", "Luis"):
        send(name, session)

    assert len(states(session)) == 2


def test_who_waits_counts_and_who_gave_the_place_back_does_not():
    session = create_session(most_per_country=2, capacity=1)
    for name in ("Ana", "Luis"):
        send(name, session)
    assert refused("Eva", session) == [(1, "country", 2)]

    places.cancel(registration=Registration.objects.get(attendee__full_name="Luis"), now=NOW)
    send("Eva", session)

    assert states(session) == {"Ana": "confirmed", "Luis": "cancelled", "Eva": "waitlisted"}


def test_a_cap_at_one_of_several_sessions_registers_for_none_and_names_it():
    free, capped = create_session(number=1), create_session(number=2, most_per_country=1)
    send("Ana", capped)

    assert refused("Luis", free, capped) == [(2, "country", 1)]
    assert refused("Luis", whole_series=True) == [(2, "country", 1)]

    assert (states(free), Message.objects.filter(attendee__full_name="Luis").count()) == ({}, 0)


def test_a_lower_cap_sends_nobody_away():
    session = create_session()
    for name in ("Ana", "Luis"):
        send(name, session)
    Session.objects.update(most_per_country=1)

    assert refused("Eva", session) == [(1, "country", 1)]
    assert states(session) == {"Ana": "confirmed", "Luis": "confirmed"}


def test_the_answer_hangs_on_what_was_typed_whoever_the_address_belongs_to():
    session = create_session(most_per_initiative=1)
    send("Ana", session, initiative="Norte")
    create_attendee("Luis", initiative="Norte")
    create_attendee("Eva", initiative="Sur")

    # Registered already, known under another initiative, and unknown: one answer.
    for name in ("Ana", "Eva", "Mara"):
        assert refused(name, session, initiative="norte") == [(1, "initiative", 1)]
    send("Luis", session, initiative="Sur")

    assert refused("Eva", session, initiative="Sur") == [(1, "initiative", 1)]
    said = Registration.objects.get(attendee__full_name="Luis").initiative
    assert (said, Attendee.objects.get(full_name="Luis").initiative) == ("Sur", "Norte")


def test_a_person_we_know_meets_the_cap_by_one_tap():
    session = create_session(most_per_initiative=1)
    send("Ana", session, initiative="Norte")
    luis = create_attendee("Luis", initiative="NORTE")

    with pytest.raises(caps.CapReached):
        places.register_known(attendee=luis, session=session, now=NOW)

    assert states(session) == {"Ana": "confirmed"}


def test_undoing_a_cancellation_does_not_exceed_a_cap():
    session = create_session(most_per_country=1)
    ana = register(session, "Ana")
    places.cancel(registration=ana, now=NOW)
    register(session, "Luis", NOW + MINUTE)

    with pytest.raises(caps.CapReached):
        places.undo_cancellation(registration=ana, now=NOW + 2 * MINUTE)

    assert states(session) == {"Ana": "cancelled", "Luis": "confirmed"}


def test_the_whole_series_leaves_out_who_no_longer_fits_and_takes_those_behind(monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 1)
    create_series()
    for name, country in (("Ana", "CO"), ("Luis", "CO"), ("Eva", "CL")):
        send(name, country=country, whole_series=True)
    session = create_session(most_per_country=1)

    registered = upkeep.register_enrolled(now=NOW)

    assert (registered, states(session)) == (2, {"Ana": "confirmed", "Eva": "confirmed"})
    Session.objects.update(most_per_country=2)
    assert upkeep.register_enrolled(now=NOW) == 1
    assert states(session)["Luis"] == "confirmed"


def test_coming_back_to_the_whole_series_is_refused_where_a_session_takes_nobody_more():
    free, capped = create_session(number=1), create_session(number=2, most_per_country=1)
    send("Ana", capped)
    luis = create_attendee("Luis")

    with pytest.raises(caps.CapReached):
        places.enrol(attendee=luis, series=free.series, now=NOW)

    assert (states(free), luis.enrolments.count()) == ({}, 0)


def test_sessions_without_a_cap_ask_nothing(django_assert_num_queries):
    session = create_session()

    with django_assert_num_queries(0):
        caps.Room([session]).require([session], initiative="Norte", country="CO")
