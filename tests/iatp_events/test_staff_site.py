"""The staff menu: every list stands in one room, and everybody finds those they may open."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from iatp_events.staff_site import _ROOMS
from tests.admin_pages import staff_client

pytestmark = pytest.mark.django_db


def test_every_list_of_ours_stands_in_one_room() -> None:
    ours = {
        model.__name__
        for model in admin.site._registry
        if model.__module__.split(".")[0] in ("workshops", "registrations")
    }

    named = [name for names in _ROOMS.values() for name in names]

    assert sorted(named) == sorted(ours)


@pytest.mark.parametrize(
    ("permissions", "headings", "lists"),
    [((), ["Programme", "People", "Attendance", "Mails"], 18), (("registrations.view_alias",), ["Attendance"], 1)],
)
def test_the_menu_offers_what_one_may_open_under_its_headings(
    permissions: tuple[str, ...], headings: list[str], lists: int
) -> None:
    here = reverse("admin:registrations_alias_changelist")

    page = staff_client(*permissions).get(here).content.decode()

    wide = page.split('<div class="rooms-wide">')[1].split("<details")[0]
    small = page.split('<details class="rooms-small">')[1].split("</details>")[0]
    assert re.findall(r"<p>(\w+)</p>", wide) == headings
    assert [menu.count("<li>") for menu in (wide, small)] == [lists, lists]
    assert f'<a href="{here}" aria-current="page">Aliases</a>' in wide
    assert wide.count("aria-current") == 1
    assert "<strong>Aliases</strong>" in small
