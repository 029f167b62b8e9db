"""Mails as their readers get them: their language, their hour, plain text and HTML, the calendar part."""

import email
import email.policy
import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from registrations import emails
from registrations.choices import MessageKind
from registrations.models import Message, Registration
from registrations.services import notices, outbox, places, reminders
from tests.factories import NOW, create_session, register, register_for

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
    places.register_enrolled(now=NOW)
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
    assert mail.body.count("/r/") == 3


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

    assert letter(message).extra_headers["Message-ID"] == letter(message).extra_headers["Message-ID"]


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
