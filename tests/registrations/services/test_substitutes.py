"""A place goes straight from one person to another: counts, lists, mails and the trail."""

from datetime import timedelta

import pytest

from registrations import emails
from registrations.models import Attendee, BlockedAddress, Consent, EmailAddress, Message, Registration
from registrations.services import blocking, erasure, people, places, reminders, substitutes
from tests.factories import NOW, address_of, create_attendee, create_session, register, states
from workshops.models import Places

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(hours=1)


def take(giver: Registration, name: str = "Eva Soto", *, now=SOON, round: int | None = None, **said) -> None:
    person = people.Person(
        full_name=name, email=address_of(name), country="PE", timezone="America/Lima", gender="woman", **said
    )
    substitutes.take_over(
        registration=giver, round=giver.round if round is None else round, person=person, announcements=False, now=now
    )


def kinds(registration: Registration) -> list[str]:
    return list(registration_of(registration).messages.order_by("created_at", "pk").values_list("kind", flat=True))


def registration_of(registration: Registration) -> Registration:
    return Registration.objects.get(pk=registration.pk)


def given(name: str, session) -> Registration:
    return Registration.objects.get(session=session, attendee__full_name=name)


def test_the_place_moves_and_nobody_who_waits_is_passed_over() -> None:
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    Registration.objects.filter(pk=ana.pk).update(initiative="Clúster Textil")
    ana.refresh_from_db()
    register(session, "Luis", now=NOW + timedelta(minutes=1))

    take(ana)

    eva = given("Eva Soto", session)
    assert states(session) == {"Ana": "cancelled", "Luis": "waitlisted", "Eva Soto": "confirmed"}
    assert Places.objects.get().taken == 1
    assert (eva.substitute_for, eva.initiative, eva.source) == (ana, "Clúster Textil", "substitute")
    assert eva.attendee.initiative == "Clúster Textil"
    assert Consent.objects.filter(attendee=eva.attendee, kind="code_of_conduct").exists()


def test_both_are_told_and_neither_mail_names_the_other() -> None:
    ana = register(create_session(), "Ana Ruiz")

    take(ana)

    eva = given("Eva Soto", ana.session)
    mails = [emails.compose(message).mail for message in Message.objects.filter(kind="handed_over")]
    assert (kinds(ana)[-1], kinds(eva)) == ("handed_over", ["confirmation"])
    assert ["Eva" in str(mail.body) for mail in mails] == [False]
    assert ["METHOD:CANCEL" in mail.message().as_string() for mail in mails] == [True]
    assert "Ana Ruiz" not in str(emails.compose(eva.messages.get()).mail.body)


def test_who_waited_leaves_the_list_with_the_place() -> None:
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    register(session, "Eva Soto", now=NOW + timedelta(minutes=1))

    take(ana)

    assert states(session) == {"Ana": "cancelled", "Eva Soto": "confirmed"}
    assert Places.objects.get().taken == 1


def test_a_colleague_who_has_a_place_takes_no_second_one() -> None:
    session = create_session(capacity=2)
    ana, eva = register(session, "Ana"), register(session, "Eva Soto")

    take(ana)
    take(ana, "Ana")

    assert states(session) == {"Ana": "confirmed", "Eva Soto": "confirmed"}
    assert Places.objects.get().taken == 2
    assert "handed_over" not in kinds(ana)
    assert registration_of(eva).substitute_for is None


def test_who_was_taken_off_does_not_come_in_by_a_colleague() -> None:
    session = create_session()
    ana, eva = register(session, "Ana"), register(session, "Eva Soto")
    Registration.objects.filter(pk=eva.pk).update(state="removed")

    take(ana)

    assert states(session) == {"Ana": "confirmed", "Eva Soto": "removed"}


def test_who_said_it_was_not_them_is_left_alone_unseen() -> None:
    ana = register(create_session(), "Ana")
    blocking.block(addresses=[address_of("Eva Soto")], now=NOW)

    take(ana)

    assert registration_of(ana).state == "confirmed"
    assert not EmailAddress.objects.filter(normalised=address_of("Eva Soto")).exists()
    assert BlockedAddress.objects.exists()


def test_a_form_changes_nothing_of_a_person_we_know() -> None:
    ana = register(create_session(), "Ana")
    create_attendee("Eva Soto", "CO", organisation="CAF", initiative="Another one")

    take(ana, organisation="Another")

    eva = Attendee.objects.get(full_name="Eva Soto")
    assert (eva.country.code, eva.organisation, eva.gender) == ("CO", "CAF", "")
    taken = given("Eva Soto", ana.session)
    assert (taken.typed["organisation"], taken.initiative) == ("Another", ana.initiative)


@pytest.mark.parametrize("what", ["cancelled", "waiting", "begun", "called off", "an older round"])
def test_nothing_moves_once_there_is_nothing_to_pass_on(what: str) -> None:
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    now, held = SOON, ana
    if what == "cancelled":
        places.cancel(registration=ana, now=NOW)
    elif what == "waiting":
        held = register(session, "Luis", now=NOW + timedelta(minutes=1))
    elif what == "begun":
        now = session.starts_at
    elif what == "called off":
        session.state = "cancelled"
        session.revise(now=NOW)
    before = states(session)

    with pytest.raises(substitutes.NothingToPassOn):
        take(held, now=now, round=0 if what == "an older round" else None)

    assert states(session) == before
    assert not Attendee.objects.filter(full_name="Eva Soto").exists()


def test_the_place_that_went_to_a_colleague_is_not_taken_back() -> None:
    ana = register(create_session(), "Ana")
    take(ana)

    with pytest.raises(places.TooLateToUndo):
        places.undo_cancellation(registration=registration_of(ana), now=SOON + timedelta(minutes=1))

    assert states(ana.session) == {"Ana": "cancelled", "Eva Soto": "confirmed"}


def test_reminders_follow_the_place() -> None:
    ana = register(create_session(), "Ana")
    take(ana)

    reminders.queue_due(now=SOON + timedelta(minutes=1))

    due = Message.objects.filter(kind="reminder", state="queued")
    assert set(due.values_list("attendee__full_name", flat=True)) == {"Eva Soto"}


def test_after_erasing_either_the_other_stays() -> None:
    ana = register(create_session(), "Ana")
    take(ana)

    erasure.erase(attendee=ana.attendee, now=SOON)

    eva = given("Eva Soto", ana.session)
    assert (eva.state, eva.substitute_for_id) == ("confirmed", ana.pk)
