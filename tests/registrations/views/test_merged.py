"""Old links and sign-ins of who was merged lead to the person who stays; what was out of use stays so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from iatp_events.lib import signing
from registrations import links, sign_in_cookie
from registrations.models import Attendee, Registration
from registrations.models.attendees import AttendeeQuerySet
from registrations.services import erasure, merging, people
from registrations.views import personal
from tests.factories import NOW, create_session, register

pytestmark = pytest.mark.django_db


def two_of_one() -> tuple[Registration, Registration]:
    session = create_session(starts_at=None)
    return register(session, "Ana"), register(session, "Anita")


def merge(kept: Attendee, gone: Attendee) -> None:
    merging.merge(kept=kept, gone=gone, by=None, now=NOW)


def path(link: str) -> str:
    return link.removeprefix(settings.SITE_URL)


def signed_in_as(attendee: Attendee) -> Client:
    client, answer = Client(), HttpResponse()
    sign_in_cookie.remember(answer, attendee)
    client.cookies[settings.SIGN_IN_COOKIE_NAME] = answer.cookies[settings.SIGN_IN_COOKIE_NAME].value
    return client


def links_of(registration: Registration) -> list[str]:
    attendee = registration.attendee
    return [
        path(links.manage(registration)),
        path(links.join(registration)),
        path(links.cancel(registration)),
        path(links.one_tap(attendee, registration.session)),
        path(links.stop(attendee)),
        path(links.stop_announcements(attendee, registration.session.series)),
        path(links.calendar(attendee)),
    ]


@pytest.mark.parametrize("gone_first", [True, False])
def test_every_link_of_both_goes_on(gone_first: bool) -> None:
    one, two = two_of_one()
    addresses = links_of(one) + links_of(two)
    merge(*((two.attendee, one.attendee) if gone_first else (one.attendee, two.attendee)))

    answers = [Client().get(address) for address in addresses]

    assert {answer.status_code for answer in answers} == {200}


def test_the_link_of_the_registration_that_went_acts_on_the_one_that_stayed(client: Client) -> None:
    one, two = two_of_one()
    merge(two.attendee, one.attendee)

    client.post(path(links.cancel(two)))

    assert Registration.objects.values_list("pk", "state").get() == (one.pk, "cancelled")


def test_links_follow_two_merges_and_one_that_was_out_of_use_stays_so(client: Client) -> None:
    one, two = two_of_one()
    three = register(one.session, "Anna")
    merge(two.attendee, three.attendee)
    merge(one.attendee, two.attendee)
    old = links_of(three)

    before = [client.get(address).status_code for address in old]
    erasure.forget_answers(Registration.objects.filter(pk=one.pk))

    assert before == [200] * 7
    assert client.get(old[0]).status_code == 404


def test_the_cookie_of_who_went_opens_the_pages_of_who_stays_until_they_sign_out_everywhere() -> None:
    one, two = two_of_one()
    old = signed_in_as(two.attendee)
    merge(one.attendee, two.attendee)
    me = reverse("registrations:me")

    before = old.get(me).status_code
    one.attendee.refresh_from_db()
    one.attendee.sign_out_everywhere()

    assert (before, old.get(me).status_code) == (200, 302)


@pytest.mark.parametrize("address", ["cancel", "one_tap", "stop"])
def test_a_press_at_the_moment_of_the_merge_does_nothing_and_opens_the_link_anew(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = two_of_one()
    merged = Attendee.objects.get(pk=two.attendee.pk)
    monkeypatch.setattr(AttendeeQuerySet, "led_to_by", lambda _all, _pk, **_of: Attendee.objects.filter(pk=merged.pk))
    monkeypatch.setattr(personal, "place", looked_up_before(links.token(two)))
    merge(one.attendee, two.attendee)
    link = {
        "cancel": links.cancel(two),
        "one_tap": links.one_tap(merged, two.session),
        "stop": links.stop_announcements(merged, two.session.series),
    }[address]

    answer = Client().post(path(link), {"leave": "1"})

    assert (answer.status_code, answer["Location"]) == (302, path(link))
    assert Registration.objects.values_list("pk", "state").get() == (one.pk, "confirmed")


def looked_up_before(token: str) -> Callable[..., personal.Place]:
    read = signing.read(links.REGISTRATION, token)
    found = personal.place(token, read[0], read[1])
    return lambda *_numbers: found


def test_a_renewed_calendar_ends_the_address_of_who_went_too(client: Client) -> None:
    one, two = two_of_one()
    old = path(links.calendar(two.attendee))
    merge(one.attendee, two.attendee)

    before = client.get(old).status_code
    people.renew_calendar(attendee=one.attendee)

    assert (before, client.get(old).status_code) == (200, 404)


def test_after_erasing_who_stayed_no_old_link_and_no_cookie_opens_anything() -> None:
    one, two = two_of_one()
    old, addresses = signed_in_as(two.attendee), links_of(two)
    merge(one.attendee, two.attendee)
    erasure.erase(attendee=one.attendee, now=NOW)

    assert {Client().get(address).status_code for address in addresses} == {404}
    assert old.get(reverse("registrations:me")).status_code == 302


def test_a_link_that_was_out_of_use_before_the_merge_opens_nothing_after_it(client: Client) -> None:
    one, two = two_of_one()
    old = path(links.manage(two))
    erasure.forget_answers(Registration.objects.filter(pk=two.pk))

    merge(one.attendee, two.attendee)

    assert client.get(old).status_code == 404
