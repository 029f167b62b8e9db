"""“I was there”: said once, answered once, and evidence when it is granted."""

from datetime import timedelta

import pytest

from registrations import cases, emails
from registrations.models import Appeal, Attendee, EmailAddress, Evidence, Message, Registration
from registrations.services import appeals, erasure, merging, outbox, people, places
from registrations.truth import reason_to_skip
from tests.factories import NOW, create_attendee, create_session, note, register

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


def news() -> list[cases.Case]:
    return cases.read(Message.objects.filter(kind="appeal"))


@pytest.mark.parametrize(
    ("granted", "subject"),
    [(True, "Session 1: it is noted that you were there"), (False, "Session 1: our answer to “I was there”")],
)
def test_the_answer_and_its_reason_are_told_by_mail(granted: bool, subject: str) -> None:
    registration = register(create_session(starts_at=NOW + timedelta(days=1)), "Ana", language="en")

    answer(say(registration), granted=granted, reason="We <b>read</b>\nthe list.")

    (case,) = news()
    mail = emails.compose(case.message).mail
    page = str(mail.alternatives[0][0])
    assert (mail.to, mail.subject) == (["Ana <ana@example.org>"], subject)
    assert "Our answer:\nWe <b>read</b>\nthe list." in mail.body
    assert "We &lt;b&gt;read&lt;/b&gt;<br>the list." in page
    assert "http://localhost:8000/en/me/" in mail.body
    assert 'href="http://localhost:8000/en/me/"' in page
    assert reason_to_skip(case, OVER + timedelta(days=2)) is None


def test_an_answer_without_a_word_shows_no_empty_paragraph() -> None:
    answer(say(register(create_session(starts_at=NOW + timedelta(days=1)), "Ana", language="en")), granted=True)

    assert "Our answer" not in str(emails.compose(news()[0].message).mail.body)


def test_of_two_answers_at_once_one_is_told() -> None:
    appeal = say(missed())
    answer(appeal, granted=False, reason="No.")

    with pytest.raises(appeals.Answered):
        answer(appeal, granted=True)

    assert [case.message.get_kind_display() for case in news()] == ["Answer to “I was there”"]


def test_an_answer_that_cannot_be_told_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    appeal = say(missed())
    monkeypatch.setattr(outbox, "queue", _broken)

    with pytest.raises(RuntimeError):
        answer(appeal, granted=True)

    assert (Evidence.objects.count(), Appeal.objects.get().answer) == (0, "")


def _broken(messages: object) -> None:
    raise RuntimeError("The database is gone.")


def test_who_was_erased_gets_no_mail_and_no_words_are_kept() -> None:
    registration = missed()
    appeal = say(registration)
    erasure.erase(attendee=registration.attendee, now=OVER)

    answer(appeal, granted=False, reason="Ana was in Lima.")

    assert (news(), Appeal.objects.get().answer, Appeal.objects.get().reason) == ([], "refused", "")


def test_erasing_takes_the_answer_out_of_the_queue() -> None:
    registration = missed()
    answer(say(registration), granted=False, reason="Ana was in Lima.")

    erasure.erase(attendee=registration.attendee, now=OVER + timedelta(days=1))

    (case,) = news()
    assert (case.message.state, case.message.text) == ("skipped", "")


def test_who_has_no_address_gets_none() -> None:
    appeal = say(missed())
    EmailAddress.objects.all().delete()
    answer(appeal, granted=True)

    assert [reason_to_skip(case, OVER + timedelta(hours=1)) for case in news()] == ["no_address"]


def test_of_who_was_merged_meanwhile_the_one_who_stayed_is_told() -> None:
    registration = missed()
    appeal, kept = say(registration), create_attendee("Ana María")
    merging.merge(kept=kept, gone=registration.attendee, by=None, now=OVER)

    answer(appeal, granted=True)

    assert [case.message.attendee for case in news()] == [kept]


def test_a_merge_at_the_same_moment_leads_to_who_stayed(monkeypatch: pytest.MonkeyPatch) -> None:
    registration = missed()
    appeal, kept, lock = say(registration), create_attendee("Ana María"), people.lock

    def merged_first(attendee: Attendee) -> Attendee:
        monkeypatch.setattr(people, "lock", lock)
        merging.merge(kept=kept, gone=attendee, by=None, now=OVER)
        return people.lock(attendee)

    monkeypatch.setattr(people, "lock", merged_first)
    answer(appeal, granted=True)

    assert [case.message.attendee for case in news()] == [kept]
