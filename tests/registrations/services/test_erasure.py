"""Erasing a person: no trace of who they were, every figure as it was, places passed on, no mail to anybody gone."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.template import Context, Template

from registrations import emails
from registrations.choices import MessageKind, MessageState
from registrations.models import (
    AddressClaim,
    Attendee,
    BlockedAddress,
    EmailAddress,
    Enrolment,
    Evidence,
    Message,
    Registration,
)
from registrations.services import addresses, delivery, erasure, outbox, people, places
from tests.factories import NOW, create_series, create_session, note, register, register_for, states
from workshops.models import Places, Series

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NAME, ADDRESS, SECOND = "Zoraida Ñandutí", "zoraida@secret.example", "Z.Ñanduti@Other.example"
FREE = "needs a ramp at gate Xylo"
TRACES = ("zoraida", "ñandut", "nandut", "secret.example", "other.example", "xylo", "acme-trace", "coordinator-trace")


def zoraida() -> Attendee:
    """Somebody with a past, a future, a place in line, a standing wish, two addresses, a trail in the log."""
    series = create_series()
    sessions = [create_session(series, number=n, starts_at=NOW + n * 7 * DAY) for n in (1, 2)]
    full = create_session(series, number=3, starts_at=NOW + 21 * DAY, capacity=1)
    register(full, "Luis")
    register_for(
        sessions, NAME, country="PY", email=ADDRESS, whole_series=True, support_needed=FREE, question=f"{FREE}?"
    )
    register(sessions[0], "Luis")
    attendee = Attendee.objects.get(addresses__normalised=ADDRESS)
    Attendee.objects.filter(pk=attendee.pk).update(
        gender="woman", organisation="Acme-trace", position="Coordinator-trace", initiative="Clúster"
    )
    attendee.refresh_from_db()
    attendee.save()
    EmailAddress.objects.create(attendee=attendee, address=SECOND, normalised="z.ñanduti@other.example")
    Registration.objects.filter(attendee=attendee).update(
        gender="woman", initiative="Clúster", typed={"full_name": NAME, "email": ADDRESS, "organisation": "Acme-trace"}
    )
    past = attendee.registrations.get(session=sessions[0])
    note(past, at=NOW + 7 * DAY)
    write_log(attendee)
    return attendee


def write_log(attendee: Attendee) -> None:
    staff = User.objects.create_superuser("staff", password="not asked for here")
    registration = attendee.registrations.order_by("pk")[0]
    added = [{"added": {"name": "e-mail address", "object": SECOND}}]
    merged = f"Merged with {NAME}"
    for row, said in ((attendee, json.dumps(added)), (registration, ""), (registration.session.series, merged)):
        kind = ContentType.objects.get_for_model(row)
        LogEntry.objects.create(
            user=staff, content_type=kind, object_id=str(row.pk), object_repr=str(row), action_flag=CHANGE,
            change_message=said,
        )  # fmt: skip
    of_nobody = ContentType.objects.get_for_model(Attendee)
    LogEntry.objects.create(
        user=staff, content_type=of_nobody, object_id="999", object_repr=NAME, action_flag=CHANGE, change_message=merged
    )
    AccessAttempt.objects.create(username=ADDRESS.upper(), ip_address="127.0.0.1", failures_since_start=1)


def one_mail_of_each_kind(attendee: Attendee) -> None:
    registration = attendee.registrations.select_related("session__series", "attendee").order_by("pk")[0]
    for n, (kind, state) in enumerate((kind, state) for kind in MessageKind for state in MessageState):
        message = outbox.about(registration, kind, now=NOW, occasion=f"each.{n}")
        message.state, message.subject, message.text = state, f"{NAME}, {kind}", f"Hello {NAME}, {FREE}"
        message.last_error = f"550 <{ADDRESS}> unknown"
        if state == MessageState.SENDING:
            message.lease_until, message.lease_token = NOW + DAY, message.pk
        if state == MessageState.SENT:
            message.sent_at = NOW
        message.save()


def dump() -> str:
    """Every cell of every table, whatever its type."""
    with connection.cursor() as cursor:
        lines = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            lines += [f"{table}: {row!r} {''.join(str(cell) for cell in row)}" for row in cursor.fetchall()]
    return "\n".join(lines).casefold()


def traces() -> set[str]:
    said = dump()
    escaped = {word: json.dumps(word)[1:-1] for word in TRACES}
    return {word for word, other in escaped.items() if word in said or other in said}


def figures() -> dict[str, object]:
    everyone = Registration.objects.all()
    series = Series.objects.get()
    drawn = Template("{% load community %}{% constellation series %}").render(Context({"series": series}))
    return {
        "registrations": everyone.count(),
        "countries": Counter(everyone.values_list("country", flat=True)),
        "gender": Counter(everyone.values_list("gender", flat=True)),
        "initiatives": Counter(everyone.values_list("initiative", flat=True)),
        "people": Attendee.objects.count(),
        "enrolments": Enrolment.objects.count(),
        "evidence": Evidence.objects.count(),
        "mails": Counter(Message.objects.values_list("kind", flat=True)),
        "constellation": drawn,
    }


def test_after_erasing_a_dump_of_the_database_names_nobody() -> None:
    attendee = zoraida()
    one_mail_of_each_kind(attendee)
    assert traces() == set(TRACES)

    erasure.erase(attendee=attendee, now=NOW)

    assert traces() == set()


def test_figures_of_the_past_are_as_they_were() -> None:
    attendee = zoraida()
    later = NOW + 40 * DAY
    before = figures()

    erasure.erase(attendee=attendee, now=later)

    assert figures() == before
    assert set(attendee.registrations.values_list("state", flat=True)) == {"confirmed", "waitlisted"}
    assert Evidence.objects.get().registration.attendee_id == attendee.pk


def test_what_is_ahead_is_cancelled_passed_on_and_not_made_again() -> None:
    session = create_session(capacity=1)
    register_for([session], "Zoraida", whole_series=True)
    register(session, "Luis", NOW + timedelta(minutes=1))
    attendee = Attendee.objects.get(full_name="Zoraida")

    erasure.erase(attendee=attendee, now=NOW + DAY)

    attendee.refresh_from_db()
    assert states(session) == {"": "cancelled", "Luis": "offered"}
    assert Places.objects.get(session=session).taken == 1
    assert not Enrolment.objects.standing().exists()
    assert (str(attendee), attendee.erased_at, attendee.sign_in_version) == (
        f"Erased person {attendee.pk}",
        NOW + DAY,
        2,
    )


def test_no_mail_leaves_for_who_was_erased_not_even_one_that_is_being_sent(settings) -> None:
    session = create_session()
    attendee = register(session, "Zoraida").attendee
    token = outbox.claim(now=NOW, lease=DAY)
    message = Message.objects.get(state="sending")

    erasure.erase(attendee=attendee, now=NOW)
    letter = emails.Letter(mail=emails.compose(message).mail, told={})
    delivery._note_sent(message, token, NOW, letter)
    delivery.deliver_due(clock=lambda: NOW + DAY)

    assert set(Message.objects.values_list("state", "skip_reason", "subject", "text")) == {
        ("skipped", "no_address", "", "")
    }
    assert not list(Path(settings.MAIL_DIR).glob("*.eml"))


def test_the_files_of_their_mails_go_and_those_of_others_stay(settings) -> None:
    session = create_session()
    register(session, "Luis")
    attendee = register(session, "Zoraida").attendee
    delivery.deliver_due(clock=lambda: NOW)
    assert len(list(Path(settings.MAIL_DIR).glob("*.eml"))) == 2

    erasure.erase(attendee=attendee, now=NOW)

    left = [path.read_text() for path in Path(settings.MAIL_DIR).glob("*.eml")]
    assert ["luis@example.org" in said for said in left] == [True]


def test_a_file_that_was_written_meanwhile_is_swept_up_later(settings) -> None:
    attendee = register(create_session(), "Zoraida").attendee
    delivery.deliver_due(clock=lambda: NOW)
    (written,) = Path(settings.MAIL_DIR).glob("*.eml")
    content = written.read_bytes()
    erasure.erase(attendee=attendee, now=NOW)
    written.with_name(f"{written.stem}-1.eml").write_bytes(content)

    assert (erasure.sweep_mail_files(), erasure.sweep_mail_files()) == (1, 0)


def test_a_file_that_is_written_while_its_reader_is_erased_is_not_kept(settings, monkeypatch) -> None:
    attendee = register(create_session(), "Zoraida").attendee
    compose = emails.compose

    def erase_then(*given, **named):
        letter = compose(*given, **named)
        erasure.erase(attendee=attendee, now=NOW)
        return letter

    monkeypatch.setattr(emails, "compose", erase_then)
    delivery.deliver_due(clock=lambda: NOW)

    assert not list(Path(settings.MAIL_DIR).glob("*.eml"))
    assert Message.objects.exclude(state="skipped", subject="", text="").count() == 0


def test_the_lines_of_others_stay_as_they_were() -> None:
    attendee, namesake = zoraida(), register(create_session(number=9), "Zoraida Ñandutí Paz").attendee
    kind = ContentType.objects.get_for_model(Attendee)
    of_namesake = {"content_type": kind, "object_id": str(namesake.pk), "object_repr": "Luis Mora"}
    LogEntry.objects.create(user=User.objects.get(), action_flag=CHANGE, **of_namesake)

    erasure.erase(attendee=attendee, now=NOW)

    assert LogEntry.objects.filter(object_repr="Luis Mora").count() == 1
    assert LogEntry.objects.filter(object_repr="#999", change_message="").count() == 1
    assert Attendee.objects.get(pk=namesake.pk).full_name == "Zoraida Ñandutí Paz"


def test_an_address_that_was_asked_for_and_never_proven_goes_too_whoever_asked() -> None:
    session = create_session()
    attendee, luis = register(session, "Zoraida").attendee, register(session, "Luis").attendee
    of_luis = "luis@new.example"
    for person, address in ((attendee, "z@new.example"), (luis, "zoraida@example.org"), (luis, of_luis)):
        AddressClaim.objects.create(attendee=person, address=address, normalised=address, asked_at=NOW)

    erasure.erase(attendee=attendee, now=NOW)

    assert [claim.address for claim in AddressClaim.objects.all()] == [of_luis]


def test_the_mail_by_which_somebody_else_asked_for_their_address_says_nothing_any_more(settings) -> None:
    session = create_session()
    attendee, luis = register(session, "Zoraida").attendee, register(session, "Luis").attendee
    addresses.ask(attendee=luis, address="zoraida@example.org", now=NOW)
    delivery.deliver_due(clock=lambda: NOW)
    (asked,) = Message.objects.filter(kind="address")
    assert "zoraida@example.org" in asked.text

    erasure.erase(attendee=attendee, now=NOW)

    asked.refresh_from_db()
    assert (asked.state, asked.subject, asked.text) == ("sent", "", "")
    assert "zoraida@" not in "".join(path.read_text() for path in Path(settings.MAIL_DIR).glob("*.eml"))


def test_erasing_twice_does_nothing_more() -> None:
    attendee = register(create_session(), "Zoraida").attendee

    assert erasure.erase(attendee=attendee, now=NOW) is True
    assert erasure.erase(attendee=attendee, now=NOW + DAY) is False
    attendee.refresh_from_db()
    assert attendee.erased_at == NOW
    with pytest.raises(people.Gone):
        places.register_known(attendee=attendee, session=create_session(number=2), now=NOW)


def test_who_was_erased_registers_again_as_somebody_new() -> None:
    first = register(create_session(number=1), "Zoraida").attendee
    erasure.erase(attendee=first, now=NOW)

    again = register(create_session(number=2), "Zoraida").attendee

    assert again.pk != first.pk
    assert not BlockedAddress.objects.exists()


# What erasing does with every column of text: whoever adds one says so here, and in services/erasure.py.
STAYS = {
    "Attendee": "language timezone",  # the values of a new row, not theirs
    "Registration": "mode state source told_facts country gender sector initiative",
    "Enrolment": "mode",
    "Evidence": "kind part key origin",
    "Attendance": "status because part",
    "Retraction": "why",  # staff's words about a line, not about a person
    "Appeal": "answer",
    "Certificate": "folio document language facts state",  # a folio verifies what happened, without a name
    "Message": "key kind state skip_reason bundle",
    "Merge": "moved",  # numbers, keys, states and moments
    # Of a party, not of a person; one that nobody coordinates any more goes with the next `forget_old`.
    "Initiative": "name country sector suggest folded",
}
EMPTIED = {
    "Attendee": "full_name country position organisation initiative sector gender folded wanted_name",
    "Registration": "support_needed question typed",
    "Appeal": "words reason",
    "Certificate": "name reason folded",
    "Message": "subject text last_error sent_to",
}
GOES = {"AddressClaim", "Alias", "ReportRow", "EmailAddress", "Consent", "SignIn"}
OF_NOBODY = {
    "Announcement",
    "AttendancePolicy",
    "Batch",
    "BlockedAddress",
    "Bulletin",
    "ColumnMap",
    "MailText",
    "PanelEvidence",
    "Report",
    "ReminderRule",
    "WalkIn",
}


def test_every_column_of_text_has_its_answer() -> None:
    written = {
        model.__name__: {field.name for field in model._meta.concrete_fields if _holds_words(field)}
        for model in apps.get_app_config("registrations").get_models()
        if model.__name__ not in GOES | OF_NOBODY
    }

    answered = {name: {*STAYS[name].split(), *EMPTIED.get(name, "").split()} for name in STAYS}
    assert written == answered


def _holds_words(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField) or field.get_internal_type() == "JSONField"
