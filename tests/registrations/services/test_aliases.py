"""Names that are one initiative's: merged by staff, taken out again, and changed."""

from __future__ import annotations

import pytest

from registrations.choices import Suggest
from registrations.models import Attendee, Bulletin, Initiative
from registrations.services import aliases, caps, initiatives
from tests.factories import NOW, create_session, states
from tests.registrations.services.test_caps import refused, send
from tests.registrations.services.test_initiatives import come, offered

pytestmark = pytest.mark.django_db


def named(name: str) -> Initiative:
    return Initiative.objects.get(name=name)


def merge(kept: str, *others: str) -> tuple[Initiative, list[Initiative]]:
    return aliases.merge(kept=named(kept).pk, others=[named(name).pk for name in others], by=None, now=NOW)


def people_of(name: str) -> list[str]:
    return [str(one) for one in Attendee.objects.coordinating(named(name).pk).order_by("pk")]


def test_everybody_moves_and_who_types_an_old_name_means_the_one_that_stayed():
    come("Ana", "Clúster Andino")
    come("Eva", "Cluster de los Andes")
    come("Luis", "Clúster Andino", "PE")
    double = Initiative.objects.get(country="PE")

    aliases.merge(
        kept=Initiative.objects.get(name="Clúster Andino", country="CO").pk,
        others=[named("Cluster de los Andes").pk, double.pk],
        by=None,
        now=NOW,
    )
    come("Rosa", "CLÚSTER DE LOS ANDES")

    party = Initiative.objects.parties().get()
    assert [str(one) for one in Attendee.objects.coordinating(party.pk).order_by("pk")] == [
        "Ana",
        "Eva",
        "Luis",
        "Rosa",
    ]
    assert {row.party for row in Initiative.objects.all()} == {party}
    assert Attendee.objects.get(full_name="Eva").initiative == "Cluster de los Andes"
    assert double.also.count() == 0


def test_what_was_merged_into_one_that_is_merged_leads_on():
    for name, said in (("Ana", "One"), ("Eva", "Two"), ("Luis", "Three")):
        come(name, said)

    merge("Two", "One")
    merge("Three", "Two")

    assert people_of("Three") == ["Ana", "Eva", "Luis"]
    assert {row.name for row in named("Three").also.all()} == {"One", "Two"}


def test_the_one_that_stays_takes_what_it_lacks():
    Initiative.objects.create(name="One")
    Initiative.objects.create(name="Two", sector="energy", suggest=Suggest.ALWAYS)

    kept, gone = merge("One", "Two")

    assert (kept.sector, kept.suggest, gone) == ("energy", "always", [named("Two")])
    assert offered() == ["One"]


def test_people_of_two_names_count_together_for_what_is_offered():
    come("Ana", "One")
    come("Eva", "Two")
    assert offered() == []

    merge("One", "Two")

    assert offered() == ["One"]


@pytest.mark.parametrize("others", [[], ["One"], ["One", "Gone"]])
def test_nothing_is_merged_with_itself_or_with_what_is_merged_already(others: list[str]):
    for name in ("One", "Two", "Gone"):
        Initiative.objects.create(name=name)
    merge("Two", "Gone")
    before = list(Initiative.objects.order_by("pk").values())

    with pytest.raises(aliases.NotApart):
        merge("One", *others)

    assert list(Initiative.objects.order_by("pk").values()) == before


def test_a_name_is_taken_out_again_with_those_who_typed_it():
    come("Ana", "One")
    come("Eva", "Two")
    merge("One", "Two")

    assert aliases.separate(name=named("Two").pk)

    assert (people_of("One"), people_of("Two")) == (["Ana"], ["Eva"])
    assert (named("Two").merged_at, aliases.separate(name=named("Two").pk)) == (None, False)


def write(initiative: Initiative, **said: str) -> None:
    for column, value in said.items():
        setattr(initiative, column, value)
    aliases.write(initiative=initiative, columns=[*said, "folded"], by=None, now=NOW)


def test_who_types_the_former_name_still_means_it():
    come("Ana", "Clster Andino")
    write(named("Clster Andino"), name="Clúster Andino")

    come("Eva", "clster andino")
    come("Luis", "cluster andino")

    assert people_of("Clúster Andino") == ["Ana", "Eva", "Luis"]
    assert [(row.name, row.folded) for row in named("Clúster Andino").also.all()] == [
        ("Clster Andino", "clster andino")
    ]


def test_other_accents_leave_no_former_name():
    write(Initiative.objects.create(name="Cluster Andino"), name="Clúster Andino")

    assert Initiative.objects.count() == 1


def test_it_may_go_by_one_of_its_other_names_and_back():
    come("Ana", "One")
    come("Eva", "Two")
    merge("One", "Two")
    party = named("One")

    for name in ("Two", "One", "Two"):
        write(party, name=name)

    assert (party.name, sorted(Initiative.objects.values_list("name", "folded"))) == (
        "Two",
        [("One", "one"), ("Two", "two")],
    )
    assert people_of("Two") == ["Ana", "Eva"]
    come("Rosa", "one")
    assert people_of("Two") == ["Ana", "Eva", "Rosa"]


def test_whose_a_name_is():
    one, two = (Initiative.objects.create(name=name, country="CO") for name in ("One", "Two"))
    merge("One", "Two")

    assert aliases.taken(name="TWO", country="CO", besides=None) == one
    assert aliases.taken(name="TWO", country="CO", besides=one.pk) is None
    assert aliases.taken(name="Two", country="PE", besides=None) is None
    assert aliases.taken(name="Three", country="CO", besides=None) is None
    assert initiatives.key_of(" TWO", "CO") == (two.folded, "CO")


def test_a_cap_counts_all_names_of_an_initiative_as_one():
    session = create_session(most_per_initiative=2)
    send("Ana", session, initiative="Clúster Andino")
    send("Eva", session, initiative="Los Andes")
    merge("Clúster Andino", "Los Andes")

    assert refused("Luis", session, initiative="LOS ANDES") == [(1, "initiative", 2)]
    assert refused("Luis", session, initiative="cluster andino", country="PE") == [(1, "initiative", 2)]
    send("Rosa", session, initiative="Los Andes", country="PE")

    assert states(session) == {"Ana": "confirmed", "Eva": "confirmed", "Rosa": "confirmed"}


def test_a_cap_counts_who_is_known_under_what_the_form_said_and_where():
    session = create_session(most_per_initiative=1)
    send("Ana", session, initiative="Clúster Andino")
    come("Eva", "", "PE")
    come("Old", "Los Andes")
    merge("Clúster Andino", "Los Andes")
    session.most_per_initiative = 2
    session.save(update_fields=["most_per_initiative"])
    send("Eva", session, initiative="Los Andes")

    assert refused("Luis", session, initiative="Clúster Andino") == [(1, "initiative", 2)]


@pytest.mark.parametrize("chosen", ["Clúster Andino", "Los Andes", "los andes"])
def test_a_message_to_an_initiative_reaches_everybody_under_every_name(chosen: str):
    session = create_session()
    for name, initiative in (("Ana", "Clúster Andino"), ("Eva", "Los Andes"), ("Luis", "Another"), ("Rosa", "")):
        send(name, session, initiative=initiative)
    merge("Clúster Andino", "Los Andes")
    bulletin = Bulletin(series=session.series, session=session, initiative=chosen, created_at=NOW)

    reached = Attendee.objects.meant_by(bulletin).order_by("pk")

    assert [str(one) for one in reached] == ["Ana", "Eva"]


@pytest.mark.parametrize("names", [1, 30])
def test_a_cap_costs_the_same_with_many_names(names: int, django_assert_num_queries):
    session = create_session(most_per_initiative=2, most_per_country=3)
    party = Initiative.objects.create(name="One")
    for number in range(names):
        Initiative.objects.create(name=f"Name {number}", merged_into=party)

    with django_assert_num_queries(2):
        caps.Room([session])
