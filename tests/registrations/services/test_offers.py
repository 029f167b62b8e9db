"""A freed place is kept for who has waited longest; taken, declined or lapsed, it never stands idle."""

from datetime import timedelta

import pytest

from registrations.models import Message, Registration
from registrations.services import clockwork, offers, places, upkeep
from tests.factories import NOW, create_session, register
from workshops.models import Places

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def line(*names: str, capacity: int = 1, **fields):
    """A session of which the first so many have a place and the others wait."""
    session = create_session(starts_at=NOW + 10 * DAY, capacity=capacity, **fields)
    return [register(session, name, NOW + number * MINUTE) for number, name in enumerate(names)]


def states() -> dict[str, str]:
    return dict(Registration.objects.values_list("attendee__full_name", "state"))


def told(name: str) -> list[str]:
    return list(
        Message.objects.filter(attendee__full_name=name).order_by("created_at", "due_at").values_list("kind", flat=True)
    )


def taken() -> int:
    return Places.objects.get().taken


def free(registration: Registration, at) -> None:
    places.cancel(registration=registration, now=at)


def fresh(registration: Registration) -> Registration:
    return Registration.objects.select_related("session__series", "attendee").get(pk=registration.pk)


def test_an_offered_place_is_nobody_elses():
    ana, luis, _eva = line("Ana", "Luis", "Eva")

    free(ana, NOW + HOUR)
    register(ana.session, "Iván", NOW + 2 * HOUR)

    assert states() == {"Ana": "cancelled", "Luis": "offered", "Eva": "waitlisted", "Iván": "waitlisted"}
    assert fresh(luis).offered_until == NOW + HOUR + DAY
    assert taken() == 1


def test_an_offer_that_is_taken_in_time_is_a_place_and_the_mail_says_so():
    ana, luis = line("Ana", "Luis")
    free(ana, NOW + HOUR)

    offers.take(registration=luis, now=NOW + DAY)

    assert (states()["Luis"], fresh(luis).round, taken()) == ("confirmed", 1, 1)
    assert told("Luis") == ["waiting_list", "offer", "promoted"]


def test_pressing_twice_is_one_place_and_one_mail():
    ana, luis = line("Ana", "Luis")
    free(ana, NOW + HOUR)

    for _press in range(2):
        assert offers.take(registration=luis, now=NOW + DAY).is_confirmed

    assert (fresh(luis).round, told("Luis").count("promoted"), taken()) == (1, 1, 1)


def test_from_its_deadline_on_an_offer_is_over():
    ana, luis = line("Ana", "Luis")
    free(ana, NOW + HOUR)

    with pytest.raises(offers.OfferOver):
        offers.take(registration=luis, now=NOW + HOUR + DAY)


def test_what_nobody_took_goes_on_in_the_same_breath():
    ana, _luis, _eva, _ivan = line("Ana", "Luis", "Eva", "Iván")
    free(ana, NOW + HOUR)

    early = offers.pass_on_lapsed(now=NOW + HOUR + DAY - MINUTE)
    ended = offers.pass_on_lapsed(now=NOW + HOUR + DAY)

    assert (early, ended) == (0, 1)
    assert states() == {"Ana": "cancelled", "Luis": "cancelled", "Eva": "offered", "Iván": "waitlisted"}
    assert (told("Luis")[-1], told("Eva")[-1], taken()) == ("lapsed", "offer", 1)


def test_who_says_no_passes_the_place_on():
    ana, luis, _eva = line("Ana", "Luis", "Eva")
    free(ana, NOW + HOUR)

    free(fresh(luis), NOW + 2 * HOUR)

    assert states() == {"Ana": "cancelled", "Luis": "cancelled", "Eva": "offered"}
    assert taken() == 1


def test_who_comes_back_waits_behind_the_others():
    ana, luis, _eva, _ivan = line("Ana", "Luis", "Eva", "Iván")
    free(ana, NOW + HOUR)
    offers.pass_on_lapsed(now=NOW + 2 * DAY)

    back = places.register_known(attendee=luis.attendee, session=luis.session, now=NOW + 2 * DAY)

    assert (back.state, back.place_in_line()) == ("waitlisted", 2)


def test_near_the_start_a_free_place_is_for_whoever_waits_and_presses_first():
    ana, luis, eva, _ivan = line("Ana", "Luis", "Eva", "Iván")
    late = ana.session.starts_at - HOUR

    free(ana, late)
    assert states() == {"Ana": "cancelled", "Luis": "waitlisted", "Eva": "waitlisted", "Iván": "waitlisted"}
    offers.take(registration=eva, now=late + MINUTE)

    assert (states()["Eva"], taken()) == ("confirmed", 1)
    assert [told(name)[-1] for name in ("Luis", "Eva", "Iván")] == ["call", "promoted", "call"]
    with pytest.raises(offers.OfferOver):
        offers.take(registration=luis, now=late + 2 * MINUTE)


def test_days_ahead_a_button_takes_no_free_place_out_of_turn():
    _ana, _luis, eva = line("Ana", "Luis", "Eva")
    # A raised capacity that no tick has seen yet.
    Places.objects.get().set_capacity(2)

    with pytest.raises(offers.OfferOver):
        offers.take(registration=eva, now=NOW + HOUR)


def test_who_waits_is_called_once_for_each_place_that_comes_free():
    ana, luis, _eva, ivan = line("Ana", "Luis", "Eva", "Iván", capacity=2)
    late = ana.session.starts_at - HOUR

    free(ana, late)
    assert not upkeep.freed(late).exists()
    upkeep.fill_freed(now=late + MINUTE)
    assert told("Iván").count("call") == 1
    free(luis, late + 2 * MINUTE)

    assert told("Iván").count("call") == 2
    offers.take(registration=ivan, now=late + 3 * MINUTE)
    assert taken() == 1


def test_who_joins_the_line_near_the_start_is_called_by_the_next_tick():
    ana, _luis = line("Ana", "Luis")
    late = ana.session.starts_at - HOUR
    free(ana, late)

    register(ana.session, "Mara", late + MINUTE)
    upkeep.fill_freed(now=late + 2 * MINUTE)

    assert told("Mara") == ["waiting_list", "call"]
    assert told("Luis").count("call") == 1


def test_after_the_start_nobody_is_called():
    ana, _luis = line("Ana", "Luis")

    free(ana, ana.session.starts_at + MINUTE)

    assert "call" not in told("Luis")


def test_of_a_session_that_was_cancelled_there_is_nothing_to_take():
    ana, luis = line("Ana", "Luis")
    free(ana, NOW + HOUR)
    session = fresh(luis).session
    session.state = "cancelled"
    session.revise(now=NOW + 2 * HOUR)

    assert not offers.can_take(registration=fresh(luis), now=NOW + 2 * HOUR)
    with pytest.raises(offers.OfferOver):
        offers.take(registration=luis, now=NOW + 2 * HOUR)


def test_the_tick_ends_what_lapsed():
    ana, _luis, _eva = line("Ana", "Luis", "Eva")
    free(ana, NOW + HOUR)

    clockwork.find_work(clock=lambda: NOW + 2 * DAY)

    assert states() == {"Ana": "cancelled", "Luis": "cancelled", "Eva": "offered"}
