"""Staff erase a person who asks for it; an erased person is shown as one; a blocked address is freed."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from registrations.models import Attendee, BlockedAddress, Message
from registrations.services import blocking, erasure
from tests.admin_pages import staff_client
from tests.factories import NOW, create_attendee, create_session, register

pytestmark = pytest.mark.django_db
VIEW, ERASE = "registrations.view_attendee", "registrations.erase_attendee"


def page_of(attendee: Attendee, page: str = "change") -> str:
    return reverse(f"admin:registrations_attendee_{page}", args=[attendee.pk])


def found(term: str) -> list[str]:
    page = staff_client().get(reverse("admin:registrations_attendee_changelist"), {"q": term})
    return [str(row) for row in page.context["cl"].result_list]


def test_staff_with_the_permission_erase_after_a_page_that_asks() -> None:
    attendee = register(create_session(), "Zoraida Paz").attendee
    client = staff_client(VIEW, ERASE)

    shown, asked = client.get(page_of(attendee)), client.get(page_of(attendee, "erase"))
    attendee.refresh_from_db()
    before = attendee.is_erased
    client.post(page_of(attendee, "erase"))
    client.post(page_of(attendee, "erase"))

    attendee.refresh_from_db()
    assert page_of(attendee, "erase") in shown.content.decode()
    assert "1 registration ahead is cancelled" in asked.content.decode()
    assert (before, attendee.is_erased) == (False, True)
    assert list(LogEntry.objects.values_list("object_repr", "change_message")) == [
        (f"Erased person {attendee.pk}", "Erased.")
    ]


@pytest.mark.parametrize("rights", [(VIEW,), (ERASE,), ("registrations.change_attendee",)])
def test_nobody_erases_without_both_rights(rights: tuple[str, ...]) -> None:
    attendee = create_attendee("Zoraida")
    client = staff_client(*rights)

    codes = [client.get(page_of(attendee, "erase")).status_code, client.post(page_of(attendee, "erase")).status_code]

    attendee.refresh_from_db()
    assert (codes, attendee.is_erased) == ([403, 403], False)


def test_an_erased_person_is_shown_as_one_read_only_and_found_by_the_number_only() -> None:
    attendee, other = (register(create_session(number=n), name).attendee for n, name in ((1, "Zoraida"), (2, "Luis")))
    erasure.erase(attendee=attendee, now=NOW)
    client = staff_client()

    page = client.get(page_of(attendee)).content.decode()

    assert f"Erased person {attendee.pk}" in page
    assert 'name="_save"' not in page
    assert "Erase this person" not in page
    assert 'name="_save"' in client.get(page_of(other)).content.decode()
    assert (found("Zoraida"), found(str(attendee.pk))) == ([], [f"Erased person {attendee.pk}"])
    assert found(str(other.pk)) == []


def test_lists_and_mails_of_an_erased_person_open() -> None:
    registration = register(create_session(), "Zoraida")
    message = Message.objects.get()
    erasure.erase(attendee=registration.attendee, now=NOW)
    client = staff_client()
    addresses = [
        *(reverse(f"admin:registrations_{name}_changelist") for name in ("attendee", "registration", "message")),
        reverse("admin:registrations_registration_change", args=[registration.pk]),
        reverse("admin:registrations_message_preview", args=[message.pk]),
        reverse("admin:registrations_message_preview_html", args=[message.pk]),
    ]

    assert {client.get(address).status_code for address in addresses} == {200}


def test_a_blocked_address_is_found_by_typing_it_and_freed_by_deleting_it() -> None:
    blocking.block(addresses=["ana@example.org", "eva@example.org"], now=NOW)
    client, listed = staff_client(), reverse("admin:registrations_blockedaddress_changelist")

    counts = [
        client.get(listed, {"q": term}).context["cl"].result_count for term in (" ANA@example.org", "ana", "no@one.org")
    ]
    (ana,) = client.get(listed, {"q": "ana@example.org"}).context["cl"].result_list
    client.post(reverse("admin:registrations_blockedaddress_delete", args=[ana.pk]), {"post": "yes"})

    assert counts == [1, 0, 0]
    assert BlockedAddress.objects.count() == 1
    assert not blocking.is_blocked("ana@example.org", now=NOW)
