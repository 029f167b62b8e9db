"""Two rows that are one person become one: nothing is lost, the double counts once, old links go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import models

from registrations.models import (
    AddressClaim,
    Alias,
    Appeal,
    Attendee,
    Bulletin,
    Consent,
    Enrolment,
    Merge,
    Message,
    Registration,
    Report,
    ReportRow,
)
from registrations.services import erasure, merging, people, places, reminders, upkeep
from tests.factories import (
    NOW,
    certify,
    create_attendee,
    create_series,
    create_session,
    note,
    register,
    register_for,
    states,
)
from workshops.models import Places

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def merge(kept: Attendee, gone: Attendee, now: Any = NOW) -> Merge:
    trail = merging.merge(kept=kept, gone=gone, by=None, now=now)
    for person in (kept, gone):
        person.refresh_from_db()
    return trail


def rows_of(owner: models.Model) -> dict[str, int]:
    """{"EmailAddress.attendee": 1, …}: how many rows of every relation there is name this one."""
    return {
        f"{relation.related_model.__name__}.{relation.field.name}": relation.related_model._base_manager.filter(
            **{relation.field.name: owner}
        ).count()
        for relation in owner._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel)
    }


def with_everything(name: str, session: Any, *, email: str) -> Registration:
    """One row at the least of every relation that a person and a registration have."""
    registration = register(session, name, email=email)
    person = registration.attendee
    AddressClaim.objects.create(attendee=person, address="a@b.example", normalised="a@b.example", asked_at=NOW)
    Enrolment.objects.create(attendee=person, series=session.series, enrolled_at=NOW)
    note(registration, at=NOW)
    Alias.objects.create(attendee=person, name_key="anita", confirmed_at=NOW)
    report = Report.objects.create(session=session, at=NOW)
    ReportRow.objects.create(report=report, position=1, registration=registration)
    Appeal.objects.create(registration=registration, words=name, said_at=NOW)
    certify(person, session)
    colleague = register(session, f"Colleague of {name}")
    Registration.objects.filter(pk=colleague.pk).update(substitute_for=registration, invited_by=person)
    merge(person, create_attendee(f"Former {name}"))
    return registration


def test_whatever_belongs_to_a_person_is_with_the_one_who_stays() -> None:
    gone = with_everything("Ana Ruiz", create_session(), email="ana@work.example").attendee
    kept = create_attendee("Ana R.")
    before = rows_of(gone)

    merge(kept, gone)

    # The trail of an earlier merge names this person as the one who stayed; that of this one, as the one who went.
    assert [name for name, count in before.items() if not count] == ["Merge.gone"]
    assert {name for name, count in rows_of(gone).items() if count} == {"Merge.gone"}
    after = rows_of(kept)
    assert {name: after[name] - count for name, count in before.items() if after[name] != count} == {
        "EmailAddress.attendee": 1,
        "Merge.kept": 1,
        "Attendee.merged_into": 1,
    }


def test_of_two_registrations_for_one_session_nothing_is_lost() -> None:
    session = create_session()
    kept = with_everything("Ana R.", session, email="ana@home.example")
    gone = with_everything("Ana Ruiz", session, email="ana@work.example")
    belongs = [row for owner in (kept, gone) for row in (rows_of(owner),)]

    merge(kept.attendee, gone.attendee)

    joined = ("Appeal.registration", "Attendance.registration")
    assert Alias.objects.count() == 1
    assert all(count for rows in belongs for count in rows.values())
    assert rows_of(Registration.objects.get(attendee=kept.attendee)) == {
        name: 1 if name in joined else belongs[0][name] + belongs[1][name] for name in belongs[0]
    }
    assert Appeal.objects.get().words == "Ana R.\n\nAna Ruiz"


@pytest.mark.parametrize("kept_first", [True, False])
def test_the_stronger_registration_stays_whoevers_it_is_and_the_place_of_the_other_is_passed_on(
    kept_first: bool,
) -> None:
    session = create_session(capacity=2)
    one, two = register(session, "Ana"), register(session, "Anita", NOW + timedelta(hours=1))
    register(session, "Luis", NOW + timedelta(hours=2))
    kept, gone = (one.attendee, two.attendee) if kept_first else (two.attendee, one.attendee)

    trail = merge(kept, gone)

    assert states(session) == {kept.full_name: "confirmed", "Luis": "offered"}
    assert Registration.objects.get(attendee=kept).pk == one.pk
    assert (Places.objects.get().taken, trail.moved["joined"][str(two.pk)]["into"]) == (2, one.pk)


@pytest.mark.parametrize(("stronger", "weaker"), [("confirmed", "waitlisted"), ("waitlisted", "cancelled"),
                                              ("cancelled", "removed"), ("confirmed", "removed")])  # fmt: skip
def test_the_better_state_stays(stronger: str, weaker: str) -> None:
    session = create_session()
    one, two = register(session, "Ana"), register(session, "Anita")
    Registration.objects.filter(pk=one.pk).update(state=weaker, joined_waitlist_at=NOW)
    Registration.objects.filter(pk=two.pk).update(state=stronger, joined_waitlist_at=NOW)
    upkeep_counts(session)

    merge(one.attendee, two.attendee)

    assert Registration.objects.values_list("pk", "state").get() == (two.pk, stronger)
    assert Places.objects.get().taken == (stronger == "confirmed")


def upkeep_counts(session: Any) -> None:
    Places.objects.filter(session=session).update(taken=Registration.objects.holding().count())


def test_of_two_who_wait_whoever_came_first_stays_in_line() -> None:
    session = create_session(capacity=1)
    register(session, "Rosa")
    one, _luis, two = (register(session, name, NOW + n * DAY) for n, name in enumerate(("Ana", "Luis", "Anita")))

    merge(two.attendee, one.attendee)

    assert [row.attendee.full_name for row in Registration.objects.waiting()] == ["Anita", "Luis"]
    assert Registration.objects.get(attendee=two.attendee).pk == one.pk


def test_nobody_takes_their_own_place_and_whose_place_it_was_is_kept() -> None:
    session = create_session()
    luis, ana, anita = (register(session, name) for name in ("Luis", "Ana", "Anita"))
    Registration.objects.filter(pk=ana.pk).update(substitute_for=luis, state="cancelled", cancelled_at=NOW)
    Registration.objects.filter(pk=anita.pk).update(substitute_for=ana)

    merge(ana.attendee, anita.attendee)

    assert Registration.objects.values_list("pk", "substitute_for").get(attendee=ana.attendee) == (anita.pk, luis.pk)


def test_what_both_said_is_kept_and_no_name_is_in_the_trail() -> None:
    session = create_session()
    one = register(session, "Ana R.", question="Why?", support_needed="A ramp")
    two = register(session, "Ana Ruiz", question="How?", support_needed="A ramp")

    trail = merge(one.attendee, two.attendee)

    assert Registration.objects.values_list("question", "support_needed").get() == ("Why?\n\nHow?", "A ramp")
    assert not any(word in str(trail.moved) for word in ("Ana", "Ruiz", "example.org", "How"))


def test_the_kept_details_stay_empty_ones_are_filled_and_a_stop_is_honoured() -> None:
    kept = create_attendee("Ana", organisation="Cacao", country="")
    gone = create_attendee("Anita", organisation="Other", position="Lead", country="CO", reminders_stopped_at=NOW)

    merge(kept, gone)

    assert (kept.full_name, kept.organisation, kept.position, str(kept.country)) == ("Ana", "Cacao", "Lead", "CO")
    assert kept.reminders_stopped_at == NOW
    assert (gone.full_name, gone.position, gone.merged_into) == ("", "", kept)


def test_the_standing_enrolment_wins() -> None:
    series = create_series()
    kept, gone = create_attendee("Ana"), create_attendee("Anita")
    Enrolment.objects.create(attendee=kept, series=series, enrolled_at=NOW, left_at=NOW + DAY)
    Enrolment.objects.create(attendee=gone, series=series, enrolled_at=NOW + DAY)

    trail = merge(kept, gone)

    assert Enrolment.objects.values_list("attendee", "left_at").get() == (kept.pk, None)
    assert [row["series"] for row in trail.moved["enrolments"]] == [series.pk]


def test_consents_are_joined_and_who_stopped_announcements_in_one_name_stopped_them() -> None:
    session = create_session()
    kept, gone = (register(session, name, announcements=True).attendee for name in ("Ana", "Anita"))
    people.stop_announcements(attendee=gone, series=session.series, now=NOW)

    merge(kept, gone)

    assert people.has_stopped_announcements(kept, session.series)
    assert Consent.objects.filter(attendee=kept, kind="code_of_conduct").count() == 1
    assert Consent.objects.filter(attendee=kept, kind="announcements").count() == 2


def reminders_ahead() -> list[tuple[int, str]]:
    queued = Message.objects.filter(kind="reminder", state="queued").order_by("due_at")
    return [(row.registration_id or 0, row.due_at.isoformat()) for row in queued]


def test_no_reminder_is_lost_and_none_is_sent_twice() -> None:
    session = create_session()
    one, two = register(session, "Ana"), register(session, "Anita")
    reminders.queue_due(now=NOW)
    expected = [row for row in reminders_ahead() if row[0] == one.pk]

    merge(one.attendee, two.attendee)
    reminders.queue_due(now=NOW)

    assert (len(expected), reminders_ahead()) == (3, expected)


def test_a_reminder_that_the_other_got_is_not_sent_again() -> None:
    session = create_session()
    one, two = register(session, "Ana"), register(session, "Anita")
    reminders.queue_due(now=NOW)
    first = Message.objects.filter(kind="reminder", registration=two).earliest("due_at")
    Message.objects.filter(pk=first.pk).update(state="sent", sent_at=NOW)

    merge(one.attendee, two.attendee)
    reminders.queue_due(now=NOW)

    assert len(reminders_ahead()) == 2


def test_reminders_that_were_not_written_yet_for_who_stays_are_written() -> None:
    session = create_session()
    two = register(session, "Anita", NOW)
    reminders.queue_due(now=NOW)
    Registration.objects.filter(pk=two.pk).update(confirmed_at=NOW + DAY)
    one = register(session, "Ana", NOW)

    merge(one.attendee, two.attendee)
    reminders.queue_due(now=NOW)

    assert [pk for pk, _due in reminders_ahead()] == [one.pk] * 3


def test_the_tick_registers_nobody_who_is_gone() -> None:
    series = create_series()
    gone = create_attendee("Anita")
    Enrolment.objects.create(attendee=gone, series=series, enrolled_at=NOW)
    kept = create_attendee("Ana")
    session = create_session(series)

    merge(kept, gone)
    upkeep.register_enrolled(now=NOW)

    assert states(session) == {"Ana": "confirmed"}


def test_nobody_is_merged_with_themselves_with_an_erased_person_or_twice() -> None:
    ana, luis, eva = (create_attendee(name) for name in ("Ana", "Luis", "Eva"))
    merge(ana, luis)
    erasure.erase(attendee=eva, now=NOW)

    for kept, gone in ((ana, ana), (ana, luis), (luis, ana), (ana, eva), (eva, ana)):
        with pytest.raises(merging.NotTwo):
            merging.merge(kept=kept, gone=gone, by=None, now=NOW)

    assert Merge.objects.count() == 1


def test_a_mail_about_several_speaks_of_those_that_stayed() -> None:
    sessions = [create_session(number=n, starts_at=NOW + n * 7 * DAY) for n in (1, 2)]
    one = register(sessions[0], "Ana")
    register_for(sessions, "Anita", NOW + DAY)
    kept, gone = one.attendee, Attendee.objects.get(full_name="Anita")
    other = gone.registrations.get(session=sessions[1])

    merge(kept, gone)

    assert Message.objects.exclude(bundle=[]).get().bundle == [one.pk, other.pk]
    places.cancel(registration=Registration.objects.get(pk=other.pk), now=NOW)
    assert states(sessions[1]) == {"Ana": "cancelled"}


@pytest.mark.parametrize(("states", "expected"), [
    (("queued", "queued"), ["queued", "skipped"]),
    (("queued", "sent"), ["sent", "skipped"]),
    (("sent", "sent"), ["sent", "sent"]),
])  # fmt: skip
def test_a_message_to_a_group_leaves_once(states: tuple[str, str], expected: list[str]) -> None:
    series = create_series()
    bulletin = Bulletin.objects.create(series=series, subject="A word", body="Yes.", created_at=NOW)
    both = [create_attendee("Ana"), create_attendee("Anita")]
    for person, state in zip(both, states, strict=True):
        Message.objects.create(
            key=f"bulletin:{bulletin.pk}:{person.pk}", kind="bulletin", attendee=person, series=series,
            bulletin=bulletin, state=state, sent_at=NOW, due_at=NOW, next_attempt_at=NOW, created_at=NOW,
        )  # fmt: skip

    merge(*both)

    assert sorted(Message.objects.filter(attendee=both[0]).values_list("state", flat=True)) == expected
