"""Several of staff at work on one plan: equal rules meet in words, and a deleted rule takes its queue along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registrations.admin.rule_forms import LoneRuleForm, RuleForm, RuleFormSet
from registrations.models import Message, ReminderRule
from registrations.services import outbox, reminders
from tests.admin_pages import form_of, staff_client
from tests.factories import NOW, create_rule, create_series, create_session, register
from tests.registrations.test_admin_reminders import ADD, EQUAL, errors_of, rule_row, series_url, session_url
from workshops.models import Series, Session

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
THREE_DAYS = {
    "audience": "attendees",
    "kind": "reminder",
    "offset_0": "3",
    "offset_1": "days",
    "late": "skip",
    "active": "on",
}


def add_on_the_page_of(series: Series, client: Client) -> Any:
    form = form_of(client, series_url(series))
    create_rule(series=series, offset=3 * DAY)
    return client.post(series_url(series), form | rule_row(3, "3", "days"))


def test_a_rule_that_a_colleague_added_since_the_page_was_opened_is_named_in_words() -> None:
    series = create_series()

    page = add_on_the_page_of(series, staff_client())

    assert (page.status_code, errors_of(page)[3]) == (200, {"offset": [EQUAL]})
    assert ReminderRule.objects.filter(series=series).count() == 4


def test_a_rule_that_a_colleague_adds_in_the_same_second_is_named_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: Any = iter([lambda _formset: set()])
    elsewhere = RuleFormSet._elsewhere
    # The first look comes before the colleague's rule is there to be seen.
    monkeypatch.setattr(RuleFormSet, "_elsewhere", lambda formset: next(looks, elsewhere)(formset))
    series = create_series()

    page = add_on_the_page_of(series, staff_client())

    assert (page.status_code, errors_of(page)[3]) == (200, {"offset": [EQUAL]})
    assert ReminderRule.objects.filter(series=series).count() == 4


def test_on_the_page_of_a_rule_too(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, clean = iter([RuleForm.clean]), LoneRuleForm.clean
    monkeypatch.setattr(LoneRuleForm, "clean", lambda form: next(looks, clean)(form))
    monkeypatch.setattr(ReminderRule, "validate_constraints", lambda rule, exclude=None: None)
    series = create_series()
    create_rule(series=series, offset=3 * DAY)

    page = staff_client().post(reverse(ADD), THREE_DAYS | {"series": series.pk})

    assert page.context["adminform"].form.errors == {"offset": [EQUAL]}
    assert ReminderRule.objects.filter(series=series).count() == 4


def planned() -> Session:
    """One person, the reminders of a day and of an hour ahead; a week ahead was past."""
    session = create_session()
    register(session, "Ana")
    reminders.queue_due(now=NOW)
    return session


def outcomes() -> list[tuple[timedelta | None, str, str]]:
    rows = Message.objects.filter(kind="reminder").order_by("due_at", "pk")
    return [(row.rule.offset if row.rule else None, row.state, row.skip_reason) for row in rows]


def delete_on_its_page(client: Client, rule: ReminderRule) -> None:
    client.post(reverse("admin:registrations_reminderrule_delete", args=[rule.pk]), {"post": "yes"})


def delete_on_the_page_of_its_series(client: Client, rule: ReminderRule) -> None:
    assert rule.series
    form = form_of(client, series_url(rule.series))
    row = next(name.removesuffix("-id") for name, value in form.items() if name[-3:] == "-id" and value == str(rule.pk))
    client.post(series_url(rule.series), form | {f"{row}-DELETE": "on"})


@pytest.mark.parametrize("delete", [delete_on_its_page, delete_on_the_page_of_its_series])
def test_what_a_deleted_rule_had_queued_ends_at_once_and_says_why(delete: Any) -> None:
    session = planned()
    (rule,) = ReminderRule.objects.filter(offset=DAY)

    delete(staff_client(), rule)

    assert not ReminderRule.objects.filter(pk=rule.pk).exists()
    assert (None, "skipped", "rule_off") in outcomes()
    page = staff_client().get(reverse("admin:workshops_session_messages", args=[session.pk]))
    (line,) = [line for line in page.context["lines"] if line.label == "Reminder"]
    assert [(figure.people, figure.label) for figure in line.reasons] == [(1, "the reminder was switched off")]


def test_what_it_sent_and_what_staff_sent_again_stay_as_they_are() -> None:
    planned()
    (rule,) = ReminderRule.objects.filter(offset=DAY)
    original = Message.objects.get(rule=rule)
    copy = outbox.send_again(message=original, now=NOW)
    Message.objects.filter(pk=original.pk).update(state="sent", sent_at=NOW)

    delete_on_its_page(staff_client(), rule)

    kept = Message.objects.filter(pk__in=[original.pk, copy.pk]).order_by("state")
    assert [message.state for message in kept] == ["queued", "sent"]


def test_its_neighbours_are_queued_as_before() -> None:
    planned()
    (rule,) = ReminderRule.objects.filter(offset=DAY)

    delete_on_its_page(staff_client(), rule)
    reminders.queue_due(now=NOW)

    assert (timedelta(hours=1), "queued", "") in outcomes()
    assert len(outcomes()) == 3


def test_a_session_that_loses_its_only_rule_follows_its_series_again() -> None:
    session = create_session()
    create_rule(session=session, offset=2 * DAY)
    register(session, "Ana")
    reminders.queue_due(now=NOW)
    client = staff_client()

    client.post(session_url(session), form_of(client, session_url(session)) | {"reminder_rules-0-DELETE": "on"})
    reminders.queue_due(now=NOW)

    queued = Message.objects.filter(kind="reminder", state="queued").order_by("due_at")
    assert [message.rule.offset for message in queued if message.rule] == [7 * DAY, DAY, timedelta(hours=1)]
