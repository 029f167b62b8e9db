"""Which initiative a name means, and which names everybody may read."""

from __future__ import annotations

import pytest
from django.core.cache import caches

from registrations.choices import Source, Suggest
from registrations.models import Attendee, EmailAddress, Initiative
from registrations.services import (
    blocking,
    erasure,
    initiatives,
    merging,
    people,
    places,
    profile,
    retention,
    substitutes,
)
from registrations.services.people import Person
from tests.factories import NOW, address_of, create_session, register

pytestmark = pytest.mark.django_db


def typed(name: str, initiative: str, country: str = "CO", **said: str) -> Person:
    said = {"sector": "agrifood", "timezone": "America/Bogota"} | said
    return Person(full_name=name, email=address_of(name), country=country, initiative=initiative, **said)


def come(name: str, initiative: str, country: str = "CO", *, proven: bool = True, **said: str) -> Attendee:
    person = typed(name, initiative, country, **said)
    attendee, _is_new = people.find_or_create(person=person, source=Source.FORM, now=NOW)
    EmailAddress.objects.filter(attendee=attendee).update(verified_at=NOW if proven else None)
    return attendee


def offered() -> list[str]:
    caches["process"].clear()
    return [one.name for one in initiatives.suggestions()]


def coordinated() -> dict[str, str]:
    """{"Ana": "Clúster Andino", …}"""
    rows = Attendee.objects.filter(coordinates__isnull=False).order_by("pk")
    return dict(rows.values_list("full_name", "coordinates__name"))


def test_a_name_means_the_same_initiative_without_accents_case_and_doubled_spaces():
    come("Ana", " Clúster  Andino ", sector="energy")
    come("Luis", "CLUSTER ANDINO")

    assert coordinated() == {"Ana": "Clúster Andino", "Luis": "Clúster Andino"}
    made = Initiative.objects.get()
    assert (made.folded, made.country, made.sector, made.suggest) == ("cluster andino", "CO", "energy", "")
    assert list(Attendee.objects.order_by("pk").values_list("initiative", flat=True))[1] == "CLUSTER ANDINO"


def test_the_same_name_in_another_country_is_another_initiative():
    ana, luis = come("Ana", "Clúster Andino", "CO"), come("Luis", "Clúster Andino", "PE")

    assert ana.coordinates != luis.coordinates


@pytest.mark.parametrize("nothing", ["", "   ", "\u0301"])
def test_no_name_is_no_initiative(nothing: str):
    come("Ana", nothing)

    assert not Initiative.objects.exists()


def test_a_name_that_grows_when_it_is_folded_is_cut_and_found_again():
    # One letter of two hundred becomes eighteen.
    ana, luis = (come(name, "\ufdfa" * 200) for name in ("Ana", "Luis"))

    assert ana.coordinates == luis.coordinates
    assert len(Initiative.objects.get().folded) == 200


def test_a_form_never_gives_a_person_we_know_another_initiative():
    come("Ana", "Clúster Andino")

    come("Ana", "Another one")

    assert coordinated() == {"Ana": "Clúster Andino"}
    assert Initiative.objects.count() == 1


def test_a_known_name_costs_one_statement_and_a_new_one_four(django_assert_num_queries):
    come("Ana", "Clúster Andino")

    named = {"country": "CO", "sector": "", "now": NOW}
    with django_assert_num_queries(1):
        initiatives.find_or_make(name="cluster andino", **named)
    with django_assert_num_queries(4):
        initiatives.find_or_make(name="Valle Verde", **named)
    with django_assert_num_queries(0):
        initiatives.find_or_make(name=" ", **named)


def change(attendee: Attendee, **said: str) -> Attendee:
    names = ("full_name", "timezone", "language", "organisation", "position", "initiative", "sector", "gender")
    now = {name: getattr(attendee, name) for name in names} | {"country": attendee.country.code}
    profile.change(attendee=attendee, details=profile.Details(**(now | said)), now=NOW)
    attendee.refresh_from_db()
    return attendee


def test_a_changed_profile_moves_to_another_initiative_or_to_none():
    ana = come("Ana", "Clúster Andino")

    assert change(ana, initiative="Valle Verde").coordinates.name == "Valle Verde"
    assert change(ana, initiative="").coordinates is None


def test_who_moves_to_another_country_stays_with_their_initiative():
    ana = come("Ana", "Clúster Andino", "CO")
    before = ana.coordinates

    assert change(ana, country="PE", initiative="cluster andino").coordinates == before


def test_the_spelling_that_is_offered_to_everyone_is_taken_over_and_that_of_one_person_never():
    come("Ana", "Clúster Andino")
    come("Luis", "Clúster Andino")
    come("Inés", "Secreto de Inés")
    eva = come("Eva", "")

    assert change(eva, initiative="CLUSTER andino").initiative == "Clúster Andino"
    assert change(eva, initiative="SECRETO de ines").initiative == "SECRETO de ines"


def test_everyone_reads_only_what_two_people_of_proven_addresses_share():
    for name in ("Ana", "Eva"):
        come(name, "Clúster Andino")
        come(f"{name} Paz", "Typed by strangers", proven=False)
    come("Inés", "Named by one")
    come("Rosa", "Named by one and a stranger")
    come("Rita", "Named by one and a stranger", proven=False)

    assert offered() == ["Clúster Andino"]


def test_who_came_first_does_not_choose_the_letters_for_everybody():
    come("Stranger", "cLuSt\u0336Er \u24b6nDiNo", proven=False)
    for name, initiative in (("Ana", "CLUSTER ANDINO"), ("Eva", "Clúster  Andino"), ("Inés", "Clúster Andino")):
        come(name, initiative)

    assert offered() == ["Clúster Andino"]
    assert change(come("Luis", ""), initiative="cluster andino").initiative == "Clúster Andino"
    assert Initiative.objects.count() == 1


def test_staff_choose_the_letters_of_what_they_say_is_always_offered():
    for name in ("Ana", "Eva"):
        come(name, "CLUSTER ANDINO")
    Initiative.objects.update(suggest=Suggest.ALWAYS, name="Clúster Andino")

    assert offered() == ["Clúster Andino"]


def test_what_a_blocked_address_named_leaves_nothing():
    blocking.block(addresses=[address_of("Ana")], now=NOW)
    session = create_session()

    places.register(
        series=session.series,
        sessions=[session],
        whole_series=False,
        person=typed("Ana", "Clúster Andino"),
        answers=places.Answers(),
        now=NOW,
    )

    assert not Initiative.objects.exists()


def test_staff_say_always_or_never():
    for name in ("Ana", "Eva"):
        come(name, "Rude words")
    come("Inés", "Named by one")
    Initiative.objects.filter(name="Rude words").update(suggest=Suggest.NEVER)
    Initiative.objects.filter(name="Named by one").update(suggest=Suggest.ALWAYS)

    assert offered() == ["Named by one"]


def test_who_was_erased_no_longer_counts_and_the_name_nobody_has_goes_with_the_next_forgetting():
    come("Ana", "Clúster Andino")
    eva = come("Eva", "Clúster Andino")
    alone = come("Inés", "Inés and sons")
    Initiative.objects.create(name="Named by staff", suggest=Suggest.ALWAYS)

    for person in (eva, alone):
        erasure.erase(attendee=person, now=NOW)

    assert offered() == ["Named by staff"]
    assert Attendee.objects.filter(coordinates__isnull=False).count() == 1
    assert retention.forget(months=24, now=NOW).initiatives == 1
    assert set(Initiative.objects.values_list("name", flat=True)) == {"Clúster Andino", "Named by staff"}


def test_the_list_on_a_page_is_short_and_has_what_most_people_coordinate(monkeypatch):
    monkeypatch.setattr(initiatives, "MOST_SUGGESTED", 2)
    for number, initiative in enumerate(["L" * 101] * 5 + ["Zona Sur"] * 4 + ["Alto Valle"] * 3 + ["Medio"] * 2):
        come(f"Ana {number}", initiative)

    assert offered() == ["Alto Valle", "Zona Sur"]


def test_one_name_in_two_countries_is_offered_once():
    for name, country in (("Ana", "CO"), ("Eva", "CO"), ("Luis", "PE"), ("Rosa", "PE")):
        come(name, "Clúster Andino", country)

    assert offered() == ["Clúster Andino"]


def test_a_few_letters_find_any_of_its_names_without_accents_and_in_any_order():
    for name, said in (("Clúster Minero del Norte", ""), ("Café de Altura", ""), ("Old name", "Café de Altura")):
        Initiative.objects.create(name=name, suggest=Suggest.ALWAYS)
        Initiative.objects.filter(name=name).exclude(name=said or name).update(suggest="")
    old, cafe = (Initiative.objects.get(name=name) for name in ("Old name", "Café de Altura"))
    Initiative.objects.filter(pk=old.pk).update(merged_into=cafe)

    found = {q: [one.name for one in initiatives.matching(q)] for q in ("norte clus", "CAFE", "old", "zzz", " ")}

    assert found == {
        "norte clus": ["Clúster Minero del Norte"],
        "CAFE": ["Café de Altura"],
        "old": ["Café de Altura"],
        "zzz": [],
        " ": [],
    }


def test_what_is_offered_is_asked_once_a_minute(django_assert_num_queries):
    initiatives.suggestions()

    with django_assert_num_queries(0):
        initiatives.suggestions()
        initiatives.matching("a")
    caches["process"].clear()
    with django_assert_num_queries(2):
        initiatives.suggestions()


def test_many_at_once_cost_the_same_and_find_the_same(django_assert_num_queries):
    come("Ana", "Clúster Andino")
    crowd = [Attendee(full_name=f"P{n}", country="CO", initiative=f"Clúster {n % 7}") for n in range(50)]
    crowd += [Attendee(full_name="Eva", country="CO", initiative="CLUSTER ANDINO"), Attendee(full_name="None")]

    with django_assert_num_queries(3):
        initiatives.join_many(crowd, now=NOW)
    Attendee.objects.bulk_create(crowd)

    assert coordinated()["Eva"] == "Clúster Andino"
    assert Initiative.objects.count() == 1 + 7
    assert Attendee.objects.get(full_name="None").coordinates is None


def test_two_people_who_are_one_keep_their_initiative_and_an_empty_one_is_filled():
    ana, anita, nobody = come("Ana", "Clúster Andino"), come("Anita", "Valle Verde"), come("A.", "")

    merging.merge(kept=ana, gone=anita, by=None, now=NOW)
    merging.merge(kept=nobody, gone=ana, by=None, now=NOW)

    assert coordinated() == {"A.": "Clúster Andino"}
    assert Attendee.objects.get(full_name="A.").initiative == "Clúster Andino"


def test_a_colleague_who_takes_a_place_over_joins_the_same_initiative_wherever_they_live():
    session = create_session()
    giver = come("Ana", "Clúster Andino", "CO")
    registration = register(session, "Ana")

    substitutes.take_over(
        registration=registration, round=1, person=typed("Luis", "", "PE"), announcements=False, now=NOW
    )

    assert Attendee.objects.get(full_name="Luis").coordinates == giver.coordinates
