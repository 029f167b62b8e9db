"""Staff say on the page of a session how many may come from one initiative, and from one country; the form holds it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.admin_pages import form_of, send, staff_client
from tests.factories import create_session, register, states
from tests.registrations.views.mine import text
from tests.servers.forms import filled
from workshops.models import Session

pytestmark = pytest.mark.django_db
FORM = "/en/series/community-in-practice/register/"


def page_of(session: Session) -> str:
    return reverse("admin:workshops_session_change", args=[session.pk])


def caps() -> tuple[int | None, int | None]:
    return Session.objects.values_list("most_per_initiative", "most_per_country").get()


def come(name: str, **said: Any) -> tuple[int, str]:
    answer = Client().post(FORM, filled(name, f"{name}@example.org", 1, **said))
    return answer.status_code, text(answer)


def test_caps_are_saved_shown_and_held_by_the_form() -> None:
    session, client = create_session(), staff_client()

    answer = send(client, page_of(session), most_per_initiative="2", most_per_country="3")
    shown = form_of(client, page_of(session))
    came = [come(name, initiative="Norte", country="CL") for name in ("ana", "luis", "eva")]
    others = [come(name, initiative=name, country="CL") for name in ("rosa", "olga")]

    assert (answer.status_code, caps()) == (302, (2, 3))
    assert (shown["most_per_initiative"], shown["most_per_country"]) == ("2", "3")
    assert [status for status, _page in came] == [302, 302, 422]
    assert "Session 1 takes at most 2 people of each initiative" in came[2][1]
    assert [status for status, _page in others] == [302, 422]
    assert "Session 1 takes at most 3 people from each country" in others[1][1]
    assert list(states(session)) == ["ana", "luis", "rosa"]


@pytest.mark.parametrize("field", ["most_per_initiative", "most_per_country"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0", "Ensure this value is greater than or equal to 1."),
        ("-3", "Ensure this value is greater than or equal to"),
        ("ten", "Enter a whole number."),
        ("2.5", "Enter a whole number."),
        ("9" * 30, "Ensure this value is less than or equal to"),
    ],
)
def test_what_is_no_number_of_people_is_refused_at_its_field(field: str, typed: str, said: str) -> None:
    session = create_session(most_per_initiative=5, most_per_country=6)

    page = send(staff_client(), page_of(session), **{field: typed})

    assert page.status_code == 200
    assert page.context["adminform"].form.errors[field][0].startswith(said)
    assert f'value="{typed}"' in page.content.decode()
    assert caps() == (5, 6)


def test_an_empty_cap_is_none() -> None:
    session = create_session(most_per_initiative=1, most_per_country=1)
    come("ana", initiative="Norte", country="CL")

    send(staff_client(), page_of(session), most_per_initiative="", most_per_country="")

    assert caps() == (None, None)
    assert come("luis", initiative="Norte", country="CL")[0] == 302
    assert len(states(session)) == 2


def test_a_lower_cap_takes_nobody_out_and_lets_nobody_in() -> None:
    session = create_session()
    for name in ("ana", "luis"):
        register(session, name, country="CL")

    send(staff_client(), page_of(session), most_per_country="1")

    assert come("eva", country="CL")[0] == 422
    assert states(session) == {"ana": "confirmed", "luis": "confirmed"}


def test_who_may_only_look_sees_the_caps_and_changes_none() -> None:
    session = create_session(most_per_initiative=4)
    reader = staff_client("workshops.view_session")

    page = reader.get(page_of(session)).content.decode()
    answer = reader.post(page_of(session), {"most_per_initiative": "9"})

    assert "Most per initiative" in page
    assert (answer.status_code, caps()) == (403, (4, None))
