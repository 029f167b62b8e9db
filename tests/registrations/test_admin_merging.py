"""Staff merge two people in the admin: find the other, see both, choose who is kept, one button."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from registrations.models import Attendee, Merge
from registrations.services import erasure
from tests.admin_pages import form_of, queries_of, staff_client
from tests.factories import NOW, create_attendee, create_session, register, states

pytestmark = pytest.mark.django_db
VIEW, MERGE = "registrations.view_attendee", "registrations.merge_attendee"


def page_of(attendee: Attendee, page: str = "merge") -> str:
    return reverse(f"admin:registrations_attendee_{page}", args=[attendee.pk])


def text(content: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content.decode()))


def test_the_other_is_found_without_accents_by_address_and_by_number() -> None:
    ana = create_attendee("Ana")
    jose = create_attendee("José Muñoz", email="pepe@work.example")
    client = staff_client(VIEW, MERGE)

    pages = [client.get(page_of(ana), {"q": term}) for term in ("munoz jose", "PEPE@work.example", str(jose.pk))]

    assert [page.context["found"] for page in pages] == [[jose]] * 3
    assert "Nobody was found" in client.get(page_of(ana), {"q": "Luis"}).content.decode()
    assert page_of(ana) in client.get(page_of(ana, "change")).content.decode()


def test_likely_doubles_have_the_same_folded_name_and_country() -> None:
    ana = create_attendee("Ana Núñez", country="CO", organisation="One")
    double = create_attendee("ANA  NUNEZ", country="CO", email="ana@two.example")
    for name, country in (("Ana Núñez Ruiz", "CO"), ("Ana Nuñez", "CL"), ("Luis", "CO")):
        create_attendee(name, country=country, email="")
    erased = create_attendee("Ana Nunez", country="CO", email="")
    erasure.erase(attendee=erased, now=NOW)

    assert staff_client().get(page_of(ana)).context["likely"] == [double]


def test_both_stand_side_by_side_with_what_clashes_and_who_is_kept_is_chosen() -> None:
    session = create_session(capacity=2)
    kept, gone = (register(session, name).attendee for name in ("Ana", "Anita"))
    register(session, "Luis")
    client = staff_client(VIEW, MERGE)

    asked = client.get(page_of(gone), {"with": kept.pk})
    done = client.post(page_of(gone), {"with": kept.pk, "kept": kept.pk}, follow=True)

    shown = text(asked.content)
    assert "Registrations 1 1" in shown
    assert "“Confirmed” (of #" in shown
    assert "One place comes free." in shown
    assert states(session) == {"Ana": "confirmed", "Luis": "offered"}
    assert f'<a href="{page_of(kept, "change")}">Ana</a>' in done.content.decode()
    assert sorted(LogEntry.objects.values_list("object_id", "object_repr", "change_message")) == sorted([
        (str(kept.pk), "Ana", f"Merged: person {gone.pk} became this one."),
        (str(gone.pk), f"Person {gone.pk}, merged into {kept.pk}", f"Merged into person {kept.pk}."),
    ])  # fmt: skip
    assert Merge.objects.get().by is not None


def test_without_a_choice_the_person_whose_page_it_is_is_kept() -> None:
    ana, anita = create_attendee("Ana"), create_attendee("Anita")
    client = staff_client()
    url = f"{page_of(ana)}?with={anita.pk}"

    form = form_of(client, url)
    client.post(page_of(ana), {"with": form["with"], "kept": form["kept"]})

    anita.refresh_from_db()
    assert (form["kept"], anita.merged_into) == ([str(ana.pk)], ana)


@pytest.mark.parametrize("rights", [(VIEW,), (MERGE,), ("registrations.change_attendee",)])
def test_nobody_merges_without_both_rights(rights: tuple[str, ...]) -> None:
    ana, anita = create_attendee("Ana"), create_attendee("Anita")
    client = staff_client(*rights)

    answers = [client.get(page_of(ana)), client.post(page_of(ana), {"with": anita.pk, "kept": ana.pk})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not Merge.objects.exists()


@pytest.mark.parametrize("other", ["", "0", "-1", "x", "9" * 30, "٣٣", "self"])
def test_nobody_is_merged_with_nobody_or_themselves(other: str) -> None:
    ana = create_attendee("Ana")
    client = staff_client()
    other = str(ana.pk) if other == "self" else other

    assert client.get(page_of(ana), {"with": other}).status_code == 404
    assert client.post(page_of(ana), {"with": other}).status_code == 404


def test_who_comes_second_is_told_that_nothing_was_merged() -> None:
    ana, anita = create_attendee("Ana"), create_attendee("Anita")
    client = staff_client()
    client.post(page_of(ana), {"with": anita.pk, "kept": ana.pk})

    page = client.post(page_of(anita), {"with": ana.pk, "kept": anita.pk}, follow=True)

    assert "Nothing was merged" in page.content.decode()
    assert Merge.objects.count() == 1
    for address in (page_of(anita), f"{page_of(ana)}?with={anita.pk}"):
        shown = client.get(address).content.decode()
        assert "nothing to merge" in shown
        assert "Merge the two" not in shown


def test_who_was_merged_is_shown_as_such_with_the_way_to_who_stayed() -> None:
    ana, anita = create_attendee("Ana"), create_attendee("Anita")
    client = staff_client()
    client.post(page_of(ana), {"with": anita.pk, "kept": ana.pk})

    page = client.get(page_of(anita, "change")).content.decode()

    assert f"Person {anita.pk}, merged into {ana.pk}" in page
    assert 'name="_save"' not in page
    assert page_of(ana, "change") in page


def test_both_pages_cost_the_same_for_one_row_and_for_many() -> None:
    session = create_session()
    ana, anita = (register(session, "Ana Paz", email=f"{n}@x.example").attendee for n in range(2))
    client = staff_client()
    urls = [page_of(ana), f"{page_of(ana)}?q=ana", f"{page_of(ana)}?with={anita.pk}"]
    client.get(urls[0])
    before = [queries_of(client, url) for url in urls]

    for number in range(2, 6):
        session = create_session(number=number)
        for n in range(2):
            register(session, "Ana Paz", email=f"{n}@x.example")
        register(session, "Ana Paz", email=f"other{number}@x.example")

    assert [queries_of(client, url) for url in urls] == before


def test_the_trail_says_who_became_whom_by_whom_and_what_moved() -> None:
    session = create_session()
    kept, gone, other = (register(session, name).attendee for name in ("Ana Ruiz", "Anita Ruiz", "Luis"))
    client = staff_client()
    client.post(page_of(gone), {"with": kept.pk, "kept": kept.pk})
    trail = reverse("admin:registrations_merge_changelist")

    searched = [
        text(client.get(trail, {"q": term}).content) for term in (str(gone.pk), f"#{gone.pk}", "ANA", str(other.pk))
    ]
    linked = client.get(f"{trail}?kept={kept.pk}").content
    one = text(client.get(reverse("admin:registrations_merge_change", args=[Merge.objects.get().pk])).content)

    pair = f"#{gone.pk} → #{kept.pk}"
    assert [pair in page for page in searched] == [True, True, True, False]
    assert pair in text(linked)
    assert "Joined with one of the same session: 1 · Messages: 1 · Addresses: 1" in one
    assert "staff-0" in one
    assert "Anita" not in one


def test_only_the_page_of_who_was_kept_leads_to_the_trail_and_nobody_changes_it() -> None:
    kept, gone = create_attendee("Ana Ruiz"), create_attendee("Anita")
    client = staff_client()
    before = client.get(page_of(kept, "change")).content.decode()
    client.post(page_of(gone), {"with": kept.pk, "kept": kept.pk})
    pages = [client.get(page_of(person, "change")).content.decode() for person in (kept, gone)]

    found = [f"/registrations/merge/?kept={kept.pk}" in page for page in (before, *pages)]
    assert found == [False, True, False]
    delete = client.post(reverse("admin:registrations_merge_delete", args=[Merge.objects.get().pk]), {"post": "yes"})
    assert (delete.status_code, Merge.objects.count()) == (403, 1)
    assert "/registrations/merge/" not in staff_client(VIEW).get(page_of(kept, "change")).content.decode()
