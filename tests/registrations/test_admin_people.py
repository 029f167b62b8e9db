"""People and their registrations in the admin: read, found without accents, changed by acts only."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registrations.models import Attendee, EmailAddress, Message, Registration
from tests.admin_pages import form_of, send, staff_client
from tests.factories import NOW, create_attendee, create_session, register, states

pytestmark = pytest.mark.django_db


def attendee_url(attendee: Attendee) -> str:
    return reverse("admin:registrations_attendee_change", args=[attendee.pk])


def found(model: str, term: str) -> list[str]:
    page = staff_client().get(reverse(f"admin:registrations_{model}_changelist"), {"q": term})
    return sorted(str(getattr(row, "attendee", row)) for row in page.context["cl"].result_list)


def test_people_are_found_by_name_without_accents_and_by_address() -> None:
    create_attendee("José Muñoz", organisation="Clúster Cacao")
    create_attendee("Ana Pérez", email="Ána@Bücher.example")

    assert found("attendee", "munoz JOSE") == ["José Muñoz"]
    assert found("attendee", "cluster") == ["José Muñoz"]
    assert found("attendee", "ÁNA@bücher.example") == ["Ana Pérez"]
    assert found("attendee", "nobody") == []


@pytest.mark.parametrize("model", ["registration", "message"])
def test_what_belongs_to_a_person_is_found_by_the_person(model: str) -> None:
    session = create_session()
    register(session, "José Muñoz")
    register(session, "Ana Pérez")

    assert found(model, "jose") == ["José Muñoz"]
    assert found(model, "ana.perez@example.org") == ["Ana Pérez"]


def test_a_person_with_two_addresses_is_listed_once() -> None:
    attendee = create_attendee("Ana")
    EmailAddress.objects.create(attendee=attendee, address="ana@b.example.org", normalised="ana@b.example.org")

    assert found("attendee", "example.org") == ["Ana"]


def test_an_address_that_staff_add_is_compared_as_every_other() -> None:
    attendee = create_attendee("Ana", email="")

    send(
        staff_client(),
        attendee_url(attendee),
        **{"addresses-TOTAL_FORMS": 1, "addresses-0-id": "", "addresses-0-address": "Ana@Example.ORG"},
    )

    assert EmailAddress.objects.values("attendee", "address", "normalised", "source").get() == {
        "attendee": attendee.pk,
        "address": "Ana@Example.ORG",
        "normalised": "ana@example.org",
        "source": "staff",
    }


def test_one_address_is_never_two_peoples() -> None:
    create_attendee("Ana", email="ana@example.org")
    luis = create_attendee("Luis")

    page = send(staff_client(), attendee_url(luis), **{"addresses-0-address": "ANA@example.org"})

    assert "Another person" in page.content.decode()
    assert EmailAddress.objects.get(attendee=luis).normalised == "luis@example.org"


def test_a_changed_profile_leaves_what_others_wrote_meanwhile() -> None:
    attendee = create_attendee("Ana")
    client = staff_client()
    opened = form_of(client, attendee_url(attendee))
    Attendee.objects.get(pk=attendee.pk).stop_reminders(at=NOW)

    client.post(attendee_url(attendee), opened | {"full_name": "Ana Ruiz"})

    attendee.refresh_from_db()
    assert (attendee.full_name, attendee.folded.split()[0:2], attendee.reminders_stopped_at) == (
        "Ana Ruiz",
        ["ana", "ruiz"],
        NOW,
    )


def test_a_zone_outside_the_region_survives_a_save() -> None:
    attendee = create_attendee("Ana", timezone="Asia/Tokyo")

    send(staff_client(), attendee_url(attendee), organisation="New")

    attendee.refresh_from_db()
    assert (attendee.timezone, attendee.organisation) == ("Asia/Tokyo", "New")


@pytest.mark.parametrize("model", ["attendee", "registration", "enrolment", "message"])
def test_nothing_that_counts_is_added_or_deleted_by_hand(model: str) -> None:
    register(create_session(), "Ana")
    client = staff_client()
    row = {"attendee": Attendee, "registration": Registration, "message": Message}.get(model)
    pk = row.objects.get().pk if row else 1  # type: ignore[attr-defined]

    assert client.get(reverse(f"admin:registrations_{model}_add")).status_code == 403
    assert client.post(reverse(f"admin:registrations_{model}_delete", args=[pk]), {"post": "yes"}).status_code in (
        302,
        403,
    )
    assert Registration.objects.count() == Attendee.objects.count() == 1
    assert "delete_selected" not in client.get(reverse(f"admin:registrations_{model}_changelist")).content.decode()


def test_a_registration_cannot_be_rewritten_by_a_crafted_form() -> None:
    registration = register(create_session(), "Ana")
    url = reverse("admin:registrations_registration_change", args=[registration.pk])

    send(staff_client(), url, state="waitlisted", attendee="99", round="7")

    assert Registration.objects.get() == registration
    assert Registration.objects.values_list("state", "round").get() == ("confirmed", 1)


def cancel(client: Client, *registrations: Registration) -> Any:
    chosen = {"action": "cancel", "_selected_action": [row.pk for row in registrations]}
    return client.post(reverse("admin:registrations_registration_changelist"), chosen, follow=True)


def test_cancelling_by_staff_passes_the_place_on() -> None:
    session = create_session(capacity=1)
    ana, _luis = (register(session, name) for name in ("Ana", "Luis"))

    page = cancel(staff_client(), ana)

    assert states(session) == {"Ana": "cancelled", "Luis": "offered"}
    assert [str(message) for message in page.context["messages"]] == ["1 registration was cancelled."]
    assert set(Message.objects.values_list("kind", flat=True)) >= {"cancellation", "offer"}


def test_what_was_cancelled_already_is_not_counted() -> None:
    registration = register(create_session(), "Ana")
    client = staff_client()
    cancel(client, registration)

    page = cancel(client, registration)

    assert [str(message) for message in page.context["messages"]] == ["0 registrations were cancelled."]


def test_a_session_that_is_over_gives_no_place_back() -> None:
    session = create_session(starts_at=NOW - timedelta(days=2), state="open")
    ana = Registration.objects.create(
        session=session, attendee=create_attendee("Ana"), state="confirmed", confirmed_at=NOW, created_at=NOW
    )

    page = cancel(staff_client(), ana)

    assert any("the session is over" in str(message) for message in page.context["messages"])
    assert states(session) == {"Ana": "confirmed"}


def test_who_may_only_look_is_offered_no_act() -> None:
    session = create_session()
    ana = register(session, "Ana")
    client = staff_client("registrations.view_registration")

    cancel(client, ana)

    assert states(session) == {"Ana": "confirmed"}


def test_what_people_typed_is_escaped() -> None:
    session = create_session()
    registration = register(
        session, "<script>alert(1)</script>", email="x@example.org", question="<img src=x onerror=1>"
    )
    client = staff_client()

    pages = [
        client.get(reverse("admin:registrations_registration_changelist")),
        client.get(reverse("admin:registrations_registration_change", args=[registration.pk])),
        client.get(attendee_url(registration.attendee)),
        client.get(reverse("admin:registrations_message_changelist")),
    ]

    for page in pages:
        assert "<script>alert" not in page.content.decode()
        assert "<img src=x" not in page.content.decode()
