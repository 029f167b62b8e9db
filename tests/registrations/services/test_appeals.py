"""“I was there”: said once, answered once, and evidence when it is granted."""

from datetime import timedelta

import pytest

from registrations.models import Appeal, Evidence, Registration
from registrations.services import appeals, erasure, places
from tests.factories import NOW, create_session, note, register

pytestmark = pytest.mark.django_db
OVER = NOW + timedelta(days=2)


def missed(name: str = "Ana") -> Registration:
    return register(create_session(starts_at=NOW + timedelta(days=1)), name)


def say(registration: Registration, words: str = "I sat beside Luis.", now=OVER) -> Appeal:
    return appeals.say(registration=registration, words=words, now=now)


def answer(appeal: Appeal, *, granted: bool, reason: str = "") -> None:
    appeals.answer(appeal=appeal, granted=granted, reason=reason, by=None, now=OVER + timedelta(hours=1))


def test_what_is_granted_is_evidence() -> None:
    registration = missed()

    answer(say(registration), granted=True)

    assert list(Evidence.objects.values_list("registration", "kind")) == [(registration.pk, "appeal")]
    assert Appeal.objects.get().answer == "granted"


def test_what_is_refused_is_none_and_says_why() -> None:
    answer(say(missed()), granted=False, reason="Luis was ill that day.")

    assert not Evidence.objects.exists()
    assert (Appeal.objects.get().answer, Appeal.objects.get().reason) == ("refused", "Luis was ill that day.")


def test_an_appeal_is_said_once_and_its_words_stay() -> None:
    registration = missed()

    say(registration)
    say(registration, "Something else.")

    assert [appeal.words for appeal in Appeal.objects.all()] == ["I sat beside Luis."]


def test_two_members_of_staff_answer_once() -> None:
    appeal = say(missed())

    answer(appeal, granted=True)

    with pytest.raises(appeals.Answered):
        answer(appeal, granted=False, reason="No.")
    assert (Appeal.objects.get().answer, Evidence.objects.count()) == ("granted", 1)


@pytest.mark.parametrize("after", [timedelta(hours=1), timedelta(days=40)])
def test_nothing_is_said_before_the_end_or_long_after(after: timedelta) -> None:
    with pytest.raises(appeals.NothingToAppeal):
        say(missed(), now=NOW + after)


def test_who_came_or_gave_the_place_back_has_nothing_to_appeal() -> None:
    session = create_session(starts_at=NOW + timedelta(days=1))
    came, left = register(session, "Ana"), register(session, "Luis")
    note(came, "staff", at=NOW + timedelta(days=1))
    places.cancel(registration=left, now=NOW)

    for registration in (came, left):
        with pytest.raises(appeals.NothingToAppeal):
            say(registration)


def test_erasing_forgets_the_words_and_keeps_that_they_came() -> None:
    registration = missed()
    answer(say(registration), granted=True, reason="Luis saw Ana.")

    erasure.erase(attendee=registration.attendee, now=OVER + timedelta(days=1))

    appeal = Appeal.objects.get()
    assert (appeal.words, appeal.reason, appeal.answer) == ("", "", "granted")
    assert Evidence.objects.count() == 1
