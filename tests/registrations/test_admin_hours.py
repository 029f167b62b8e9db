"""No page of the admin says an hour without saying whose."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from registrations.models import Attendee, Bulletin, Consent, EmailAddress, Enrolment, Registration
from registrations.services import bulletins
from tests.admin_pages import form_of, staff_client
from tests.factories import NOW, create_session, register

pytestmark = pytest.mark.django_db
# NOW is 14:00 in UTC, 11:00 in Santiago and 09:00 in Bogotá.
UNNAMED = re.compile(r"\b(?:2 p\.m\.|14:00)(?! UTC)")


def words(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return " ".join(unescape(strip_tags(page.content.decode())).split())


def furnished() -> Registration:
    """One person in everything that has a moment."""
    registration = register(create_session())
    series, attendee = registration.session.series, registration.attendee
    Registration.objects.update(joined_waitlist_at=NOW, cancelled_at=NOW)
    Attendee.objects.update(reminders_stopped_at=NOW)
    EmailAddress.objects.update(verified_at=NOW)
    series.reminder_rules.update(active_from=NOW)
    Enrolment.objects.create(attendee=attendee, series=series, enrolled_at=NOW, left_at=NOW)
    Consent.objects.create(
        attendee=attendee, series=series, kind="announcements", version="1", given_at=NOW, withdrawn_at=NOW
    )
    text = {"subject": {"es": "Una"}, "body": {"es": "Dos"}}
    made = Bulletin.objects.create(series=series, session=registration.session, created_at=NOW, **text)
    bulletin = Bulletin.objects.get(pk=made.pk)
    bulletins.send(bulletin=bulletin, people=1, digest=bulletin.digest, now=NOW)
    return registration


PAGES: dict[str, tuple[Any, str]] = {
    "registrations_registration_change": (lambda row: row.pk, "Confirmed: 5 Oct 2026, 11:00 Santiago"),
    "registrations_enrolment_change": (
        lambda row: row.attendee.enrolments.get().pk,
        "Enrolled: 5 Oct 2026, 11:00 Santiago",
    ),
    "registrations_enrolment_changelist": (None, "5 Oct 2026, 11:00 Santiago"),
    "registrations_attendee_change": (lambda row: row.attendee_id, "Stopped reminders: 5 Oct 2026, 09:00 Bogotá"),
    "registrations_bulletin_changelist": (None, "5 Oct 2026, 11:00 Santiago"),
    "registrations_bulletin_group": (
        lambda row: Bulletin.objects.get().pk,
        "Sent on its way on 5 Oct 2026, 11:00 Santiago.",
    ),
    "registrations_reminderrule_changelist": (None, "5 Oct 2026, 11:00 Santiago"),
    "registrations_reminderrule_change": (
        lambda row: row.session.series.reminder_rules.earliest("pk").pk,
        "Active from: 5 Oct 2026, 11:00 Santiago",
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_hour_has_its_city(name: str) -> None:
    key, sentence = PAGES[name]
    registration = furnished()

    said = words(staff_client(), reverse(f"admin:{name}", args=[key(registration)] if key else []))

    assert sentence in said
    assert not UNNAMED.search(said), UNNAMED.search(said)


def test_a_rule_among_others_says_its_moment_in_utc() -> None:
    series = furnished().session.series

    assert "5 Oct 2026, 14:00 UTC" in words(staff_client(), reverse("admin:workshops_series_change", args=[series.pk]))


def test_what_a_colleague_saved_meanwhile_has_its_city_too() -> None:
    session, client = create_session(), staff_client()
    url = reverse("admin:registrations_mailtext_edit", args=[session.series.slug, "reminder", "es"])
    form = form_of(client, url)
    staff_client().post(url, form | {"subject": "De otra persona"})

    page = client.post(url, form | {"subject": "Mío"})

    said = " ".join(unescape(strip_tags(page.content.decode())).split())
    assert "saved this text on 5 Oct 2026, 11:00 Santiago, while you were writing" in said
