"""Staff answer “I was there”, with a reason when they refuse."""

import pytest
from django.urls import reverse

from registrations.models import Appeal, Evidence
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, register
from tests.registrations.services.test_appeals import missed, say

pytestmark = pytest.mark.django_db
RIGHTS = ("registrations.view_appeal", "registrations.change_appeal")


def page_of(appeal: Appeal) -> str:
    return reverse("admin:registrations_appeal_answer", args=[appeal.pk])


def test_a_grant_is_evidence_and_the_list_shows_what_was_said() -> None:
    appeal = say(missed("Zoraida Paz"), "My tablet is called <b>Sala 3</b>.")
    client = staff_client(*RIGHTS)

    shown = client.get(reverse("admin:registrations_appeal_changelist")).content.decode()
    asked = client.get(page_of(appeal)).content.decode()
    client.post(page_of(appeal), {"grant": "Grant", "reason": ""})

    assert "Zoraida Paz" in shown
    assert "&lt;b&gt;Sala 3" in asked
    assert Appeal.objects.get().answered_by.is_staff
    assert Evidence.objects.get().kind == "appeal"


def test_a_refusal_needs_a_reason() -> None:
    appeal = say(missed())
    client = staff_client(*RIGHTS)

    without = client.post(page_of(appeal), {"refuse": "Refuse", "reason": " "})
    unanswered = Appeal.objects.get().is_open
    client.post(page_of(appeal), {"refuse": "Refuse", "reason": "Nobody of that name came in."})

    assert (without.status_code, unanswered) == (422, True)
    assert Appeal.objects.get().reason == "Nobody of that name came in."


def test_the_second_answer_changes_nothing_and_says_so() -> None:
    appeal = say(missed())
    client = staff_client(*RIGHTS)
    client.post(page_of(appeal), {"grant": "Grant"})

    again = client.post(page_of(appeal), {"refuse": "Refuse", "reason": "No."}, follow=True)

    assert "their answer stands" in again.content.decode()
    assert Appeal.objects.get().answer == "granted"


def test_those_that_wait_for_an_answer_are_one_press_away() -> None:
    session = missed("Ana").session
    for name, answer in (("Ana", "granted"), ("Luis", "refused"), ("Eva", "")):
        held = session.registrations.filter(attendee__full_name=name).first() or register(session, name)
        say(held)
        Appeal.objects.filter(registration=held).update(answer=answer, answered_at=NOW if answer else None)
    client = staff_client(*RIGHTS)
    address = reverse("admin:registrations_appeal_changelist")

    page = client.get(address).content.decode()
    found = {
        value: [
            str(row.registration.attendee) for row in client.get(address, {"answer": value}).context["cl"].result_list
        ]
        for value in ("none", "granted", "refused")
    }

    assert ("?answer=none" in page, "Unanswered" in page) == (True, True)
    assert found == {"none": ["Eva"], "granted": ["Ana"], "refused": ["Luis"]}


def test_nobody_answers_without_the_right() -> None:
    appeal = say(missed())

    refused = staff_client(RIGHTS[0]).post(page_of(appeal), {"grant": "Grant"})

    assert refused.status_code == 403
    assert Appeal.objects.get().is_open


def test_the_list_costs_the_same_with_one_and_with_thirty(django_assert_num_queries) -> None:
    session = missed().session
    say(session.registrations.get())
    client = staff_client(*RIGHTS)
    address = reverse("admin:registrations_appeal_changelist")
    with django_assert_num_queries(6) as one:
        client.get(address)
    other = create_session(number=2, starts_at=session.starts_at)
    for number in range(29):
        say(register(other, f"Person {number}"))

    with django_assert_num_queries(len(one.captured_queries)):
        client.get(address)


def test_the_first_page_says_how_many_wait_for_an_answer() -> None:
    session = create_session()
    waiting, answered = (register(session, name) for name in ("Ana", "Luis"))
    Appeal.objects.create(registration=waiting, words="I was.", said_at=NOW)
    Appeal.objects.create(registration=answered, said_at=NOW, answer="refused", answered_at=NOW)

    pages = [
        client.get(reverse("admin:index")).content.decode()
        for client in (staff_client(), staff_client("registrations.view_appeal"))
    ]

    assert ["<strong>1 person</strong> says “I was there”" in page for page in pages] == [True, False]
