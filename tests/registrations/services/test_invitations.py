"""Colleagues are invited all or none: places, caps, mails, and what the answer must not tell."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from registrations import emails, turns
from registrations.models import Attendee, BlockedAddress, Consent, EmailAddress, Message, Registration
from registrations.services import (
    blocking,
    caps,
    delivery,
    erasure,
    invitations,
    merging,
    notices,
    offers,
    people,
    places,
    reminders,
    retention,
    seating,
)
from registrations.services.invitations import Colleague, NotAll
from registrations.services.profile import Details
from tests.factories import NOW, address_of, create_attendee, create_session, register, states
from tests.test_links_are_safe import dump
from tests.test_queries import queries
from workshops.models import Places, Session

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(hours=1)


def rosa(**fields) -> Attendee:
    known = Attendee.objects.filter(full_name="Rosa Vega").first()
    return known or create_attendee("Rosa Vega", "CL", initiative="Clúster Textil", language="pt", **fields)


def invite(session: Session, *names: str, now=NOW, inviter: Attendee | None = None, mode: str = "online") -> None:
    inviter = inviter or rosa()
    colleagues = [Colleague(name, address_of(name)) for name in names]
    invitations.invite(
        inviter=inviter, session=session, colleagues=colleagues, initiative=inviter.initiative, mode=mode, now=now
    )


def accept(registration: Registration, now=SOON, **said) -> Registration:
    details = {"full_name": "Eva Soto Paz", "country": "PE", "timezone": "America/Lima", "language": "es"}
    return invitations.accept(registration=registration, details=Details(**(details | said)), now=now)


def of(name: str) -> Registration:
    return Registration.objects.select_related("attendee", "session__series").get(attendee__full_name=name)


def kinds(name: str) -> list[str]:
    mails = Message.objects.filter(attendee__addresses__normalised=address_of(name))
    return list(mails.order_by("created_at", "pk").values_list("kind", flat=True))


def test_a_place_is_kept_for_each_and_each_gets_a_mail_that_names_who_invites() -> None:
    session = create_session(capacity=3)

    invite(session, "Eva Soto", "Luis Mora")

    eva = of("Eva Soto")
    assert states(session) == {"Eva Soto": "offered", "Luis Mora": "offered"}
    assert Places.objects.get().taken == 2
    assert (eva.source, eva.invited_by, eva.initiative, eva.country) == ("invitation", rosa(), "Clúster Textil", "CL")
    assert (eva.attendee.language, eva.attendee.must_agree, Consent.objects.count()) == ("pt", True, 0)
    letters = {message.attendee.full_name: emails.compose(message).mail for message in Message.objects.all()}
    assert set(letters) == {"Eva Soto", "Luis Mora"}
    assert all("Rosa Vega" in str(mail.body) for mail in letters.values())
    assert not any("METHOD:" in mail.message().as_string() for mail in letters.values())


def test_who_accepts_completes_their_details_and_accepts_the_code_of_conduct() -> None:
    session = create_session(capacity=3)
    invite(session, "Eva Soto")

    accept(of("Eva Soto"), gender="woman", organisation="CAF", initiative="Clúster Textil")

    eva = of("Eva Soto Paz")
    assert (eva.state, eva.country, eva.gender, eva.initiative) == ("confirmed", "PE", "woman", "Clúster Textil")
    assert (eva.attendee.organisation, eva.attendee.must_agree) == ("CAF", False)
    assert set(Consent.objects.values_list("attendee", "kind")) == {(eva.attendee_id, "code_of_conduct")}
    assert (Places.objects.get().taken, kinds("Eva Soto")) == (1, ["invited", "confirmation"])
    assert "Rosa" not in str(emails.compose(Message.objects.get(kind="confirmation")).mail.body)


def test_accepting_twice_is_answered_alike() -> None:
    invite(create_session(), "Eva Soto")

    first, second = (accept(registration) for registration in [of("Eva Soto")] * 2)

    assert (first.state, second.state, second.round) == ("confirmed", "confirmed", 1)


def test_nobody_who_was_only_typed_by_a_colleague_gets_a_place_without_accepting_the_code() -> None:
    session, other = create_session(), create_session(number=2)
    invite(session, "Eva Soto")
    eva = of("Eva Soto")

    for act in (
        lambda: offers.take(registration=eva, now=SOON),
        lambda: places.register_known(attendee=eva.attendee, session=other, now=SOON),
        lambda: places.enrol(attendee=eva.attendee, series=session.series, now=SOON),
        lambda: invite(other, "Mara", inviter=eva.attendee),
    ):
        with pytest.raises(people.MustAgree):
            act()
    places.cancel(registration=eva, now=SOON)
    for act in (
        lambda: places.undo_cancellation(registration=eva, now=SOON),
        lambda: places.register_known(attendee=eva.attendee, session=session, now=SOON),
    ):
        with pytest.raises(people.MustAgree):
            act()

    assert set(Registration.objects.values_list("state", flat=True)) == {"cancelled"}
    # The form asks for it, so whoever sends the form has accepted it.
    assert register(session, "Eva Soto", now=SOON).state == "confirmed"
    assert not Attendee.objects.get(full_name="Eva Soto").must_agree


def test_who_is_registered_already_and_who_wants_no_mail_look_like_everyone() -> None:
    session = create_session(capacity=9)
    register(session, "Ana"), register(session, "Inés")
    Registration.objects.filter(attendee__full_name="Inés").update(state="removed")
    blocking.block(addresses=[address_of("Nadie")], now=NOW)
    before = Message.objects.count()

    invite(session, "Ana", "Inés", "Nadie", "Eva Soto")
    invite(session, "Eva Soto", now=SOON)

    assert states(session) == {"Ana": "confirmed", "Inés": "removed", "Eva Soto": "offered"}
    assert (Message.objects.count() - before, kinds("Eva Soto"), Places.objects.get().taken) == (1, ["invited"], 3)
    assert not EmailAddress.objects.filter(normalised=address_of("Nadie")).exists()


def test_places_and_caps_are_judged_as_if_nobody_were_known() -> None:
    session = create_session(capacity=3, most_per_initiative=2)
    register(session, "Ana")
    tight = create_session(number=2, capacity=1)
    register(tight, "Ana")

    with pytest.raises(NotAll) as capped:
        invite(session, "Ana", "Luis", "Eva Soto")
    with pytest.raises(NotAll) as full:
        invite(tight, "Ana")

    assert (capped.value.free, [(n, [one.by for one in full]) for n, full in capped.value.capped.items()]) == (
        2,
        [(2, ["initiative"])],
    )
    assert (full.value.free, full.value.capped) == (0, {})


def test_all_or_nothing_where_a_cap_is_reached_in_the_middle() -> None:
    session = create_session(most_per_country=2)
    register(session, "Ana", country="CL")

    with pytest.raises(NotAll) as refusal:
        invite(session, "Eva Soto", "Luis", "Mara")

    assert sorted(refusal.value.capped) == [1, 2]
    assert states(session) == {"Ana": "confirmed"}
    assert set(Attendee.objects.values_list("full_name", flat=True)) == {"Ana", "Rosa Vega"}
    assert Message.objects.filter(kind="invited").count() == 0


def test_whoever_waits_comes_before_a_group() -> None:
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    register(session, "Luis", now=NOW + timedelta(minutes=1))
    Places.objects.get().set_capacity(3)
    assert ana.state == "confirmed"

    with pytest.raises(NotAll) as refusal:
        invite(session, "Eva Soto", "Mara", now=SOON)
    invite(session, "Eva Soto", now=SOON)

    assert (refusal.value.free, states(session)) == (1, {"Ana": "confirmed", "Luis": "offered", "Eva Soto": "offered"})


def test_a_group_waits_while_a_long_list_is_served_in_parts(monkeypatch) -> None:
    monkeypatch.setattr(seating, "BATCH", 1)
    session = create_session(capacity=1)
    for minute, name in enumerate(("Ana", "Luis", "Mara")):
        register(session, name, now=NOW + timedelta(minutes=minute))
    Places.objects.get().set_capacity(9)

    with pytest.raises(NotAll) as refusal:
        invite(session, "Eva Soto", now=SOON)

    assert refusal.value.free == 0


def test_a_country_that_has_enough_refuses_who_accepts_from_there() -> None:
    session = create_session(most_per_country=1)
    register(session, "Ana", country="PE")
    invite(session, "Eva Soto")

    with pytest.raises(caps.CapReached):
        accept(of("Eva Soto"))
    accept(of("Eva Soto"), country="CL")

    assert states(session) == {"Ana": "confirmed", "Eva Soto Paz": "confirmed"}


def test_a_place_is_kept_for_three_days_at_most_and_then_goes_on() -> None:
    far, near = (
        create_session(capacity=1, starts_at=NOW + timedelta(days=40)),
        create_session(number=2, starts_at=NOW + timedelta(hours=10)),
    )
    invite(far, "Eva Soto")
    invite(near, "Luis")
    eva, luis = of("Eva Soto"), of("Luis")

    offers.pass_on_lapsed(now=eva.offered_until)

    assert (eva.offered_until - NOW, luis.offered_until - NOW) == (timedelta(days=3), timedelta(hours=2))
    assert (of("Eva Soto").state, kinds("Eva Soto")) == ("cancelled", ["invited"])
    assert Places.objects.get(session=far).taken == 0
    with pytest.raises(offers.OfferOver):
        accept(eva, now=eva.offered_until)


def test_nothing_is_kept_shortly_before_the_start_or_while_registration_is_closed() -> None:
    session = create_session()
    closed = create_session(number=2, state="closed")

    with pytest.raises(invitations.TooSoon):
        invite(session, "Eva Soto", now=session.starts_at - turns.OPEN_TO_ALL)
    with pytest.raises(places.RegistrationClosed):
        invite(closed, "Eva Soto")

    assert not Attendee.objects.filter(full_name="Eva Soto").exists()


def test_what_a_colleague_types_changes_nothing_of_a_person_we_know() -> None:
    session = create_session()
    ana = register(session, "Ana", email="eva.soto@example.org").attendee
    places.cancel(registration=Registration.objects.get(), now=NOW)

    invite(session, "Eva Soto", now=SOON)
    kept = Registration.objects.get()
    invitations.accept(registration=kept, details=None, now=SOON)

    ana.refresh_from_db()
    kept.refresh_from_db()
    assert (ana.full_name, ana.initiative, ana.must_agree) == ("Ana", "", False)
    assert kept.typed == {"full_name": "Eva Soto", "email": "eva.soto@example.org"}
    assert (kept.state, kept.round, kept.initiative) == ("confirmed", 2, "Clúster Textil")


def test_two_addresses_of_one_person_are_one_person() -> None:
    session = create_session()
    ana = create_attendee("Ana")
    EmailAddress.objects.create(attendee=ana, address="ana@b.example", normalised="ana@b.example")
    colleagues = [Colleague("Ana", address_of("Ana")), Colleague("Anita", "ana@b.example")]

    invitations.invite(inviter=rosa(), session=session, colleagues=colleagues, initiative="", mode="online", now=NOW)

    assert (states(session), Places.objects.get().taken) == ({"Ana": "offered"}, 1)


def test_this_was_not_me_leaves_nothing_and_keeps_the_address_out_of_groups() -> None:
    session = create_session(capacity=2)
    invite(session, "Eva Soto")

    erasure.disown(message=Message.objects.get(), now=SOON)
    invite(session, "Eva Soto", now=SOON)

    assert not EmailAddress.objects.filter(normalised=address_of("Eva Soto")).exists()
    assert (BlockedAddress.objects.count(), Places.objects.get().taken) == (1, 0)
    assert set(Registration.objects.values_list("state", flat=True)) == {"cancelled"}


def test_who_invited_and_was_erased_stands_in_no_mail_that_is_kept_or_written_later(settings) -> None:
    session = create_session()
    invite(session, "Eva Soto")
    delivery.deliver_due(clock=lambda: NOW)
    files = [path.read_text() for path in Path(settings.MAIL_DIR).glob("*.eml")]
    invite(session, "Luis", now=SOON)

    erasure.erase(attendee=rosa(), now=SOON)

    sent, waiting = Message.objects.order_by("created_at")
    assert (sent.subject, sent.text, sent.state, waiting.state) == ("", "", "sent", "queued")
    assert "Rosa" not in emails.compose(waiting).mail.message().as_string()
    assert (["Rosa Vega" in text for text in files], list(Path(settings.MAIL_DIR).glob("*.eml"))) == ([True], [])
    assert not any("Rosa Vega" in str(row) for rows in dump().values() for row in rows)
    assert states(session) == {"Eva Soto": "offered", "Luis": "offered"}


def test_the_trail_follows_who_invited_when_they_are_merged() -> None:
    invite(create_session(), "Eva Soto")
    kept = create_attendee("Rosa V.")

    merging.merge(kept=kept, gone=rosa(), by=None, now=SOON)

    assert of("Eva Soto").invited_by == kept


def test_who_agreed_under_one_of_two_names_has_agreed() -> None:
    invite(create_session(), "Eva Soto")
    typed, known = Attendee.objects.get(full_name="Eva Soto"), create_attendee("Eva S.")

    merging.merge(kept=typed, gone=known, by=None, now=SOON)

    typed.refresh_from_db()
    assert not typed.must_agree


def test_a_form_that_the_invited_send_themselves_is_their_answer() -> None:
    session = create_session(capacity=1)
    invite(session, "Eva Soto")

    register(session, "Eva Soto", now=SOON, country="PE", question="Why?")

    eva = of("Eva Soto")
    assert (eva.state, eva.round, eva.question, Places.objects.get().taken) == ("confirmed", 1, "Why?", 1)
    assert (eva.attendee.country.code, eva.attendee.initiative, eva.attendee.must_agree) == (
        "PE",
        "Clúster Textil",
        False,
    )
    assert kinds("Eva Soto") == ["invited", "confirmation"]


def test_a_change_of_the_session_reaches_the_invited_and_declining_brings_no_mail() -> None:
    session = create_session(capacity=2)
    invite(session, "Eva Soto")
    delivery.deliver_due(clock=lambda: NOW)
    session.start_time = time(15, 0)
    session.save()
    session.revise(now=SOON)

    notices.queue_due(now=SOON + timedelta(hours=1))
    places.cancel(registration=of("Eva Soto"), now=SOON + timedelta(hours=1))

    assert (kinds("Eva Soto"), Places.objects.get().taken) == (["invited", "changed"], 0)


def test_who_never_answers_is_forgotten_soon_after_the_session_and_who_accepts_is_not() -> None:
    session = create_session()
    invite(session, "Eva Soto", "Luis")
    accept(of("Luis"), full_name="Luis")
    over = session.ends_at + retention.UNANSWERED

    kept = retention.forgettable(months=24, now=over - timedelta(minutes=1)).count()
    names = [person.full_name for person in retention.forgettable(months=24, now=over)]

    assert (kept, names) == (0, ["Eva Soto"])


def test_reminders_and_calendars_wait_for_the_answer() -> None:
    session = create_session()
    invite(session, "Eva Soto")

    reminders.queue_due(now=NOW)
    before = Message.objects.filter(kind="reminder").count()
    accept(of("Eva Soto"), now=NOW)
    reminders.queue_due(now=NOW)

    assert (before, Message.objects.filter(kind="reminder").count() > 0) == (0, True)


def test_ten_cost_as_many_statements_as_one() -> None:
    session = create_session(capacity=50, most_per_country=40)
    inviter = rosa()
    known = [f"Known {number}" for number in range(4)]
    for name in known:
        register(session, name)
    Registration.objects.filter(attendee__full_name__in=known[:2]).update(state="cancelled")

    # The first group of an initiative nobody named before writes that down.
    invite(session, "First", inviter=inviter)

    one = queries(lambda: invite(session, "Eva Soto", inviter=inviter))
    ten = queries(lambda: invite(session, *known, *(f"New {n}" for n in range(6)), inviter=inviter))

    # Those who come back are written in one statement of their own, inside a savepoint.
    assert (len(one), len(ten)) == (14, 16), "\n".join(ten)
