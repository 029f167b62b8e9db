"""Reminder rules live on the page of their series or session; a new rule speaks of nothing that is past."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from registrations.models import ReminderRule
from tests.admin_pages import form_of, send, staff_client
from tests.factories import NOW, create_rule, create_series, create_session
from workshops.models import Series, Session

pytestmark = pytest.mark.django_db
ADD = "admin:registrations_reminderrule_add"
PLAIN = {"audience": "attendees", "kind": "reminder", "late": "skip", "quiet": "on", "active": "on"}
EQUAL = "Another rule says the same to the same people at the same distance."
KEEP_ONE = "A series keeps at least one rule"


def series_url(series: Series) -> str:
    return reverse("admin:workshops_series_change", args=[series.pk])


def session_url(session: Session) -> str:
    return reverse("admin:workshops_session_change", args=[session.pk])


def errors_of(page: Any) -> list[dict[str, list[str]]]:
    """What is said beside each rule of a page."""
    formsets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    return [dict(errors) for formset in formsets if formset.model is ReminderRule for errors in formset.errors]


def rule_row(place: int, number: str, unit: str, **said: str) -> dict[str, Any]:
    row = PLAIN | {"id": "", "offset_0": number, "offset_1": unit} | said
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


def test_two_equal_rules_are_refused_in_words_beside_the_second() -> None:
    series = create_series()

    page = send(staff_client(), series_url(series), **{"reminder_rules-0-offset_0": "1"})

    assert errors_of(page) == [{}, {"offset": [EQUAL]}, {}]
    assert ReminderRule.objects.count() == 3


def test_equal_distances_for_other_people_or_of_another_kind_are_no_equal_rules() -> None:
    series = create_series()
    row = rule_row(3, "1", "hours", audience="panel")

    send(staff_client(), series_url(series), **row)

    assert ReminderRule.objects.filter(offset=timedelta(hours=1)).count() == 2


def test_two_rules_may_change_places() -> None:
    series = create_series()
    swapped = {"reminder_rules-0-offset_0": "1", "reminder_rules-1-offset_0": "7"}

    response = send(staff_client(), series_url(series), **swapped)

    assert response.status_code == 302
    assert set(ReminderRule.objects.values_list("offset", flat=True)) == {
        timedelta(days=7),
        timedelta(days=1),
        timedelta(hours=1),
    }


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        (("0", "days", {}), "offset", "1 or more"),
        (("-3", "days", {}), "offset", "1 or more"),
        (("1.5", "days", {}), "offset", "Give a whole number."),
        (("", "days", {}), "offset", "Say how long before the start"),
        (("4", "minutes", {}), "offset", "5 minutes or more"),
        (("366", "days", {}), "offset", "At most 365 days."),
        (("99999999999999999999", "days", {}), "offset", "At most 365 days."),
        (("2", "hours", {"kind": "starting"}), "offset", "in the last hour before the start"),
        (("5", "hours", {"at_hour": "09:00"}), "at_hour", "goes with whole days only"),
        (("1", "days", {"at_hour": "25:00"}), "at_hour", "Enter a valid time."),
        (("1", "days", {"kind": "follow_up", "audience": "panel"}), "audience", "goes to those who registered"),
        (("1", "days", {"kind": "pigeon"}), "kind", "Select a valid choice"),
    ],
)
def test_what_has_no_moment_is_refused_in_words_beside_its_input(
    row: tuple[str, str, dict[str, str]], field: str, said: str
) -> None:
    session = create_session()
    number, unit, others = row

    page = send(staff_client(), session_url(session), **rule_row(0, number, unit, **others))

    assert [list(errors) for errors in errors_of(page)] == [[field]]
    assert said in errors_of(page)[0][field][0]
    assert said in page.content.decode()
    assert not ReminderRule.objects.filter(session=session).exists()


def test_an_hour_of_the_reader_the_night_and_the_late_are_kept_as_typed() -> None:
    session = create_session()
    row = rule_row(0, "2", "days", at_hour="08:30", late="short", kind="reminder")
    del row["reminder_rules-0-quiet"]

    send(staff_client(), session_url(session), **row)

    rule = ReminderRule.objects.get(session=session)
    assert (rule.at_hour, rule.quiet, rule.late) == (time(8, 30), False, "short")


@pytest.mark.parametrize(
    "change",
    [{"kind": "starting", "offset_0": "50", "offset_1": "minutes"}, {"at_hour": "09:00"}, {"offset_0": "6"}],
    ids=["kind", "hour", "distance"],
)
def test_a_rule_with_another_moment_reminds_nobody_of_what_is_past(change: dict[str, str]) -> None:
    series = create_series()

    send(staff_client(), series_url(series), **{f"reminder_rules-0-{name}": said for name, said in change.items()})

    assert ReminderRule.objects.filter(active_from=NOW).count() == 1


def test_a_rule_moved_on_its_own_page_begins_anew_too() -> None:
    series = create_series()
    rule = series.reminder_rules.get(offset=timedelta(days=7))
    url = reverse("admin:registrations_reminderrule_change", args=[rule.pk])

    send(staff_client(), url, offset_0="5")

    rule.refresh_from_db()
    assert (rule.offset, rule.active_from) == (timedelta(days=5), NOW)


def delete_all(rules: int) -> dict[str, str]:
    return {f"reminder_rules-{place}-DELETE": "on" for place in range(rules)}


def test_a_series_keeps_one_rule() -> None:
    series = create_series()

    page = send(staff_client(), series_url(series), **delete_all(3))

    assert KEEP_ONE in page.content.decode()
    assert ReminderRule.objects.count() == 3


def test_some_rules_of_a_series_may_go_and_all_of_a_session() -> None:
    session = create_session()
    create_rule(session=session, offset=timedelta(days=2))

    send(staff_client(), series_url(session.series), **delete_all(2))
    send(staff_client(), session_url(session), **delete_all(1))

    assert list(ReminderRule.objects.values_list("series", "offset")) == [(session.series_id, timedelta(hours=1))]


def test_the_last_rule_of_a_series_is_not_deleted_on_its_own_page_either() -> None:
    series = create_series()
    last = series.reminder_rules.get(offset=timedelta(hours=1))
    series.reminder_rules.exclude(pk=last.pk).delete()
    client = staff_client()

    page = client.post(reverse("admin:registrations_reminderrule_delete", args=[last.pk]), {"post": "yes"}, follow=True)

    assert KEEP_ONE in page.content.decode()
    assert ReminderRule.objects.get() == last
    assert "delete_selected" not in client.get(reverse("admin:registrations_reminderrule_changelist")).content.decode()


def test_a_rule_stays_with_its_series() -> None:
    rule = create_series().reminder_rules.get(offset=timedelta(days=7))
    other = create_series("another")
    url = reverse("admin:registrations_reminderrule_change", args=[rule.pk])

    send(staff_client(), url, series=other.pk)

    rule.refresh_from_db()
    assert rule.series_id != other.pk


def plan_lines(session: Session) -> str:
    page = staff_client().get(session_url(session)).content.decode()
    lines = page.split('<div class="plan-lines">')[1].split("</div>")[0]
    return next(strip_tags(line).strip() for line in lines.splitlines() if "plan of" in line)


def test_a_session_says_for_each_audience_whose_plan_it_follows() -> None:
    session = create_session()
    create_rule(session=session, offset=timedelta(days=2))

    said = plan_lines(session)

    assert "Who is registered: this session has a plan of its own. 2 days before" in said
    assert "speaks and closes: follows the plan of the series. nothing is sent" in said


def test_a_rule_that_exists_is_refused_on_the_page_of_its_own_too() -> None:
    series = create_series()

    page = send(staff_client(), reverse(ADD), series=series.pk, offset_0="1", offset_1="days", **PLAIN)

    assert page.context["adminform"].form.errors == {"offset": [EQUAL]}
    assert ReminderRule.objects.count() == 3


@pytest.mark.parametrize("both", [True, False])
def test_a_rule_belongs_to_a_series_or_to_a_session(both: bool) -> None:
    session = create_session()
    owners = {"series": session.series_id, "session": session.pk} if both else {"series": "", "session": ""}

    page = send(staff_client(), reverse(ADD), offset_0="2", offset_1="days", **PLAIN | owners)

    errors = page.context["adminform"].form.errors
    assert errors == {"session": ["A rule belongs to a series or to one session."]}
