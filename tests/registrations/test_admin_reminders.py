"""Reminder rules live on the page of their series or session; a new rule speaks of nothing that is past."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from registrations.models import ReminderRule
from tests.admin_pages import form_of, send, staff_client
from tests.factories import NOW, create_series, create_session

pytestmark = pytest.mark.django_db
ADD = "admin:registrations_reminderrule_add"


def rule_row(place: int, number: str, unit: str) -> dict[str, Any]:
    row = {"id": "", "offset_0": number, "offset_1": unit, "active": "on"}
    return {"reminder_rules-TOTAL_FORMS": place + 1} | {
        f"reminder_rules-{place}-{name}": value for name, value in row.items()
    }


@pytest.mark.parametrize(
    ("number", "unit", "offset"),
    [("3", "days", timedelta(days=3)), ("2", "hours", timedelta(hours=2)), ("30", "minutes", timedelta(minutes=30))],
)
def test_a_rule_of_a_session_is_added_on_its_page_and_begins_now(number: str, unit: str, offset: timedelta) -> None:
    session = create_session()
    url = reverse("admin:workshops_session_change", args=[session.pk])

    send(staff_client(), url, **rule_row(0, number, unit))

    rule = ReminderRule.objects.get(session=session)
    assert (rule.offset, rule.active, rule.active_from) == (offset, True, NOW)
    session.refresh_from_db()
    assert session.revision == 1


def test_the_page_of_a_series_shows_its_rules_in_the_largest_unit_that_fits() -> None:
    url = reverse("admin:workshops_series_change", args=[create_series().pk])

    form = form_of(staff_client(), url)

    shown = [(form[f"reminder_rules-{place}-offset_0"], form[f"reminder_rules-{place}-offset_1"]) for place in range(3)]
    assert shown == [("7", "days"), ("1", "days"), ("1", "hours")]


def test_a_rule_that_is_moved_begins_anew_and_its_neighbours_stay() -> None:
    series = create_series()
    url = reverse("admin:workshops_series_change", args=[series.pk])

    send(staff_client(), url, **{"reminder_rules-0-offset_0": "5"})

    began = dict(ReminderRule.objects.values_list("offset", "active_from"))
    assert began == {
        timedelta(days=5): NOW,
        timedelta(days=1): NOW - timedelta(days=365),
        timedelta(hours=1): NOW - timedelta(days=365),
    }


@pytest.mark.parametrize("number", ["", "0", "-1", "soon"])
def test_a_rule_without_a_time_is_refused(number: str) -> None:
    session = create_session()

    page = send(
        staff_client(),
        reverse("admin:workshops_session_change", args=[session.pk]),
        **rule_row(0, number, "days"),
    )

    assert page.status_code == 200
    assert not ReminderRule.objects.filter(session=session).exists()


def test_two_equal_rules_are_refused_in_words() -> None:
    url = reverse("admin:workshops_series_change", args=[create_series().pk])

    page = send(staff_client(), url, **{"reminder_rules-0-offset_0": "1"})

    assert page.context["inline_admin_formsets"][0].formset.non_form_errors() == ["Two rules say the same time."]
    assert ReminderRule.objects.count() == 3


def test_a_rule_that_exists_is_refused_on_the_page_of_its_own_too() -> None:
    series = create_series()

    page = send(staff_client(), reverse(ADD), series=series.pk, offset_0="1", offset_1="days", active="on")

    assert page.context["adminform"].form.errors
    assert ReminderRule.objects.count() == 3


@pytest.mark.parametrize("both", [True, False])
def test_a_rule_belongs_to_a_series_or_to_a_session(both: bool) -> None:
    session = create_session()
    owners = {"series": session.series_id, "session": session.pk} if both else {"series": "", "session": ""}

    page = send(staff_client(), reverse(ADD), offset_0="2", offset_1="days", active="on", **owners)

    errors = page.context["adminform"].form.errors
    assert errors == {"session": ["A rule belongs to a series or to one session."]}
