"""Messages to groups among what will be sent, and what their pages cost."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from registrations.models import Attendee, Bulletin, EmailAddress, Message, Registration
from registrations.services import bulletins, places
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, register
from workshops.models import Session

pytestmark = pytest.mark.django_db


def draft(session: Session, subject: str = "Una cosa") -> Bulletin:
    text = {"subject": {"es": subject}, "body": {"es": "Hola, {name}."}}
    made = Bulletin.objects.create(session=session, series=session.series, created_at=NOW, **text)
    return Bulletin.objects.get(pk=made.pk)


def send(bulletin: Bulletin) -> Bulletin:
    people = Attendee.objects.meant_by(bulletin).count()
    bulletins.send(bulletin=bulletin, people=people, digest=bulletin.digest, now=NOW)
    return bulletin


def crowd(session: Session, people: int) -> None:
    persons = Attendee.objects.bulk_create(Attendee(full_name=f"P{number}") for number in range(people))
    EmailAddress.objects.bulk_create(
        EmailAddress(attendee=one, address=f"p{one.pk}@example.org", normalised=f"p{one.pk}@example.org")
        for one in persons
    )
    Registration.objects.bulk_create(
        Registration(session=session, attendee=one, state="confirmed", round=1, confirmed_at=NOW, created_at=NOW)
        for one in persons
    )


def foreseen(session: Session) -> list[tuple[str, int]]:
    return [(str(row.bulletin), row.people) for row in bulletins.waiting(session)]


def test_the_page_names_what_is_on_its_way_with_number_and_moment() -> None:
    session = create_session()
    for name in ("Ana", "Luis"):
        register(session, name)
    bulletin = send(draft(session, "<Una> cosa"))
    draft(session, "Nobody pressed the button")

    page = staff_client().get(reverse("admin:workshops_session_messages", args=[session.pk])).content.decode()

    assert f'“<a href="/admin/registrations/bulletin/{bulletin.pk}/group/">&lt;Una&gt; cosa</a>”: 2 wait' in page
    said = " ".join(unescape(strip_tags(page)).split())
    assert "Message to a group “<Una> cosa”: 2 wait · 5 Oct 2026, 11:00 Santiago" in said
    assert "Nobody pressed the button" not in page


def test_staff_who_may_not_see_bulletins_read_the_number_only() -> None:
    session = create_session()
    register(session)
    send(draft(session))
    client = staff_client("registrations.view_message", "workshops.view_session")

    page = client.get(reverse("admin:workshops_session_messages", args=[session.pk])).content.decode()

    assert "“Una cosa”: 1 waits" in page
    assert "/registrations/bulletin/" not in page


def test_who_left_the_group_since_is_not_counted() -> None:
    session = create_session()
    ana = register(session, "Ana")
    register(session, "Luis")
    send(draft(session))

    places.cancel(registration=ana, now=NOW)

    assert foreseen(session) == [("Una cosa", 1)]


def test_what_left_what_failed_and_what_is_of_another_session_is_not_ahead() -> None:
    session, other = create_session(number=1), create_session(number=2)
    for place in (session, other):
        register(place, "Ana")
        register(place, "Luis")
        send(draft(place, f"A {place.number}"))
    ours = Message.objects.filter(kind="bulletin", session=session)
    ours.filter(attendee__full_name="Ana").update(state="sent", sent_at=NOW)
    assert (foreseen(session), foreseen(other)) == ([("A 1", 1)], [("A 2", 2)])

    ours.filter(attendee__full_name="Luis").update(state="failed")
    assert foreseen(session) == []


def test_the_moment_is_that_of_the_next_attempt() -> None:
    session = create_session()
    register(session)
    send(draft(session))
    Message.objects.filter(kind="bulletin").update(attempts=3, next_attempt_at=NOW + timedelta(minutes=5))

    assert [row.at for row in bulletins.waiting(session)] == [NOW + timedelta(minutes=5)]


@pytest.mark.parametrize("people", [1, 300])
@pytest.mark.parametrize(("kind", "queries"), [("changelist", 6), ("group", 9), ("preview", 8), ("change", 10)])
def test_a_draft_costs_the_same_for_one_person_and_for_three_hundred(
    kind: str, queries: int, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session, client = create_session(), staff_client()
    crowd(session, people)
    bulletin = draft(session)
    _look(kind, bulletin, client, queries, django_assert_num_queries)


@pytest.mark.parametrize("people", [1, 300])
@pytest.mark.parametrize(("kind", "queries"), [("changelist", 6), ("group", 7), ("preview", 8)])
def test_what_was_sent_costs_the_same_for_one_person_and_for_three_hundred(
    kind: str, queries: int, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session, client = create_session(), staff_client()
    crowd(session, people)
    bulletin = send(draft(session))
    _look(kind, bulletin, client, queries, django_assert_num_queries)


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_ahead_costs_the_same_for_one_bulletin_and_for_three(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session = create_session()
    crowd(session, 2)
    for _ in range(count):
        send(draft(session))

    with django_assert_num_queries(2):
        assert len(bulletins.waiting(session)) == count


def _look(kind: str, bulletin: Bulletin, client: Any, queries: int, assert_queries: DjangoAssertNumQueries) -> None:
    named = f"admin:registrations_bulletin_{kind}"
    address = reverse(named) if kind == "changelist" else reverse(named, args=[bulletin.pk])
    ContentType.objects.get_for_models(Message, Bulletin)

    with assert_queries(queries):
        assert client.get(address).status_code == 200
