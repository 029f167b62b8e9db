"""Every list and every page with rows on it costs the same number of queries for one row and for three."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from registrations.models import (
    Alias,
    Appeal,
    Attendee,
    BlockedAddress,
    Bulletin,
    Certificate,
    ColumnMap,
    Consent,
    EmailAddress,
    Enrolment,
    Initiative,
    MailText,
    Merge,
    Message,
    Registration,
    ReminderRule,
    Report,
)
from registrations.services import outbox
from tests.admin_pages import staff_client
from tests.factories import NOW, certify, create_attendee, create_session, create_speaker, register, seat
from workshops.models import Series, Session, Speaker

pytestmark = pytest.mark.django_db
NAMES = ("Ana", "Luis", "Rosa")
# Every page asks whether mail is late and whether some failed.
MAIL_HEALTH = 2
MOMENTS = {"due_at": NOW, "next_attempt_at": NOW, "created_at": NOW}
LISTS = {
    Series: 4,
    Session: 5,
    Speaker: 4,
    Attendee: 5,
    Registration: 6,
    Enrolment: 4,
    Message: 5,
    ReminderRule: 4,
    Bulletin: 4,
    BlockedAddress: 4,
    Appeal: 4,
    Report: 5,
    Alias: 4,
    ColumnMap: 4,
    Merge: 4,
    Certificate: 6,
    # With the two that say what is suggested, which are asked once a minute.
    Initiative: 7,
}
# Its overview shows what there is to write, not rows; test_admin_texts measures it.
WITHOUT_LIST = {MailText}


def populate(rows: int) -> None:
    """So many sessions, and so many people registered for each, enrolled, seated and mailed."""
    for number in range(1, rows + 1):
        session = create_session(number=number, capacity=9)
        ReminderRule.objects.filter(series=session.series).exclude(pk=ReminderRule.objects.earliest("pk").pk).delete()
        seat(create_speaker(f"Speaker {number}"), session)
        register(session, NAMES[number - 1])
        BlockedAddress.objects.create(digest=str(number), until=NOW)
        Bulletin.objects.create(series=session.series, session=session, subject="A word", body="Yes.", created_at=NOW)
        Initiative.objects.create(name=f"Initiative {number}", country="CO")
        Report.objects.create(session=session, at=NOW, timezone="UTC")
        ColumnMap.objects.create(fingerprint=str(number), meanings={"0": "name"}, at=NOW)
    series = Series.objects.get()
    for registration in Registration.objects.all():
        Appeal.objects.create(registration=registration, words="I was.", said_at=NOW)
        certify(registration.attendee, registration.session)
    for attendee in Attendee.objects.all():
        Enrolment.objects.create(series=series, attendee=attendee, enrolled_at=NOW)
        Alias.objects.create(attendee=attendee, name_key="somebody else", confirmed_at=NOW)
        Merge.objects.create(kept=attendee, gone=attendee, at=NOW)
    for number in range(2, rows + 1):
        other = Series.objects.create(slug=f"series-{number}", name={"es": f"Serie {number}"})
        ReminderRule.objects.create(
            session=Session.objects.get(number=number), offset=timedelta(days=1), active_from=NOW
        )
        assert other.pk


def test_every_registered_page_of_ours_is_measured_here() -> None:
    ours = {model for model in admin.site._registry if model.__module__.split(".")[0] in ("workshops", "registrations")}

    assert ours == set(LISTS) | WITHOUT_LIST


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("model", "queries"), LISTS.items(), ids=lambda value: getattr(value, "__name__", None))
def test_a_list_costs_the_same_with_one_row_and_with_three(
    model: Any, queries: int, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    populate(rows)
    client = staff_client()
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    with django_assert_num_queries(queries + MAIL_HEALTH):
        response = client.get(url)

    assert len(response.context["cl"].result_list) >= rows


def session_page(rows: int) -> Session:
    session = create_session()
    for name in ("Ana", "Luis", "Marta")[:rows]:
        seat(create_speaker(name), session)
        ReminderRule.objects.create(session=session, offset=timedelta(days=len(name)), active_from=NOW)
    return session


def series_page(rows: int) -> Series:
    series = create_session().series
    ReminderRule.objects.filter(pk__in=ReminderRule.objects.values_list("pk", flat=True)[rows:]).delete()
    return series


def speaker_page(rows: int) -> Speaker:
    speaker = create_speaker()
    for number in range(1, rows + 1):
        seat(speaker, create_session(number=number))
    return speaker


def attendee_page(rows: int) -> Attendee:
    ana = create_attendee("Ana")
    for number in range(1, rows + 1):
        session = create_session(number=number)
        Registration.objects.create(session=session, attendee=ana, state="confirmed", confirmed_at=NOW, created_at=NOW)
        series = Series.objects.create(slug=f"series-{number}", name={"es": "Serie"})
        Enrolment.objects.create(series=series, attendee=ana, enrolled_at=NOW)
        Consent.objects.create(series=series, attendee=ana, kind="announcements", version="1", given_at=NOW)
        Message.objects.create(
            key=str(number), kind="reminder", attendee=ana, series=session.series, session=session, **MOMENTS
        )
        address = f"ana@{number}.example.org"
        EmailAddress.objects.create(attendee=ana, address=address, normalised=address)
    return ana


def registration_page(rows: int) -> Registration:
    registration = register(create_session(), "Ana")
    for number in range(1, rows):
        outbox.send_again(message=Message.objects.earliest("created_at"), now=NOW + timedelta(seconds=number))
    return registration


PAGES: dict[Callable[[int], Any], int] = {
    session_page: 9,
    series_page: 4,
    speaker_page: 5,
    attendee_page: 10,
    registration_page: 5,
}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("make", "queries"), PAGES.items(), ids=lambda value: getattr(value, "__name__", None))
def test_a_page_costs_the_same_with_one_row_on_it_and_with_three(
    make: Callable[[int], Any], queries: int, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    row = make(rows)
    client = staff_client()
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])

    ContentType.objects.get_for_model(row)  # kept by the process after the first page of a kind

    with django_assert_num_queries(queries + MAIL_HEALTH):
        response = client.get(url)

    assert response.status_code == 200
