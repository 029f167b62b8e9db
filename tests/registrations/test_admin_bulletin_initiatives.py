"""Whom a message to a group reaches by an initiative: a few are suggested, and any of their names is understood."""

from __future__ import annotations

from typing import Any

import pytest

from registrations.models import Attendee, Bulletin, Initiative
from registrations.services import initiatives
from tests.admin_pages import queries_of, staff_client
from tests.factories import NOW, create_attendee, create_series, create_session, register
from tests.registrations.test_admin_bulletins import ADD, draft, write

pytestmark = pytest.mark.django_db


def coordinate(name: str, initiative: str, country: str = "CO") -> Attendee:
    attendee = create_attendee(name, country, initiative=initiative)
    initiatives.join(attendee, now=NOW)
    attendee.save()
    return attendee


def suggested() -> list[str]:
    page = staff_client().get(ADD)
    found: Any = page.context["adminform"].form.fields["initiative"].widget.suggestions
    assert all(f'<option value="{name}">' in page.content.decode() for name in found)
    return list(found)


def test_parties_are_suggested_under_their_own_name_and_each_once() -> None:
    for name, initiative, country in (
        ("Ana", "Red Andina", "PE"),
        ("Luis", "Andean Network", "PE"),
        ("Rosa", "Red Andina", "CO"),
        ("Zé", "Ágora", "BR"),
    ):
        coordinate(name, initiative, country)
    Initiative.objects.filter(name="Andean Network").update(
        merged_into=Initiative.objects.get(name="Red Andina", country="PE")
    )
    Initiative.objects.create(name="Nobody’s")

    assert suggested() == ["Ágora", "Red Andina"]


def test_a_page_carries_few_of_many_and_costs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initiatives, "MOST_FOR_STAFF", 2)
    for name, initiative in (("Ana", "Andes"), ("Luis", "Costa"), ("Rosa", "Costa"), ("Zé", "Mar")):
        coordinate(name, initiative)
    client = staff_client()
    few = queries_of(client, ADD)
    for number in range(20):
        coordinate(f"Person {number}", f"Initiative {number}")

    assert suggested() == ["Andes", "Costa"]
    assert queries_of(client, ADD) == few


@pytest.mark.parametrize("typed", ["Mar del Sur", "mar DEL sur", "Már del Sur", "South Sea"])
def test_any_name_of_an_initiative_is_understood_suggested_or_not(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(initiatives, "MOST_FOR_STAFF", 0)
    session = create_session()
    person = register(session, "Ana").attendee
    person.initiative = "Mar del Sur"
    initiatives.join(person, now=NOW)
    person.save()
    Initiative.objects.create(name="South Sea", merged_into=Initiative.objects.get())

    write(staff_client(), session=session.pk, initiative=typed)

    assert list(Attendee.objects.meant_by(Bulletin.objects.get())) == [person]


def test_a_name_that_stands_in_no_list_is_refused_and_nothing_is_written() -> None:
    create_series()

    page = write(staff_client(), initiative="<i>Nobody’s</i>")

    assert page.context["adminform"].form.errors["initiative"][0].startswith("No initiative has this name.")
    assert not Bulletin.objects.exists()


def test_whoever_spells_an_initiative_with_other_capitals_is_found() -> None:
    session = create_session()
    for name, initiative in (("Ana", "Ágora"), ("Luis", "ÁGORA"), ("Rosa", "ágora"), ("Zé", "Agora")):
        person = register(session, name).attendee
        person.initiative = initiative
        initiatives.join(person, now=NOW)
        person.save()

    found = Attendee.objects.meant_by(draft(session, initiative="Ágora"))

    assert {person.full_name for person in found} == {"Ana", "Luis", "Rosa", "Zé"}
