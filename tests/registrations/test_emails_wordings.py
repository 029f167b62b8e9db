"""Every wording, in every language, reads whole; what each kind brings with it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from registrations import emails
from registrations.choices import MessageKind, Wording
from registrations.emails import wording
from registrations.models import Bulletin, Message, Registration
from registrations.services import outbox
from tests.factories import NOW, create_attendee, create_rule, create_session, register
from tests.registrations.every_wording import fresh, message_of, world

pytestmark = pytest.mark.django_db
LANGUAGES = ("es", "pt", "en", "fr")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def mail_of(which: Wording, ana: Registration, language: str = "en"):
    message = message_of(which, fresh(ana))
    if message.attendee:
        message.attendee.language = language
    else:
        message.speaker.language = language
    return emails.compose(message).mail


def html(mail) -> str:
    return next(str(content) for content, kind in mail.alternatives if kind == "text/html")


def calendars(mail) -> list[str]:
    parts = [str(kind) for _, kind in mail.alternatives if "calendar" in str(kind)]
    return parts + [kind for _, _, kind in mail.attachments]


@pytest.mark.parametrize("which", Wording)
def test_every_wording_reads_whole_in_every_language(which):
    ana = world()
    for language in LANGUAGES:
        mail = mail_of(which, ana, language)
        source = html(mail)
        assert 10 <= len(mail.subject) <= 55, (language, mail.subject)
        assert "\n" not in mail.subject
        assert len(mail.message().as_bytes()) < 40_000
        assert f'<html lang="{language}">' in source
        assert source.count("<h1") == 1
        assert "http://localhost:8000/" in mail.body
        assert not re.search(r'(src|background)="?https?:', source)
        shown = re.sub(r"<[^>]+>", "", re.sub(r"<style>.*?</style>", "", source, flags=re.S))
        for text in (mail.subject, mail.body, shown):
            assert not re.search(r"[{}%\ue000\ue001]|None|\*\*", text), (language, text)
        assert "zoom.us" not in mail.body + source


@pytest.mark.parametrize("which", Wording)
def test_every_link_stands_in_the_plain_text_too(which):
    mail = mail_of(which, world())

    addresses = set(re.findall(r'href="(http[^"]+)"', html(mail)))

    assert addresses
    assert [address for address in addresses if address.replace("&amp;", "&") not in mail.body] == []


def test_a_reminder_has_the_way_out_and_every_mail_about_a_place_the_way_to_it():
    ana = world()
    about = set(Wording) - {
        "enrolment",
        "already_registered",
        "confirmation_several",
        "announcement",
        "address",
        "address_added",
        "sign_in",
        "certificate",
    }
    attendees = {which for which in about if not which.startswith("panel")}

    bodies = {which: mail_of(which, ana).body for which in Wording}

    way_out = {"reminder", "reminder_short", "starting", "offer"}
    assert {which for which, body in bodies.items() if "/cancel/" in body} == way_out
    assert {which for which in attendees if "/r/" not in bodies[which]} == set()
    assert {which for which in Wording if which.startswith("panel") and "/r/" in bodies[which]} == set()


LISTS = {
    **dict.fromkeys(("reminder", "reminder_short", "starting", "came", "missed"), "reminders"),
    "announcement": "announcements",
}


@pytest.mark.parametrize("which", Wording)
def test_only_reminders_and_announcements_are_lists_and_each_is_left_by_its_own_link(which):
    mail = mail_of(which, world())

    target = mail.extra_headers.get("List-Unsubscribe", "")
    numbers = len(target.split("/u/")[1].split(".")[0].split("-")) if target else 0

    assert numbers == {"reminders": 1, "announcements": 2}.get(LISTS.get(which), 0)
    assert ("List-Unsubscribe-Post" in mail.extra_headers) == bool(target)
    assert not target or target.strip("<>") in html(mail)


def test_what_changed_stands_old_beside_new_in_the_readers_zone():
    mail = mail_of(Wording.CHANGED, world())

    assert "Hour  09:00 → 14:00\nLength  90 minutes → 120 minutes\n" in mail.body
    assert re.search(r"<s>09:00</s>.*>14:00</td>", html(mail))
    assert "Where" not in mail.body


def test_a_change_says_the_venue_and_what_nobody_knows_yet():
    session = create_session()
    ana = register(session, language="en")
    Registration.objects.update(told_facts=session.revised_facts)
    session.mode, session.venue, session.address = "in_person", "Casa Central", "Alameda 1058"
    session.state, session.start_time = "announced", None
    session.revise(now=NOW)

    body = emails.compose(outbox.about(fresh(ana), MessageKind.CHANGED, now=NOW)).mail.body

    assert "Hour  09:00 Bogotá (UTC−5) → —" in body
    assert "How  Online → In person" in body
    assert "Where  — → Casa Central, Alameda 1058" in body


def test_nobody_is_shown_a_change_of_what_they_were_never_told():
    ana = world()
    Registration.objects.update(told_facts="facts of which no revision is kept")

    body = mail_of(Wording.CHANGED, ana).body

    assert "→" not in body
    assert "This is how it stands now:" in body


def test_only_who_takes_part_online_is_told_of_a_door_that_opens_on_their_page():
    session = create_session(mode="hybrid")
    said = []
    for name, mode in (("Ana", "online"), ("Eva", "in_person")):
        mail = mail_of(Wording.REMINDER, register(session, name, mode=mode))
        said.append(("the door of the room opens there" in mail.body, "/join/" in mail.body, "/b/" in mail.body))

    assert said == [(True, True, False), (False, False, True)]


def test_after_a_session_who_came_is_thanked_and_who_did_not_is_missed_and_both_see_the_next():
    ana = world()

    came, missed = mail_of(Wording.CAME, ana), mail_of(Wording.MISSED, ana)

    assert (came.subject, missed.subject) == (
        "Thank you for coming to session 2",
        "We missed you in session 2",
    )
    for mail in (came, missed):
        assert "The next session\n\nThursday 29 October 2026\n14:00 Bogotá (UTC−5)" in mail.body
        assert "/n/" in mail.body


def test_the_next_session_is_one_that_takes_registrations_and_that_the_reader_is_not_in():
    ana = world()
    register(create_session(number=4, starts_at=NOW + 40 * DAY), "Luis")
    create_session(number=5, starts_at=NOW + 25 * DAY, state="closed")
    register(ana.session.series.sessions.get(number=3), "Ana María Quispe", email="ana@example.org")

    body = mail_of(Wording.CAME, ana).body

    assert ["What is question 4?" in body, "question 3?" in body, "question 5?" in body] == [True, False, False]


def test_without_a_next_session_nothing_is_said_of_one():
    ana = world()
    ana.session.series.sessions.filter(number=3).update(state="closed")

    mail = mail_of(Wording.CAME, ana)

    assert "The next session" not in mail.body + html(mail)


def test_a_speaker_reads_role_own_hour_and_link_and_gets_an_invitation_with_the_reminder():
    ana = world()

    reminder, starting = mail_of(Wording.PANEL_REMINDER, ana), mail_of(Wording.PANEL_STARTING, ana)
    guest = Calendar.from_ical(reminder.alternatives[1].content).walk("VEVENT")[0]["ATTENDEE"]

    assert reminder.to == ["Rosa Vega <rosa@example.org>"]
    assert "13:00 Mexico City (UTC−6)" in reminder.body
    assert "Your role: Moderator" in reminder.body
    assert "/p/" in reminder.body
    assert (calendars(reminder), calendars(starting)) == (["text/calendar; method=REQUEST"], [])
    assert str(guest) == "MAILTO:rosa@example.org"
    assert starting.subject.startswith("Starting now, 13:00 (Mexico City):")


@pytest.mark.parametrize(
    ("fields", "hour"),
    [({"timezone": "America/Lima", "country": "MX"}, "14:00 Lima"), ({"country": ""}, "16:00 Santiago")],
)
def test_a_speakers_hour_is_that_of_their_zone_else_of_their_country_else_of_the_session(fields, hour):
    ana = world()
    speaker = ana.session.panellists.get().speaker
    for name, value in fields.items():
        setattr(speaker, name, value)
    speaker.save()

    assert hour in mail_of(Wording.PANEL_REMINDER, ana).body


def test_a_speaker_without_a_language_reads_the_first_of_the_series():
    ana = world()
    message = message_of(Wording.PANEL_REMINDER, ana)
    message.speaker.language, message.series.languages = "", ["pt", "es"]

    assert emails.compose(message).mail.extra_headers["Content-Language"] == "pt"


def test_an_announcement_registers_by_one_tap_and_speaks_of_no_registration():
    mail = mail_of(Wording.ANNOUNCEMENT, world())

    assert mail.subject == "Session 3 is open: What is question 3?"
    assert "Register\nhttp://localhost:8000/n/" in mail.body
    assert "/r/" not in mail.body


def test_a_message_to_a_group_is_read_in_ones_own_language_or_says_in_which_it_is():
    ana = world()
    text = {"es": "# Hola, {name}\n\nNos vemos.", "en": "# Hello {name}\n\nSee you.\n\n{when}"}
    bulletin = Bulletin.objects.create(
        series=ana.session.series, subject={"es": "Aviso", "en": "A word about {series}"}, body=text, created_at=NOW
    )
    message = outbox.to_person(ana.attendee, ana.session.series, MessageKind.BULLETIN, now=NOW, occasion="1")
    message.bulletin = bulletin
    mails = {}
    for language in ("en", "fr"):
        message.attendee.language = language
        mails[language] = emails.compose(message).mail

    assert mails["en"].subject == "A word about Community in Practice"
    assert mails["en"].body.startswith("Hello Ana María Quispe\n\nSee you.\n\n--\n")
    assert mails["fr"].subject == "Aviso"
    assert '<div lang="es">' in html(mails["fr"])
    assert "List-Unsubscribe" in mails["fr"].extra_headers


def test_a_message_to_the_people_of_a_session_can_show_its_when_and_is_no_list():
    ana = world()
    bulletin = Bulletin(series=ana.session.series, subject="Bring a question", body="Hello\n\n{when}\n\n{join}")
    message = outbox.about(fresh(ana), MessageKind.BULLETIN, now=NOW)
    message.bulletin = bulletin

    letter = emails.compose(message)

    assert "14:00 Bogotá" in letter.mail.body
    assert "/join/" in letter.mail.body
    assert "List-Unsubscribe" not in letter.mail.extra_headers
    assert letter.told == {}


def test_a_reminder_costs_the_same_three_queries_for_the_first_and_for_the_hundredth():
    session = create_session()
    rule = create_rule(series=session.series, offset=timedelta(days=2))
    for number in range(3):
        person = create_attendee(f"Person {number}", email=f"p{number}@example.org")
        row = Registration.objects.create(session=session, attendee=person, state="confirmed", round=1)
        outbox.queue([outbox.about(row, MessageKind.REMINDER, now=NOW, rule=rule)])
    related = ("attendee", "series", "session__series", "rule", "registration__session__series")
    counts = []
    for message in Message.objects.select_related(*related, "registration__attendee"):
        with CaptureQueriesContext(connection) as queries:
            emails.compose(message)
        counts.append(len(queries))

    # The address, the text of the series, the path.
    assert counts == [3, 3, 3]


def test_the_path_is_shown_and_counts_no_session_that_was_cancelled():
    ana = world()
    stops = re.compile(r'class="stop( stop-\w+)?"[^>]*>(\d+)')
    before = stops.findall(html(mail_of(Wording.REMINDER, ana)))
    ana.session.series.sessions.filter(number=1).update(state="cancelled")

    after = stops.findall(html(mail_of(Wording.REMINDER, ana)))

    assert before == [(" stop-registered", "1"), (" stop-here", "2"), *(("", str(n)) for n in range(3, 11))]
    assert after[0] == ("", "1")


def test_an_edit_shows_in_the_next_mail():
    ana = world()
    before = mail_of(Wording.REMINDER, ana)
    series, session = ana.session.series, ana.session
    series.name, session.venue, session.question = {"en": "Another name"}, "Elsewhere", {"en": "Another question?"}
    series.save()
    session.save()

    after = mail_of(Wording.REMINDER, ana)

    assert "Another" not in before.body + html(before)
    assert "Another question?" in after.body
    assert html(after).count("Another name") >= 3


def test_a_zone_that_does_not_exist_loses_no_mail():
    ana = world()
    message = message_of(Wording.REMINDER, ana)
    message.attendee.timezone = "Mars/Base"

    assert "16:00 Santiago" in emails.compose(message).mail.body


def test_an_unknown_kind_of_text_is_asked_of_no_bulletin():
    with pytest.raises(LookupError):
        wording.of(Message(kind=MessageKind.BULLETIN))
