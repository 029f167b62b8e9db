"""Who holds a place, who waits, and whom a freed place goes to."""

from datetime import timedelta

import pytest

from registrations.models import Attendee, Consent, Enrolment, Message, Registration
from registrations.services import places, upkeep
from tests.factories import NOW, create_attendee, create_series, create_session, register, register_for, states
from workshops.models import Places

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def kinds() -> list[str]:
    return list(Message.objects.order_by("created_at", "key").values_list("kind", flat=True))


def taken(session) -> int:
    return Places.objects.get(session=session, mode="online").taken


def test_a_full_session_puts_the_next_on_the_waiting_list():
    session = create_session(capacity=1)

    register(session, "Ana")
    register(session, "Luis", NOW + MINUTE)

    assert states(session) == {"Ana": "confirmed", "Luis": "waitlisted"}
    assert kinds() == ["confirmation", "waiting_list"]


def test_cancelling_passes_the_place_to_whoever_waited_longest():
    session = create_session(capacity=1)
    ana, _luis, _eva = (register(session, name, NOW + n * MINUTE) for n, name in enumerate(("Ana", "Luis", "Eva")))

    places.cancel(registration=ana, now=NOW + 5 * MINUTE)

    assert states(session) == {"Ana": "cancelled", "Luis": "offered", "Eva": "waitlisted"}
    assert sorted(kinds()[-2:]) == ["cancellation", "offer"]
    assert taken(session) == 1


def test_cancelling_twice_frees_one_place_and_mails_once():
    session = create_session(capacity=2)
    ana = register(session, "Ana")
    register(session, "Luis")

    assert places.cancel(registration=ana, now=NOW + MINUTE) is True
    assert places.cancel(registration=ana, now=NOW + 2 * MINUTE) is False

    assert kinds().count("cancellation") == 1
    assert taken(session) == 1


def test_registrations_written_by_a_script_are_counted_at_the_next_tick():
    session, other = create_session(number=1, capacity=2), create_session(number=2, capacity=1)
    register(session, "Ana")
    register(other, "Ana")
    for name in ("Luis", "Eva"):
        Registration.objects.create(
            session=session, attendee=create_attendee(name), state="confirmed", confirmed_at=NOW
        )
    Registration.objects.filter(session=other).update(state="cancelled")

    recounted = upkeep.recount_changed(now=NOW)

    assert recounted == 2
    assert (taken(session), taken(other)) == (3, 0)
    assert states(session) == {"Ana": "confirmed", "Luis": "confirmed", "Eva": "confirmed"}
    assert register(session, "Mara", NOW + MINUTE).state == "waitlisted"
    assert upkeep.recount_changed(now=NOW) == 0


def test_leaving_the_waiting_list_frees_nothing():
    session = create_session(capacity=1)
    register(session, "Ana")
    luis = register(session, "Luis", NOW + MINUTE)

    places.cancel(registration=luis, now=NOW + 2 * MINUTE)

    assert states(session) == {"Ana": "confirmed", "Luis": "cancelled"}
    assert taken(session) == 1


def test_a_newcomer_never_overtakes_the_list():
    session = create_session(capacity=1)
    register(session, "Ana")
    register(session, "Luis", NOW + MINUTE)
    Places.objects.get(session=session).set_capacity(2)

    register(session, "Eva", NOW + 2 * MINUTE)

    assert states(session) == {"Ana": "confirmed", "Luis": "offered", "Eva": "waitlisted"}


def test_who_read_the_clock_earlier_but_came_to_the_lock_later_stands_behind():
    session = create_session(capacity=1)
    register(session, "Ana")
    register(session, "Luis", NOW + MINUTE)

    eva = register(session, "Eva", NOW)

    assert eva.place_in_line() == 2


def test_raising_the_capacity_promotes_exactly_the_difference():
    session = create_session(capacity=1)
    for n, name in enumerate(("Ana", "Luis", "Eva", "Iván")):
        register(session, name, NOW + n * MINUTE)

    Places.objects.get(session=session).set_capacity(3)
    upkeep.fill_freed(now=NOW + 9 * MINUTE)

    assert states(session) == {"Ana": "confirmed", "Luis": "offered", "Eva": "offered", "Iván": "waitlisted"}


def test_lowering_the_capacity_evicts_nobody_and_admits_nobody():
    session = create_session(capacity=2)
    ana = register(session, "Ana")
    register(session, "Luis")
    Places.objects.get(session=session).set_capacity(1)

    register(session, "Eva", NOW + MINUTE)
    places.cancel(registration=ana, now=NOW + 2 * MINUTE)

    assert states(session) == {"Ana": "cancelled", "Luis": "confirmed", "Eva": "waitlisted"}


def test_taking_the_limit_away_lets_everyone_in():
    session = create_session(capacity=1)
    for n, name in enumerate(("Ana", "Luis", "Eva")):
        register(session, name, NOW + n * MINUTE)

    Places.objects.get(session=session).set_capacity(None)
    promoted = upkeep.fill_freed(now=NOW + 9 * MINUTE)

    assert promoted == 2
    assert set(states(session).values()) == {"confirmed"}


def test_a_hybrid_session_has_places_per_mode():
    session = create_session(mode="hybrid")
    Places.objects.get(session=session, mode="in_person").set_capacity(1)

    register(session, "Ana", mode="in_person")
    register(session, "Luis", mode="in_person")
    register(session, "Eva", mode="online")

    assert states(session) == {"Ana": "confirmed", "Luis": "waitlisted", "Eva": "confirmed"}


def test_registering_again_changes_nothing_and_says_so_at_most_once_in_ten_minutes():
    session = create_session()
    register(session, "Ana")

    register(session, "Ana", NOW + MINUTE)
    register(session, "Ana", NOW + 11 * MINUTE)
    register(session, "Ana", NOW + 12 * MINUTE)

    assert Registration.objects.count() == 1
    assert kinds() == ["confirmation", "already_registered"]


def test_a_second_form_never_changes_a_known_person():
    session, other = create_session(number=1), create_session(number=2)
    register(session, "Ana", country="CO")
    before = Attendee.objects.values().get()

    register(other, "Somebody Else", country="BR", language="pt", email="ANA@example.org", announcements=True)

    assert Attendee.objects.values().get() == before
    assert Consent.objects.filter(kind="announcements").count() == 0
    assert Registration.objects.get(session=other).typed["full_name"] == "Somebody Else"
    assert Registration.objects.get(session=other).country == "CO"


def test_several_sessions_come_in_one_mail():
    sessions = [create_session(number=n) for n in (1, 2, 3)]

    register_for(sessions, "Ana")

    assert Registration.objects.count() == 3
    assert kinds() == ["confirmation"]
    assert len(Message.objects.get().bundle) == 3


def test_one_closed_session_refuses_them_all():
    sessions = [create_session(number=1), create_session(number=2, state="closed")]

    with pytest.raises(places.RegistrationClosed) as refusal:
        register_for(sessions, "Ana")

    assert refusal.value.numbers == [2]
    assert (Registration.objects.count(), Message.objects.count()) == (0, 0)


def test_who_comes_back_is_confirmed_in_a_new_round_and_told_again():
    session = create_session()
    ana = register(session, "Ana")
    places.cancel(registration=ana, now=NOW + MINUTE)

    again = register(session, "Ana", NOW + 2 * MINUTE)

    assert (again.state, again.round) == ("confirmed", 2)
    assert kinds() == ["confirmation", "cancellation", "confirmation"]


def test_the_whole_series_is_a_standing_enrolment():
    series = create_series()
    create_session(series, number=1)
    later = create_session(series, number=2, state="announced", day=None, start_time=None)
    register_for([], "Ana", series=series, whole_series=True)
    register_for([], "Luis", NOW + MINUTE, series=series, whole_series=True)
    later.state, later.day, later.start_time = "open", "2026-11-12", "11:00"
    later.revise()
    Places.objects.get(session=later).set_capacity(1)

    registered = upkeep.register_enrolled(now=NOW + 9 * MINUTE)
    again = upkeep.register_enrolled(now=NOW + 10 * MINUTE)

    assert (registered, again) == (2, 0)
    assert states(later) == {"Ana": "confirmed", "Luis": "waitlisted"}
    assert kinds() == ["confirmation", "confirmation", "enrolled", "enrolled"]


def test_who_opted_out_of_one_session_is_not_enrolled_in_it_again():
    series = create_series()
    session = create_session(series)
    register_for([], "Ana", series=series, whole_series=True)
    places.cancel(registration=Registration.objects.get(), now=NOW + MINUTE)

    upkeep.register_enrolled(now=NOW + 2 * MINUTE)

    assert states(session) == {"Ana": "cancelled"}
    assert Enrolment.objects.standing().count() == 1


def test_enrolling_while_nothing_is_open_is_answered_too():
    series = create_series()
    create_session(series, state="announced", day=None, start_time=None)

    register_for([], "Ana", series=series, whole_series=True)

    assert kinds() == ["enrolment"]


def test_nobody_is_promoted_into_a_session_that_was_cancelled_or_is_over():
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    register(session, "Luis", NOW + MINUTE)
    session.state = "cancelled"
    session.revise(now=NOW)

    places.cancel(registration=ana, now=NOW + 2 * MINUTE)
    upkeep.fill_freed(now=NOW + 3 * MINUTE)

    assert states(session) == {"Ana": "cancelled", "Luis": "waitlisted"}


def test_a_session_that_is_over_has_no_place_to_give_back():
    session = create_session(capacity=1)
    ana = register(session, "Ana")

    with pytest.raises(places.SessionOver):
        places.cancel(registration=ana, now=session.ends_at + MINUTE)

    assert states(session) == {"Ana": "confirmed"}


def test_addresses_are_compared_without_case_and_spaces():
    session = create_session()

    register(session, "Ana", email="Ana@Example.org ")
    register(session, "Ana", email="ana@example.org")

    assert Attendee.objects.count() == 1


def test_a_registration_read_before_somebody_else_cancelled_it_frees_nothing_more():
    session = create_session(capacity=2)
    ana = register(session, "Ana")
    register(session, "Luis")
    read_earlier = Registration.objects.get(pk=ana.pk)
    places.cancel(registration=ana, now=NOW + MINUTE)

    assert places.cancel(registration=read_earlier, now=NOW + 2 * MINUTE) is False
    assert (taken(session), kinds().count("cancellation")) == (1, 1)


def test_the_last_moment_to_cancel_lies_before_the_end():
    session = create_session()
    ana = register(session, "Ana")

    with pytest.raises(places.SessionOver):
        places.cancel(registration=ana, now=session.ends_at)


def test_a_count_that_was_wrong_holds_no_cancellation_up():
    session = create_session(capacity=1)
    ana = register(session, "Ana")
    Places.objects.update(taken=0)

    assert places.cancel(registration=ana, now=NOW + MINUTE) is True
    assert taken(session) == 0


def test_who_waits_and_leaves_twice_is_told_each_time():
    session = create_session(capacity=0)
    for minutes in (0, 5):
        ana = register(session, "Ana", NOW + minutes * MINUTE)
        places.cancel(registration=ana, now=NOW + (minutes + 1) * MINUTE)

    assert kinds() == ["waiting_list", "cancellation"] * 2


def test_what_the_form_said_stands_in_the_registration():
    ana = register(create_session(), "Ana", support_needed="Captions", question="How?")

    assert (ana.support_needed, ana.question) == ("Captions", "How?")


def test_the_figures_are_copied_from_the_person_when_they_register_again():
    first, second = create_session(number=1), create_session(number=2)
    register(first, "Ana")
    Attendee.objects.update(gender="woman", sector="agrifood", initiative="Cacao")

    again = register(second, "Ana")

    assert (again.gender, again.sector, again.initiative) == ("woman", "agrifood", "Cacao")


def test_who_comes_back_counts_as_told_nothing():
    session = create_session()
    ana = register(session, "Ana")
    Registration.objects.update(told_facts=session.revised_facts)
    places.cancel(registration=ana, now=NOW + MINUTE)

    assert register(session, "Ana", NOW + 2 * MINUTE).told_facts == ""


def test_a_session_without_any_places_takes_nobody():
    session = create_session()
    Places.objects.all().delete()

    with pytest.raises(places.RegistrationClosed):
        register_for([session], "Ana")

    assert (Attendee.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize(("minutes", "answers"), [(9, 0), (10, 1)])
def test_the_answer_to_a_repeated_form_rests_ten_minutes_and_no_longer(minutes, answers):
    session = create_session()
    register(session, "Ana")

    register(session, "Ana", NOW + minutes * MINUTE)

    assert kinds().count("already_registered") == answers


def test_neither_another_person_nor_another_mail_silences_the_answer_to_a_repeated_form():
    session, other = create_session(number=1), create_session(number=2)
    register(session, "Ana")
    ana = register(other, "Ana")
    places.cancel(registration=ana, now=NOW + 19 * MINUTE)
    register(session, "Luis", NOW + 19 * MINUTE)

    register(session, "Ana", NOW + 20 * MINUTE)

    assert kinds().count("already_registered") == 1


def test_the_moment_somebody_joined_the_line_is_their_own():
    session = create_session(capacity=0)
    register(session, "Ana")

    assert register(session, "Luis", NOW + MINUTE).joined_waitlist_at == NOW + MINUTE
