"""Erasing a person who was made of two leaves nothing of either; figures count the double once."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from registrations.models import Attendee, Message
from registrations.services import erasure, merging
from tests.factories import NOW, create_attendee, create_session, register
from tests.registrations.services.test_erasure import NAME, dump, figures, one_mail_of_each_kind, traces, zoraida

pytestmark = pytest.mark.django_db


def note(row: Model, said: str = "") -> None:
    staff = User.objects.get_or_create(username="staff")[0]
    kind = ContentType.objects.get_for_model(row)
    LogEntry.objects.create(
        user=staff, content_type=kind, object_id=str(row.pk), object_repr=str(row), action_flag=CHANGE,
        change_message=said,
    )  # fmt: skip


def test_erasing_who_stayed_leaves_nothing_of_who_went() -> None:
    gone = zoraida()
    one_mail_of_each_kind(gone)
    session = gone.registrations.order_by("pk")[0].session
    kept = register(session, "Quimena Quispe", email="quimena@hidden.example").attendee
    for row in (kept, gone, *kept.registrations.all(), *gone.registrations.all()):
        note(row, f"Same as {NAME}")
    merging.merge(kept=kept, gone=gone, by=None, now=NOW)

    erasure.erase(attendee=kept, now=NOW)

    assert traces() == set()
    assert not any(word in dump() for word in ("quimena", "quispe", "hidden.example"))


def test_the_name_that_nobody_has_any_more_is_in_no_line_of_the_log() -> None:
    kept, gone = create_attendee("Quimena Quispe"), create_attendee(NAME)
    note(gone)

    merging.merge(kept=kept, gone=gone, by=None, now=NOW)

    assert LogEntry.objects.get().object_repr == f"#{gone.pk}"
    assert [line for line in dump().splitlines() if "zoraida ñ" in line] == []


def test_figures_stay_but_that_the_double_counts_once() -> None:
    gone = zoraida()
    session = gone.registrations.order_by("pk")[0].session
    before = figures()
    kept = register(session, "Z. Ñandutí", country="PY").attendee
    sent = Message.objects.filter(attendee=kept).count()

    merging.merge(kept=kept, gone=gone, by=None, now=NOW)

    # Confirming somebody who confirmed nothing leaves as many figures as there were, but the row of who went.
    after = figures()
    assert isinstance(before["people"], int)
    assert after | {"mails": 0} == before | {"mails": 0, "people": before["people"] + 1}
    assert sum(after["mails"].values()) == sum(before["mails"].values()) + sent  # type: ignore[attr-defined]
    assert Attendee.objects.not_erased().count() == before["people"]


def test_what_was_noted_about_who_went_is_forgotten_with_who_stayed() -> None:
    kept, gone = create_attendee("Quimena Quispe"), create_attendee("Zoraida")
    note(gone, "Zoraida called")
    merging.merge(kept=kept, gone=gone, by=None, now=NOW)

    erasure.erase(attendee=kept, now=NOW)

    assert LogEntry.objects.values_list("object_repr", "change_message").get() == (f"#{gone.pk}", "")


def test_this_was_not_me_never_erases_a_person_who_was_made_of_two() -> None:
    gone = register(create_session(), "Zoraida").attendee
    kept = create_attendee("Quimena Quispe")
    merging.merge(kept=kept, gone=gone, by=None, now=NOW)

    erasure.disown(message=Message.objects.get(), now=NOW)

    kept.refresh_from_db()
    assert (kept.is_erased, kept.registrations.get().state) == (False, "cancelled")
