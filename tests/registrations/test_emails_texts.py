"""Texts that staff write: what they may name, what is refused, and what nobody's name can do to a mail."""

import email
import email.policy
from datetime import timedelta

import pytest
from django.core.mail.message import BadHeaderError

from registrations import emails
from registrations.choices import Wording
from registrations.emails import merge, mime, plain, values, wording
from registrations.emails.wording import BULLETIN_PLACEHOLDERS, Misspelt, Text
from registrations.models import MailText, Message
from tests.factories import NOW, create_series, create_session, register
from tests.registrations.every_wording import fresh, message_of, world

LANGUAGES = ("es", "pt", "en", "fr")
RIGHT = ("name", "number", "when", "whole_series")


def html(mail) -> str:
    return next(str(content) for content, kind in mail.alternatives if kind == "text/html")


def write(series, subject: str, body: str, which=Wording.REMINDER, language: str = "en") -> MailText:
    return MailText.objects.create(
        series=series, wording=which, language=language, subject=subject, body=body, changed_at=NOW
    )


def reminder(ana, language: str = "en"):
    message = message_of(Wording.REMINDER, fresh(ana))
    message.attendee.language = language
    return emails.compose(message).mail


def complaints(subject: str = "Session {number}", body: str = "Hello {name}", allowed=RIGHT) -> list[str]:
    with pytest.raises(Misspelt) as refused:
        wording.check(Text(subject, body), allowed)
    return refused.value.messages


# --- Whose words -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_what_staff_wrote_replaces_the_original_in_its_language_and_series_until_it_is_restored():
    ana = world()
    text = write(ana.session.series, "Soon: {question}", "# See you {day}\n\n**Dear {name}**\n\n- {hour}\n\n{join}")
    write(create_series("another"), "Not this one", "Not this one")

    ours, spanish = reminder(ana), reminder(ana, "es")
    text.delete()

    assert ours.subject == "Soon: How do cluster initiatives win the trust of…"
    assert ours.body.startswith("See you Tomorrow\n\nDear Ana María Quispe\n\n- 14:00\n\nJoin the room\nhttp://")
    assert "<strong>Dear Ana María Quispe</strong>" in html(ours)
    assert ">See you Tomorrow</h1>" in html(ours)
    assert spanish.subject.startswith("Mañana")
    assert reminder(ana).subject.startswith("Tomorrow 14:00")


@pytest.mark.django_db
def test_whatever_staff_write_the_way_to_the_registration_and_the_way_out_stay():
    ana = world()
    write(ana.session.series, "Soon", "Nothing but words.")

    mail = reminder(ana)

    for text in (mail.body, html(mail)):
        assert text.count("/cancel/") == 1
        assert text.count("/r/") == 2
        assert "/u/" in text


@pytest.mark.django_db
def test_a_stored_text_that_no_mail_can_be_made_of_gives_way_to_the_original():
    ana = world()
    write(ana.session.series, "Soon {nmae}", "Hello {nmae}")

    mail = reminder(ana)

    assert mail.subject.startswith("Tomorrow 14:00")
    assert "nmae" not in mail.body


@pytest.mark.parametrize("which", Wording)
def test_every_original_is_sound_in_every_language(which):
    for language in LANGUAGES:
        wording.check(wording.original(which, language), wording.placeholders(which))
    assert all(str(meaning) for meaning in wording.placeholders(which).values())


@pytest.mark.django_db
@pytest.mark.parametrize("which", Wording)
def test_everything_that_may_be_named_can_be_filled_in(which):
    ana = world()
    names = list(wording.placeholders(which))
    text = Text("Subject {name}", "\n\n".join(f"{{{name}}}" for name in names))
    wording.check(text, names)

    for language, zone in (("es", "America/Bogota"), ("fr", "Europe/Paris")):
        letter = emails.preview(
            wording=which, text=text, registration=ana, language=language, zone=zone, now=NOW + timedelta(days=1)
        )
        assert not set("{}\ue000\ue001") & set(letter.mail.body)
        assert letter.mail.extra_headers["Content-Language"] == language


@pytest.mark.django_db
def test_a_preview_speaks_the_language_and_the_hour_it_is_asked_for_and_stores_nothing():
    ana = world()
    text = Text("{hour} {city}", "# {name}\n\n{when}\n\n{my_registration}")
    before = Message.objects.count()

    letter = emails.preview(
        wording=Wording.CONFIRMATION, text=text, registration=ana, language="fr", zone="Europe/Paris", now=NOW
    )

    assert letter.mail.subject == "21:00 Paris"
    assert "Jeudi 15 octobre 2026" in letter.mail.body
    assert Message.objects.count() == before
    assert fresh(ana).attendee.language == "es"


@pytest.mark.django_db
def test_a_preview_shows_the_last_change_even_to_who_knows_of_it():
    ana = world()
    ana.told_facts = ana.session.revised_facts
    known = {"wording": Wording.CHANGED, "registration": ana, "language": "en", "zone": "America/Lima", "now": NOW}

    mail = emails.preview(text=Text("Changed {number}", "{changes}"), **known).mail

    assert mail.body.startswith("Hour  09:00 → 14:00\n")
    assert ana.told_facts == ana.session.revised_facts


@pytest.mark.django_db
def test_a_preview_of_a_message_to_a_group_knows_what_such_messages_know():
    letter = emails.preview(
        wording=None,
        text=Text("About {number}", "{when}\n\n{{not a placeholder}}"),
        registration=world(),
        language="en",
        zone="America/Bogota",
        now=NOW,
    )

    assert letter.mail.subject == "About 2"
    assert "{not a placeholder}" in letter.mail.body
    assert "when" in BULLETIN_PLACEHOLDERS


@pytest.mark.django_db
@pytest.mark.django_db
@pytest.mark.parametrize("body", ["One\n\n{whole_series}\n\nTwo", "One\n{next_session}\nTwo", "One\n\n{reason}\n\nTwo"])
def test_what_has_nothing_to_show_goes_with_its_paragraph(body):
    ana = world()
    ana.session.series.sessions.filter(number=3).update(state="closed")
    ana.session.cancellation_reason = ""
    names = set(merge.names(body))
    which = next(found for found in Wording if names <= set(wording.placeholders(found)))
    known = {"wording": which, "registration": ana, "language": "en", "zone": "America/Bogota", "now": NOW}

    mail = emails.preview(text=Text("Hello {name}", body), **known).mail

    assert mail.body.startswith("One\n\nTwo\n\n")
    assert "<p></p>" not in html(mail).replace(' style=""', "")


@pytest.mark.django_db
def test_signs_of_our_own_in_a_text_of_staff_fill_nothing_in():
    ana = world()
    write(ana.session.series, "Soon", "A \ue000cancel\ue001 b\r\n\r\n\ue000nothing\ue001")

    mail = reminder(ana)

    assert mail.body.startswith("A cancel b\n\nnothing\n\n")
    assert "A cancel b" in html(mail)


# --- What is refused -------------------------------------------------------------------------------------------------
def test_an_unknown_placeholder_is_named_beside_the_right_ones():
    said = complaints("Session {nmuber}", "Hello {nmae}")

    assert len(said) == 1
    assert "{nmuber}, {nmae}" in said[0]
    assert "{name}, {number}, {when}, {whole_series}" in said[0]


@pytest.mark.parametrize(
    ("subject", "body", "words"),
    [
        ("", "Hello", "subject is empty"),
        ("  ", "Hello", "subject is empty"),
        ("One\ntwo", "Hello", "one line"),
        ("x" * 201, "Hello", "200 characters"),
        ("Hello", " \n", "text is empty"),
        ("{when}", "Hello", "not in the subject: {when}"),
        ("{whole_series}", "Hello", "not in the subject: {whole_series}"),
        ("Hello", "It begins {when}", "line of its own: {when}"),
        ("Hello", "{when} {when}", "line of its own: {when}"),
        ("Hello", "> {when}", "line of its own: {when}"),
        ("Hello", "{name", "A brace stands alone in the text"),
        ("Hello }", "Hello", "A brace stands alone in the subject"),
        ("Hello", "{}", "A brace stands alone"),
        ("Hello", "[here](https://example.org/{name})", "link’s address: {name}"),
        ("Hello", "<https://example.org/{name}>", "link’s address: {name}"),
    ],
)
def test_a_text_that_makes_no_mail_is_refused(subject, body, words):
    said = complaints(subject, body)

    assert [words in sentence for sentence in said] == [True]


def test_everything_that_is_wrong_is_said_at_once():
    assert len(complaints("", "{when} now {nmae}")) == 3


@pytest.mark.parametrize(
    "body", ["{when}", "  {when}  ", "One\n{when}\n{when}\nTwo", "{{when}}", "{ name }", "**{name}**"]
)
def test_a_text_that_can_be_filled_in_is_taken(body):
    wording.check(Text("Session {number}: {{as it is}}", body), RIGHT)


# --- Names -----------------------------------------------------------------------------------------------------------
HOSTILE = [
    "**Ana** _x_ `y` # z",
    "[Ana](https://evil.example)",
    '<script>alert(1)</script>"&',
    "Ana\r\nBcc: all@example.org",
    "Ana\u2028\u2029\x0b\x85X: y",
    "{join} {{name}} {nmae}",
    "\u202eanA\u202c \u2066x",
    "\ue000join\ue001 \ue000nmae\ue001",
    "https://evil.example/",
    "x" * 300,
    "مريم الحسن",
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_a_name_whatever_it_holds(name):
    ana = world()
    write(ana.session.series, "{name} soon", "# {name}\n\n{name}\n\n- {name}")
    ana.attendee.full_name = name
    message = message_of(Wording.REMINDER, ana)
    message.attendee.language = "en"

    mail = emails.compose(message).mail
    parsed = email.message_from_bytes(mail.message().as_bytes(), policy=email.policy.default)

    said = values.one_line(name)
    assert parsed["Bcc"] is None
    assert mail.body.startswith(f"{said}\n\n{said}\n\n- {said}\n")
    assert len(mail.subject) <= 55
    assert not {"\n", "\r", "\u202e", "\u2066"} & set(mail.subject + str(parsed["To"]))
    source = html(mail)
    assert "<script>" not in source
    assert 'href="https://evil' not in source
    assert "<em>" not in source
    assert "<strong>" not in source


def test_what_reads_from_right_to_left_is_kept_apart_and_what_turns_a_line_round_goes():
    assert values.one_line("مريم") == "\u2068مريم\u2069"
    assert values.one_line("a\u202eb\u2066c\u200fd") == "abcd"
    assert values.one_line(" Ana \r\n María\t ") == "Ana María"
    assert values.one_line("confiance\u00a0?") == "confiance\u00a0?"


def test_a_subject_cut_inside_a_name_still_closes_it():
    line = mime.subject("Hello " + values.one_line("م" * 80))

    assert len(line) <= 55
    assert line.endswith("…\u2069")


@pytest.mark.django_db
def test_a_question_in_another_language_says_in_which_it_is():
    session = create_session(question={"en": "What <b>now</b>?"})
    register(session, language="fr")
    write(session.series, "Bientôt", "Voici : {question}", Wording.CONFIRMATION, "fr")

    source = html(emails.compose(Message.objects.get()).mail)

    assert '<span lang="en">What &lt;b&gt;now&lt;/b&gt;?</span>' in source


# --- Markdown --------------------------------------------------------------------------------------------------------
def test_plain_text_reads_without_marks():
    text = (
        "# Head\n\nSome *words* and **more**,\nsame line  \nnext line.\n\n1. one\n2. two\n   - inner\n\n> said\n\n---"
    )
    text += "\n\n[The page](https://example.org) <https://example.org> `code`\n\n```\nas it is\n```"

    assert plain.render(text) == (
        "Head\n\nSome words and more, same line\nnext line.\n\n1. one\n2. two\n   - inner\n\n> said\n\n----\n\n"
        "The page <https://example.org> https://example.org code\n\nas it is"
    )


def test_the_first_heading_is_the_mails_own_and_the_others_stand_below_it():
    assert merge.html("# One\n\n## Two\n\n# Three", frozenset()) == "<h1>One</h1>\n<h2>Two</h2>\n<h2>Three</h2>"


# --- The bytes -------------------------------------------------------------------------------------------------------
def a_mail(**fields) -> mime.Mail:
    headers = {"Message-ID": "<1@example.org>"}
    mail = mime.Mail(**({"subject": "Sí", "body": "Olá", "to": ["a@example.org"], "headers": headers} | fields))
    mail.attach_alternative("<p>Olá</p>", "text/html")
    return mail


def test_a_mail_written_at_once_reads_as_python_would_have_written_it():
    mail = a_mail(from_email="Comunidad en Práctica <x@example.org>", reply_to=["help@example.org"])
    theirs = super(mime.Mail, mail).message().as_bytes()

    ours, python = (
        email.message_from_bytes(content, policy=email.policy.default)
        for content in (mail.message().as_bytes(linesep="\r\n"), theirs)
    )

    for name in ("Subject", "From", "To", "Reply-To", "Message-ID", "MIME-Version"):
        assert ours[name] == python[name], name
    for kind in ("plain", "html"):
        assert ours.get_body((kind,)).get_content().strip() == python.get_body((kind,)).get_content().strip()


def test_a_line_longer_than_mail_allows_travels_encoded():
    mail = a_mail(body="é" * 2000)

    content = mail.message().as_bytes()
    parsed = email.message_from_bytes(content, policy=email.policy.default)

    assert max(map(len, content.split(b"\n"))) < 998
    assert parsed.get_body(("plain",)).get_content().strip() == "é" * 2000


@pytest.mark.parametrize("fields", [{"to": ['"\x0bX: y"@example.org']}, {"subject": "a\nBcc: x@example.org"}])
def test_a_control_character_never_becomes_a_header(fields):
    with pytest.raises(BadHeaderError):
        a_mail(**fields).message()


@pytest.mark.parametrize("subject", ["\u200b", "Una\u202ecosa", "Una\x1b[31mcosa"])
def test_a_subject_of_what_nobody_sees_is_refused(subject: str) -> None:
    with pytest.raises(wording.Misspelt):
        wording.check(wording.Text(subject, "Hola."), ())
