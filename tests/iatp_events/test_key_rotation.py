"""SECRET_KEY is changed without anybody noticing: what the old one signed is read while it is a fallback."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from iatp_events.lib import signing
from registrations.models import BlockedAddress
from registrations.services import blocking
from tests.factories import NOW, create_attendee, create_session, register
from tests.registrations.views.mine import signed_in

pytestmark = pytest.mark.django_db
OLD = "the key of before, which is long enough for anybody: 0123456789"
NEW = "another key, which is as long and as little known as that: 9876"


@pytest.fixture
def rotate(settings: Any) -> Any:
    """Begin with the old key; the function changes it, with or without keeping the old one."""
    settings.SECRET_KEY = OLD

    def change(*, keep: bool = True) -> None:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD] if keep else []

    return change


@pytest.mark.parametrize(("keep", "status"), [(True, 200), (False, 404)])
def test_a_link_in_a_mail_of_before_opens(rotate: Any, keep: bool, status: int) -> None:
    registration = register(create_session())
    link = reverse(
        "links:registration", args=(signing.token("registration", registration.pk, registration.link_version),)
    )

    rotate(keep=keep)

    assert Client().get(link).status_code == status


def test_new_links_are_signed_with_the_new_key(rotate: Any, settings: Any) -> None:
    rotate()
    token = signing.token("stop", 7)
    settings.SECRET_KEY_FALLBACKS = []

    assert signing.read("stop", token) == (7,)


@pytest.mark.parametrize(("keep", "status"), [(True, 200), (False, 302)])
def test_who_is_signed_in_stays_so(rotate: Any, keep: bool, status: int) -> None:
    person = signed_in(create_attendee())
    staff = Client()
    staff.force_login(User.objects.create_superuser("staff", password="not asked for here"))

    rotate(keep=keep)

    assert person.get("/en/me/").status_code == status
    assert staff.get("/admin/").status_code == status


def test_a_blocked_address_stays_blocked(rotate: Any) -> None:
    blocking.block(addresses=["ana@example.org"], now=NOW)

    rotate()

    assert blocking.is_blocked("Ana@example.org", now=NOW)
    assert blocking.among(["ana@example.org", "luis@example.org"], now=NOW) == {"ana@example.org"}
    blocking.block(addresses=["luis@example.org"], now=NOW)
    assert BlockedAddress.objects.count() == 2
