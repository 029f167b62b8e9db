"""Mails as their readers get them: their language, their hour, plain text and HTML, the calendar part."""

import email
import email.policy
import re
import uuid
from datetime import timedelta

import pytest
from icalendar import Calendar

from registrations import emails
from registrations.choices import MessageKind
from registrations.emails import frame
from registrations.emails.scene import Scene, reader_of
from registrations.models import Message, Registration
from registrations.services import notices, outbox, places, reminders, upkeep
from tests.factories import NOW, create_series, create_session, register, register_for

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def letter(message: Message | None = None):
    return emails.compose(message or Message.objects.latest("created_at")).mail


def html(mail):
    return next(part.content for part in mail.alternatives if part.mimetype == "text/html")


def invitation(mail):
    part = next((part for part in mail.alternatives if part.mimetype.startswith("text/calendar")), None)
    return (part.mimetype, Calendar.from_ical(part.content)) if part else None


def every_kind() -> list[Message]:
    """One message of every kind, made by the acts that make them."""
    first, second = create_session(number=1, capacity=1), create_session(number=2)
    ana = register(first, "Ana")
    register(first, "Luis", NOW)
    register(second, "Ana", NOW + timedelta(minutes=20))
    register(second, "Ana", NOW + timedelta(minutes=40))
    register_for([first, second], "Eva", NOW)
    announced = create_session(number=3, state="announced", day=None, start_time=None)
    outbox.queue([outbox.to_person(ana.attendee, first.series, MessageKind.ENROLMENT, now=NOW, occasion="1")])
    places.cancel(registration=ana, now=NOW)
    reminders.queue_due(now=NOW)
    register_for([], "Mara", NOW, series=first.series, whole_series=True)
    announced.state, announced.day, announced.start_time = "open", "2026-12-03", "10:00"
    announced.revise(now=NOW)
    upkeep.register_enrolled(now=NOW)
    Registration.objects.update(told_facts="old")
    second.state = "cancelled"
    second.revise(now=NOW)
    notices.queue_due(now=NOW + DAY)
    by_kind = {message.kind: message for message in Message.objects.order_by("-created_at")}
    return list(by_kind.values())


def test_every_kind_reads_well_in_every_language():
    messages = every_kind()
    assert len(messages) == 10
    for message in messages:
        for language in ("es", "pt", "en", "fr"):
            message.attendee.language = language
            mail = letter(message)
            source = html(mail)
            assert 10 <= len(mail.subject) <= 55, (message.kind, mail.subject)
            assert "\n" not in mail.subject
            assert len(mail.message().as_bytes()) < 40_000
            assert f'lang="{language}"' in source
            for text in (mail.body, source):
                assert not re.search(r"\{\{|\{%|None|%\(", text), (message.kind, text)
            assert "http://localhost:8000/" in mail.body
            assert not re.search(r'(src|background)="?https?:', source)
            assert message.registration is None or message.registration.session.meeting_link not in source + mail.body


def test_the_hour_is_that_of_the_readers_city_and_the_organisers_stands_second():
    register(create_session(), "Ana", country="CO", language="en")

    body = letter().body

    assert "Thursday 15 October 2026\n09:00 Bogotá (UTC−5)" in body
    assert "(11:00 Santiago (UTC−3))" in body


def test_an_invitation_names_the_guest_and_its_sequence_rises():
    session = create_session(capacity=5)
    ana = register(session, "Ana")
    sequences = []
    for now in (NOW, NOW + DAY):
        mimetype, calendar = invitation(letter(Message.objects.filter(kind="confirmation").latest("created_at")))
        event = calendar.walk("VEVENT")[0]
        assert (mimetype, calendar["METHOD"]) == ("text/calendar; method=REQUEST", "REQUEST")
        assert str(event["ATTENDEE"]) == "MAILTO:ana@example.org"
        assert "/r/" in event["URL"]
        sequences.append(event["SEQUENCE"])
        places.cancel(registration=ana, now=now + timedelta(hours=1))
        mimetype, calendar = invitation(letter(Message.objects.filter(kind="cancellation").latest("created_at")))
        event = calendar.walk("VEVENT")[0]
        assert (mimetype, calendar["METHOD"], event["STATUS"]) == (
            "text/calendar; method=CANCEL",
            "CANCEL",
            "CANCELLED",
        )
        sequences.append(event["SEQUENCE"])
        ana = register(session, "Ana", now + timedelta(hours=2))
    session.day += DAY
    session.revise(now=NOW)
    ana.session = session
    sequences.append(ana.calendar_sequence)

    assert sequences == sorted(set(sequences))


def test_who_waits_gets_no_invitation():
    session = create_session(capacity=1)
    register(session, "Ana")
    register(session, "Luis", language="en")

    mail = letter(Message.objects.get(kind="waiting_list"))

    assert mail.subject == "Waiting list (place 1): session 1"
    assert invitation(mail) is None


def test_several_sessions_come_as_one_published_file():
    register_for([create_session(number=n) for n in (1, 2, 3)], "Ana")

    mail = letter()
    name, content, mimetype = mail.attachments[0]

    assert (name, mimetype) == ("sessions.ics", "text/calendar; method=PUBLISH")
    assert len(Calendar.from_ical(content).walk("VEVENT")) == 3
    assert (mail.body.count("/r/"), mail.body.count("/not-me/")) == (4, 1)


def test_reminders_can_be_stopped_by_one_click_and_confirmations_are_no_list():
    register(create_session(), language="en")
    reminders.queue_due(now=NOW)

    reminder = letter(Message.objects.filter(kind="reminder").last())
    confirmation = letter(Message.objects.get(kind="confirmation"))

    assert reminder.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert reminder.extra_headers["List-Unsubscribe"].startswith("<http://localhost:8000/u/")
    assert "List-Unsubscribe" not in confirmation.extra_headers


@pytest.mark.parametrize(
    ("before", "start"), [(timedelta(hours=1), "Today 09:00 (Bogotá):"), (DAY, "Tomorrow 09:00 (Bogotá):")]
)
def test_a_reminder_says_first_when(before, start):
    session = create_session()
    register(session, language="en")
    reminders.queue_due(now=NOW)

    message = Message.objects.get(kind="reminder", due_at=session.starts_at - before)

    assert letter(message).subject.startswith(start)


def test_every_copy_of_one_message_has_one_message_id():
    register(create_session())
    message = Message.objects.get()
    before = letter(message).message()["Message-ID"]

    # Another process, another hour, a later attempt: only the key counts.
    Message.objects.update(attempts=3, lease_token=uuid.uuid4(), next_attempt_at=NOW + DAY)
    after = letter(Message.objects.get()).message()["Message-ID"]

    assert before == after == message.message_id
    Message.objects.update(key="another")
    assert letter(Message.objects.get()).message()["Message-ID"] != before


def test_a_name_cannot_write_headers():
    registration = register(create_session())
    registration.attendee.full_name = "Ana\r\nBcc: all@example.org \u202e"
    registration.attendee.save()

    message = letter(Message.objects.select_related("attendee").get()).message()

    assert message["Bcc"] is None
    assert "\n" not in message["To"]


def test_a_demonstration_says_so():
    session = create_session()
    session.series.demonstration = True
    session.series.save()
    register(session, language="en")

    mail = letter()

    assert "This is a demonstration" in mail.body
    assert "This is a demonstration" in html(mail)


def test_a_long_subject_begins_on_its_own_line_and_reads_as_it_was_meant():
    session = create_session(question={"en": "¿Cuál es la mejor manera de poner en marcha una iniciativa clúster?"})
    register(session, language="es")
    reminders.queue_due(now=NOW)

    mail = letter(Message.objects.get(kind="reminder", due_at=session.starts_at - timedelta(hours=1)))
    raw = mail.message().as_bytes()
    parsed = email.message_from_bytes(raw, policy=email.policy.default)

    assert re.search(rb"^Subject: =\?utf-8", raw, re.MULTILINE)
    assert parsed["Subject"] == mail.subject
    assert max(len(line) for line in raw.split(b"\n\n")[0].split(b"\n")) <= 78
    assert mail.subject.endswith("…")
    assert mail.subject.rstrip("…").split()[-1] in str(session.question)


def test_the_organisers_hour_is_said_only_where_it_is_another():
    register(create_session(), "Ana", country="CL", language="en")
    register(create_session(number=2), "Luis", country="CO", language="en")

    here, away = (letter(message).body for message in Message.objects.order_by("registration__session__number"))

    assert "(11:00 Santiago" not in here
    assert "(11:00 Santiago (UTC−3))" in away


def test_a_mail_goes_to_the_address_that_was_verified():
    ana = register(create_session()).attendee
    ana.addresses.update(verified_at=NOW)
    ana.addresses.create(address="new@example.org", normalised="new@example.org")

    assert letter().to == ["Ana <ana@example.org>"]


def test_a_mail_says_who_sent_it_who_answers_in_which_language_and_that_no_person_wrote_it(settings):
    register(create_session(), language="en")
    settings.DEFAULT_FROM_EMAIL = "mail@example.org"

    mail = letter()

    assert (mail.from_email, mail.reply_to) == ("Community in Practice <mail@example.org>", ["help@example.org"])
    assert (mail.extra_headers["Content-Language"], mail.extra_headers["Auto-Submitted"]) == ("en", "auto-generated")
    settings.DEFAULT_FROM_EMAIL = "The platform <mail@example.org>"
    assert letter().from_email == "The platform <mail@example.org>"


def test_a_mail_speaks_its_readers_language():
    register(create_session(), language="es")

    assert letter().subject.startswith("Te inscribiste")


def told(kind: str) -> dict[int, str]:
    return emails.compose(Message.objects.get(kind=kind)).told


def test_what_a_mail_told_is_noted_but_of_a_mail_that_tells_no_facts_nothing_is():
    session = create_session(starts_at=NOW + 3 * DAY)
    ana = register(session)
    register(session, "Ana", NOW + DAY)
    of_confirmation, of_answer = told("confirmation"), told("already_registered")
    places.cancel(registration=ana, now=NOW + DAY)

    assert of_confirmation == {ana.pk: session.revised_facts}
    assert (of_answer, told("cancellation")) == ({}, {})


def test_a_reminder_tells_the_facts_to_whom_nobody_told_any_yet():
    session = create_session(starts_at=NOW + 2 * timedelta(hours=1))
    ana = register(session)
    reminders.queue_due(now=NOW)
    hour = Message.objects.get(kind="reminder", state="queued")
    first = emails.compose(hour).told
    Registration.objects.update(told_facts="older facts")
    hour.registration.refresh_from_db()

    assert (first, emails.compose(hour).told) == ({ana.pk: session.revised_facts}, {})


def test_the_answer_to_a_repeated_form_lists_ones_own_sessions_of_this_series_that_are_not_over():
    over, ahead = create_session(number=1, starts_at=NOW + DAY), create_session(number=2)
    elsewhere = create_session(create_series("another"), number=3)
    for session in (over, ahead, elsewhere):
        register(session, "Ana", language="en")
    register(create_session(number=4), "Luis")
    message = outbox.to_person(
        Registration.objects.filter(session=over).get().attendee,
        over.series,
        MessageKind.ALREADY_REGISTERED,
        now=NOW,
        occasion="1",
    )

    body = emails.compose(message, now=over.ends_at).mail.body

    assert [number for number in (1, 2, 3, 4) if f"question {number}?" in body] == [2]


def test_a_bundle_lists_only_what_is_still_wanted():
    sessions = [create_session(number=n) for n in (1, 2)]
    register_for(sessions, "Ana")
    places.cancel(registration=Registration.objects.get(session=sessions[0]), now=NOW)

    assert set(told("confirmation")) == {Registration.objects.get(session=sessions[1]).pk}


def test_the_path_shows_what_one_holds_a_place_for():
    first, second, third = (create_session(number=n, capacity=n % 2) for n in (1, 2, 3))
    for session in (first, second, third):
        register(session, "Ana")
    message = Message.objects.select_related("series").get(registration__session=first)

    path = Scene(message, reader_of(message), NOW, emails.Shelf([message])).path

    assert path == ("here", "planned", "registered", *["planned"] * 7)


@pytest.mark.parametrize(
    ("hours", "start"), [(12, "Tomorrow 09:00 (Bogotá):"), (48, "Tue"), (10, "Tomorrow 09:00 (Bogotá):"), (1, "Today")]
)
def test_a_reminder_counts_days_by_the_readers_calendar(hours, start):
    session = create_session()
    register(session, language="en")
    reminders.queue_due(now=NOW)
    message = Message.objects.filter(kind="reminder").last()

    subject = emails.compose(message, now=session.starts_at - timedelta(hours=hours)).mail.subject

    assert subject.startswith(start) == (hours != 48), subject
    assert subject.startswith("Tomorrow") == (hours in (10, 12))


def test_a_subject_of_fifty_five_characters_is_whole_and_a_longer_one_is_cut():
    assert emails.mime.subject("x" * 55) == "x" * 55
    assert emails.mime.subject("x" * 56) == "x" * 54 + "…"


def test_names_of_any_length_and_shape_stay_one_short_line_in_every_header(settings):
    settings.DEFAULT_FROM_EMAIL = "mail@example.org"
    ana = register(create_session())
    ana.attendee.full_name = "Ana\r\n" + "x" * 200
    ana.attendee.save()
    ana.session.series.name = "Series\r\nBcc: all@example.org"
    ana.session.series.save()

    mail = letter()

    assert len(mail.to[0]) == len(" <ana@example.org>") + 100
    assert [line for line in (mail.from_email, mail.to[0]) if "\r" in line or "\n" in line] == []
    assert "\r" not in str(invitation(mail)[1].walk("VEVENT")[0]["ATTENDEE"].params["CN"])


def test_a_mail_speaks_of_the_whole_series_only_while_the_wish_stands():
    session = create_session()
    register_for([], "Ana", series=session.series, whole_series=True, language="en")
    message = Message.objects.get()
    standing = letter(message).body
    places.leave_series(attendee=message.attendee, series=session.series, now=NOW)

    assert ["enrolled in the whole series" in body for body in (standing, letter(message).body)] == [True, False]


def test_a_mail_keeps_its_style_for_the_dark_and_fetches_none():
    register(create_session())

    assert "<style" in html(letter())
    assert frame._inliner().inline('<link rel="stylesheet" href="http://127.0.0.1:1/x.css"><p>Hola</p>')
