"""A new address is told to the older ones, and an older one can take it back; looking changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from registrations import cases, emails, links
from registrations.models import AddressClaim, Attendee, EmailAddress, Message
from registrations.models.claims import masked
from registrations.services import addresses, erasure, merging, outbox
from registrations.truth import reason_to_skip
from tests.factories import NOW, create_attendee, create_session, register
from tests.registrations.views.mine import signed_in, text
from tests.test_links_are_safe import dump

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def ana() -> Attendee:
    person: Attendee = register(create_session(), "Ana", language="en").attendee
    person.addresses.update(verified_at=NOW)
    return person


def add(person: Attendee, address: str = "rival@example.com", *, now: datetime = NOW + HOUR) -> AddressClaim:
    claim = addresses.ask(attendee=person, address=address, now=now)
    addresses.confirm(claim=claim, now=now)
    claim.refresh_from_db()
    return claim


def notices() -> list[cases.Case]:
    return cases.read(Message.objects.filter(kind="address_added").order_by("created_at", "sent_to"))


def link(number: int = 0) -> str:
    return links.take_back(notices()[number].message).removeprefix(settings.SITE_URL)


def held(person: Attendee) -> set[str]:
    return set(person.addresses.values_list("normalised", flat=True))


def test_every_older_proven_address_is_told_once_and_the_new_one_only_as_its_first_letters() -> None:
    person = ana()
    EmailAddress.objects.create(attendee=person, address="B@Example.net", normalised="b@example.net", verified_at=NOW)
    EmailAddress.objects.create(attendee=person, address="typed@example.net", normalised="typed@example.net")

    claim = add(person)
    addresses.confirm(claim=claim, now=NOW + 2 * HOUR)

    mails = [emails.compose(case.message).mail for case in notices()]
    assert [mail.to for mail in mails] == [["Ana <B@example.net>"], ["Ana <ana@example.org>"]]
    for mail in mails:
        assert mail.subject == "A new address was added to your profile"
        assert "r…@e….com was confirmed as an address of yours" in mail.body
        assert "rival" not in f"{mail.message()}"
    assert link() in mails[0].body
    assert link(1) in mails[1].body
    assert [reason_to_skip(case, NOW + 3 * HOUR) for case in notices()] == [None, None]


def test_who_has_no_other_proven_address_is_told_nothing() -> None:
    person = ana()
    person.addresses.update(verified_at=None)

    add(person)

    assert notices() == []


def test_an_address_that_was_proven_before_is_nothing_new() -> None:
    person = ana()
    add(person)
    before = len(notices())

    add(person, now=NOW + 2 * HOUR)

    assert (before, len(notices())) == (1, 1)


def test_a_notice_that_cannot_be_queued_leaves_nothing_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    person = ana()
    claim = addresses.ask(attendee=person, address="rival@example.com", now=NOW)
    monkeypatch.setattr(outbox, "queue", _broken)

    with pytest.raises(RuntimeError):
        addresses.confirm(claim=claim, now=NOW)

    assert held(person) == {"ana@example.org"}
    assert AddressClaim.objects.get().confirmed_at is None


def _broken(messages: object) -> None:
    raise RuntimeError("The database is gone.")


def test_an_older_address_that_is_removed_at_once_is_told_all_the_same() -> None:
    person = ana()
    add(person)

    addresses.remove(attendee=person, address=person.addresses.get(normalised="ana@example.org"))

    (case,) = notices()
    assert emails.compose(case.message).mail.to == ["Ana <ana@example.org>"]
    assert reason_to_skip(case, NOW + HOUR) is None


def test_looking_changes_nothing_and_the_button_takes_it_away_and_signs_out_everywhere() -> None:
    person = ana()
    browser = signed_in(person)
    add(person)
    before = dump()

    page = text(Client().get(link()))
    looked = dump()
    done = Client(enforce_csrf_checks=True).post(link())

    assert (looked, "r…@e….com" in page, "rival" in page) == (before, True, False)
    assert (done.status_code, "The address is taken away" in text(done)) == (200, True)
    assert held(person) == {"ana@example.org"}
    assert browser.get("/en/me/").status_code == 302


def test_what_was_added_or_asked_for_since_goes_too_and_who_pressed_comes_back() -> None:
    person = ana()
    add(person)
    add(person, "second@example.com", now=NOW + 2 * HOUR)
    pending = addresses.ask(attendee=person, address="third@example.com", now=NOW + 2 * HOUR)
    for gone in ("ana@example.org", "rival@example.com"):
        addresses.remove(attendee=person, address=person.addresses.get(normalised=gone))

    Client().post(link())

    assert held(person) == {"ana@example.org"}
    with pytest.raises(addresses.ClaimOver):
        addresses.confirm(claim=pending, now=NOW + 2 * HOUR)
    assert [reason_to_skip(case, NOW + 3 * HOUR) for case in notices()] == ["superseded"] * len(notices())


def test_what_was_there_before_stays() -> None:
    person = ana()
    add(person, "mine@example.net", now=NOW)
    add(person, now=NOW + 2 * HOUR)

    Client().post(link(-1))

    assert held(person) == {"ana@example.org", "mine@example.net"}


def test_an_address_that_is_anothers_by_now_stays_there() -> None:
    person = ana()
    add(person)
    addresses.remove(attendee=person, address=person.addresses.get(normalised="ana@example.org"))
    other = create_attendee("Luis", email="ana@example.org")

    answer = Client().post(link())

    assert (answer.status_code, held(person), held(other)) == (200, set(), {"ana@example.org"})


def test_pressed_again_after_one_added_it_once_more_it_takes_nothing_away() -> None:
    person = ana()
    add(person)
    here = link()
    Client().post(here)
    add(person, now=NOW + 3 * HOUR)
    before = dump()

    answers = [Client().post(here).status_code, Client().get(here).status_code]

    assert (answers, dump()) == ([410, 410], before)


def test_the_button_works_for_seven_days() -> None:
    person = ana()
    claim = add(person)

    for passed, status in ((timedelta(days=7), 410), (timedelta(days=7) - timedelta(seconds=1), 200)):
        with time_machine.travel(claim.confirmed_at + passed, tick=False):
            assert Client().post(link()).status_code == status
    assert held(person) == {"ana@example.org"}


def test_of_who_was_merged_it_takes_the_address_from_who_stayed() -> None:
    person, kept = ana(), create_attendee("Ana María", email="maria@example.org")
    add(person)
    here = link()
    merging.merge(kept=kept, gone=person, by=None, now=NOW + 2 * HOUR)

    answer = Client().post(here)

    assert (answer.status_code, held(kept)) == (200, {"ana@example.org", "maria@example.org"})


def test_erasing_forgets_where_it_went() -> None:
    person = ana()
    add(person)
    here = link()

    erasure.erase(attendee=person, now=NOW + 2 * HOUR)

    (case,) = notices()
    assert (case.message.state, case.message.sent_to, case.message.claim) == ("skipped", "", None)
    assert [getattr(Client(), method)(here).status_code for method in ("get", "post")] == [410, 410]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rosa@example.org", "r…@e….org"),
        ("Ñandú@correo.example.com.br", "Ñ…@c….br"),
        ("a@localhost", "a…@l…"),
    ],
)
def test_an_address_is_shown_by_its_first_letters(address: str, shown: str) -> None:
    assert masked(address) == shown
