"""Staff find initiatives, see who coordinates them, merge doubles and take a name out again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from registrations.models import Attendee, Initiative
from registrations.services import initiatives, places
from tests.admin_pages import form_of, queries_of, send, staff_client
from tests.factories import NOW, create_attendee, create_session, register

pytestmark = pytest.mark.django_db
LIST = "/admin/registrations/initiative/"
MERGE = f"{LIST}merge/"
VIEW, CHANGE, MAY_MERGE = (f"registrations.{name}_initiative" for name in ("view", "change", "merge"))


def page_of(initiative: Initiative, page: str = "change") -> str:
    return reverse(f"admin:registrations_initiative_{page}", args=[initiative.pk])


def create(name: str, *people: str, country: str = "CO", **said: Any) -> Initiative:
    initiative = Initiative.objects.create(name=name, country=country, created_at=NOW, **said)
    for person in people:
        create_attendee(person, country, initiative=name, coordinates=initiative)
    return initiative


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def names(answer: Any) -> list[str]:
    return [row.name for row in answer.context["cl"].result_list]


def test_the_list_says_how_many_coordinate_each_and_how_many_registrations_stand() -> None:
    session = create_session()
    create("Clúster Andino", "Ana", "Eva")
    create("Valle Verde", suggest="always")
    cancelled, _stands = register(session, "Ana"), register(session, "Eva")
    places.cancel(registration=cancelled, now=NOW)
    double = create("Los Andes", "Luis")
    Initiative.objects.filter(pk=double.pk).update(merged_into=Initiative.objects.get(name="Clúster Andino"))

    page = staff_client().get(LIST)

    counts = [
        (row.name, row.people_count, row.registration_count, row.offered) for row in page.context["cl"].result_list
    ]
    assert counts == [("Clúster Andino", 3, 1, False), ("Valle Verde", 0, 0, True)]


def test_it_is_found_by_any_of_its_names_without_accents_and_filtered() -> None:
    party = create("Clúster Andino", "Ana", "Eva", sector="energy")
    create("Café de los Andes", "Luis", country="PE", merged_into=party)
    create("Valle Verde", "Rosa", country="PE", suggest="always")
    create("Nobody's", country="CL")
    client = staff_client()

    asked = ("q=CLUSTER", "q=cafe", "country__exact=PE", "sector=energy", "people=none", "people=one", "people=several")
    found = {query: names(client.get(f"{LIST}?{query.replace('__exact', '')}")) for query in asked}

    assert list(found.values()) == [
        ["Clúster Andino"],
        ["Clúster Andino"],
        ["Valle Verde"],
        ["Clúster Andino"],
        ["Nobody's"],
        ["Valle Verde"],
        ["Clúster Andino"],
    ]


@pytest.mark.parametrize("rows", [1, 300])
def test_list_page_and_question_cost_the_same_with_one_and_with_three_hundred(rows: int) -> None:
    party = create("Clúster Andino", *(f"Person {number}" for number in range(rows)))
    others = [create(f"Initiative {number}") for number in range(rows)]
    for number in range(rows):
        create(f"Name {number}", merged_into=party)
    client = staff_client()
    ContentType.objects.get_for_model(Initiative)
    initiatives.suggestions()
    asked = "&".join(f"pk={row.pk}" for row in others[:49])

    costs = [queries_of(client, url) for url in (LIST, page_of(party), f"{MERGE}?pk={party.pk}&{asked}")]

    assert costs == [7, 8, 5]


def test_the_page_shows_who_coordinates_it_and_leads_to_all_of_them() -> None:
    party = create("Clúster Andino", *(f"Person {number:03}" for number in range(101)))
    create_attendee("Somebody else")
    client = staff_client()

    page = client.get(page_of(party))
    everyone = client.get(f"/admin/registrations/attendee/?initiative={party.pk}")

    assert "Person 099" in text(page)
    assert "Person 100" not in text(page)
    assert "All 101 people" in text(page)
    assert everyone.context["cl"].result_count == 101
    assert len(page.content) < 200_000


def test_who_may_not_see_people_does_not_see_them_here() -> None:
    party = create("Clúster Andino", "Ana Ruiz")

    page = staff_client(VIEW).get(page_of(party))

    assert (page.status_code, "Ana Ruiz" in text(page)) == (200, False)


def test_the_page_of_a_merged_name_is_that_of_its_initiative_and_nonsense_has_none() -> None:
    party = create("Clúster Andino")
    double = create("Los Andes", merged_into=party)
    client = staff_client()

    assert client.get(page_of(double))["Location"] == page_of(party)
    assert client.get(f"{LIST}999999/change/")["Location"] == client.get(f"{LIST}x/change/")["Location"] == "/admin/"


def test_likely_doubles_have_the_same_name_in_another_country() -> None:
    for country in ("CO", "PE"):
        create("Clúster Andino", country=country)
    merged = create("Valle Verde", country="CO")
    create("Valle Verde", country="PE", merged_into=merged)

    assert names(staff_client().get(f"{LIST}?doubles=country")) == ["Clúster Andino"] * 2


def test_the_page_of_a_person_leads_to_their_initiative() -> None:
    party = create("Clúster Andino")
    double = create("Los Andes", "Ana", merged_into=party)
    ana = Attendee.objects.get()

    page = staff_client().get(reverse("admin:registrations_attendee_change", args=[ana.pk])).content.decode()

    assert f'<a href="{page_of(party)}">Clúster Andino</a>' in page
    assert page_of(double) not in page


def test_staff_who_change_what_a_person_wrote_change_their_initiative() -> None:
    create("Clúster Andino", "Ana")
    other = create("Valle Verde")
    ana = Attendee.objects.get()

    send(staff_client(), reverse("admin:registrations_attendee_change", args=[ana.pk]), initiative="VALLE VERDE")

    ana.refresh_from_db()
    assert (ana.coordinates, ana.initiative) == (other, "VALLE VERDE")


def ask(client: Any, *rows: Initiative) -> Any:
    action = {"action": "merge", "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, action, follow=True)


def test_doubles_are_merged_by_an_action_a_question_and_a_button() -> None:
    few, many = create("Los Andes", "Luis"), create("Clúster Andino", "Ana", "Eva")
    client = staff_client(VIEW, MAY_MERGE)

    asked = ask(client, few, many)
    url = asked.redirect_chain[-1][0]
    done = client.post(url, form_of(client, url) | {"pk": [few.pk, many.pk], "kept": few.pk}, follow=True)

    # The one with most people is proposed; staff may choose another.
    assert re.search(rf'value="{many.pk}" checked', asked.content.decode())
    assert "1 initiative was merged into “Los Andes”" in text(done)
    party, double = Initiative.objects.get(pk=few.pk), Initiative.objects.get(pk=many.pk)
    assert (double.merged_into, double.merged_at, double.merged_by) == (party, NOW, done.context["user"])
    assert Attendee.objects.coordinating(party.pk).count() == 3
    assert "Clúster Andino Colombia · Oct. 5, 2026 · staff-0" in text(done)
    assert sorted(LogEntry.objects.values_list("object_id", "change_message")) == sorted([
        (str(few.pk), "Merged: “Clúster Andino” are this one."),
        (str(many.pk), "Merged into “Los Andes”."),
    ])  # fmt: skip


def test_what_is_no_merge_is_no_button_and_no_error() -> None:
    one, two = create("One"), create("Two")
    client = staff_client()

    alone = ask(client, one)
    nothing = client.get(MERGE)
    odd = [client.post(MERGE, sent) for sent in ({"pk": [one.pk, two.pk]}, {"pk": "x"}, {"pk": one.pk, "kept": two.pk})]
    late = client.post(MERGE, {"pk": [one.pk, 999_999], "kept": one.pk}, follow=True)

    assert "Choose at least two" in text(alone)
    assert "submit" not in alone.content.decode().split("submit-row")[1]
    assert [nothing.status_code, *(answer.status_code for answer in odd)] == [404] * 4
    assert "Nothing was merged" in text(late)
    assert not Initiative.objects.filter(merged_into__isnull=False).exists()


def test_more_than_fifty_are_merged_in_several_steps() -> None:
    rows = [create(f"Name {number}") for number in range(51)]
    client = staff_client()

    assert "too many for one page" in text(ask(client, *rows))
    assert client.post(MERGE, {"pk": [row.pk for row in rows], "kept": rows[0].pk}).status_code == 404


def test_a_name_is_taken_out_again_by_a_button() -> None:
    party = create("Clúster Andino", "Ana")
    double = create("Los Andes", "Luis", merged_into=party, merged_at=NOW)
    client = staff_client()

    assert page_of(double, "separate") in client.get(page_of(party)).content.decode()
    assert "1 person wrote it so and goes with it." in text(client.get(page_of(double, "separate")))
    done = client.post(page_of(double, "separate"), follow=True)

    assert "“Los Andes” is an initiative of its own again" in text(done)
    assert [Attendee.objects.coordinating(row.pk).count() for row in (party, double)] == [1, 1]
    assert LogEntry.objects.count() == 2
    assert client.get(page_of(double, "separate")).status_code == 302
    assert client.post(f"{LIST}999999/separate/").status_code == 404


@pytest.mark.parametrize("permissions", [(VIEW,), (VIEW, CHANGE)])
def test_only_who_may_merge_merges(permissions: tuple[str, ...]) -> None:
    party = create("One")
    double = create("Two", merged_into=party, merged_at=NOW)
    client = staff_client(*permissions)

    assert client.get(f"{MERGE}?pk={party.pk}").status_code == 403
    assert client.post(MERGE, {"pk": [party.pk], "kept": party.pk}).status_code == 403
    assert client.post(page_of(double, "separate")).status_code == 403
    assert 'value="merge"' not in client.get(LIST).content.decode()
    assert page_of(double, "separate") not in client.get(page_of(party)).content.decode()


def test_a_name_that_stands_already_is_refused_in_words() -> None:
    create("Clúster Andino")
    valle = create("Valle Verde")
    client = staff_client()

    renamed = send(client, page_of(valle), name="CLUSTER andino")
    added = client.post(f"{LIST}add/", {"name": "cluster andino", "country": "CO", "sector": "", "suggest": ""})
    nameless = send(client, page_of(valle), name="\u0301\u0301")

    assert [answer.status_code for answer in (renamed, added, nameless)] == [200] * 3
    assert "“Clúster Andino” has this name in this country already" in text(renamed)
    assert "“Clúster Andino” has this name in this country already" in text(added)
    assert "Write a name with letters." in text(nameless)
    assert Initiative.objects.count() == 2


def test_a_new_name_leaves_the_former_one_and_what_staff_add_is_suggested() -> None:
    party = create("Clster Andino", "Ana")
    client = staff_client()

    send(client, page_of(party), name="Clúster Andino")
    send(client, f"{LIST}add/", name="Valle Verde", country="PE")

    assert [row.name for row in party.also.all()] == ["Clster Andino"]
    assert [one.name for one in initiatives.suggestions()] == ["Valle Verde"]


def test_only_what_nobody_coordinates_is_deleted() -> None:
    used, unused = create("One", "Ana"), create("Two")
    client = staff_client()

    refused = client.post(page_of(used, "delete"), {"post": "yes"})
    client.post(page_of(unused, "delete"), {"post": "yes"})

    assert refused.status_code == 403
    assert list(Initiative.objects.all()) == [used]
