"""What staff write in place of an original: held from the moment it is saved, never over somebody else's words."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives

from iatp_events.lib.eml import EmlBackend
from registrations import transport
from registrations.choices import Wording
from registrations.emails import wording as wordings
from registrations.emails.wording import Text
from registrations.models import MailText
from registrations.services import texts
from tests.factories import NOW, create_series
from workshops.models import Series

pytestmark = pytest.mark.django_db
OURS, YOURS = Text("Mañana", "Nos vemos.\n"), Text("Pronto", "Te esperamos.\n")


def save(text: Text, series: Series, *, seen: Text | None = None, name: str = "eva") -> None:
    user, _made = User.objects.get_or_create(username=name)
    before = seen or wordings.original(Wording.REMINDER, "es")
    texts.write(
        series=series,
        wording=Wording.REMINDER,
        language="es",
        text=text,
        seen=texts.version(before),
        user=user,
        now=NOW,
    )


def holding(series: Series, language: str = "es") -> Text:
    return wordings.written(series, Wording.REMINDER, language)


def test_a_text_holds_for_its_series_and_language_only():
    series, other = create_series(), create_series("another")
    save(OURS, series)

    original = wordings.original(Wording.REMINDER, "es")
    assert (holding(series), holding(other)) == (OURS, original)
    assert holding(series, "pt") == wordings.original(Wording.REMINDER, "pt")
    assert MailText.objects.values_list("changed_by__username", "changed_at").get() == ("eva", NOW)


def test_a_text_that_somebody_else_saved_meanwhile_is_not_written_over():
    series = create_series()
    save(OURS, series)

    with pytest.raises(texts.ChangedMeanwhile) as refusal:
        save(YOURS, series, name="rosa")

    assert (refusal.value.text, holding(series)) == (OURS, OURS)
    save(YOURS, series, seen=OURS, name="rosa")
    assert holding(series) == YOURS


def test_what_reads_like_the_original_is_the_original():
    series = create_series()
    save(OURS, series)
    save(wordings.original(Wording.REMINDER, "es"), series, seen=OURS)

    assert not MailText.objects.exists()


def test_saving_what_stands_there_already_takes_nobodys_name_away():
    series = create_series()
    save(OURS, series)
    save(OURS, series, seen=OURS, name="rosa")

    assert MailText.objects.get().changed_by == User.objects.get(username="eva")


def test_the_original_comes_back_unless_somebody_wrote_meanwhile():
    series = create_series()
    save(OURS, series)
    restoring = {"series": series, "wording": Wording.REMINDER, "language": "es"}

    with pytest.raises(texts.ChangedMeanwhile):
        texts.restore(**restoring, seen=texts.version(YOURS))
    assert holding(series) == OURS

    texts.restore(**restoring, seen=texts.version(OURS))
    assert holding(series) == wordings.original(Wording.REMINDER, "es")


def test_a_test_leaves_behind_what_only_its_reader_may_use(monkeypatch):
    left: list[EmailMultiAlternatives] = []
    monkeypatch.setattr(EmlBackend, "send_messages", lambda _backend, mails: left.extend(mails))
    headers = {"Message-ID": "<1@example.org>", "List-Unsubscribe": "<https://x>", "List-Unsubscribe-Post": "x"}
    mail = EmailMultiAlternatives("Mañana", "Hola", to=["ana@example.org"], headers=headers)
    mail.attach_alternative("<p>Hola</p>", "text/html")
    mail.attach_alternative("BEGIN:VCALENDAR", "text/calendar; method=REQUEST")
    mail.attach("sessions.ics", "BEGIN:VCALENDAR", "text/calendar")

    by_smtp = texts.send_test(mail=mail, address="eva@example.org", series=create_series(demonstration=True))

    assert (by_smtp, mail.subject, mail.recipients()) == (False, "[Test] Mañana", ["eva@example.org"])
    assert [part.mimetype for part in left[0].alternatives] == ["text/html"]
    assert (left[0].attachments, list(left[0].extra_headers)) == ([], ["Message-ID"])
    assert left[0].extra_headers["Message-ID"] != "<1@example.org>"


def test_a_test_waits_less_for_its_server_than_a_web_worker_may_take(monkeypatch, settings):
    settings.SMTP = {"host": "mail.example.org"}
    asked = []
    monkeypatch.setattr(transport.Postbox, "send", lambda box, mail, *, to_file: asked.append((box, to_file)))
    mail = EmailMultiAlternatives("Mañana", "Hola")

    assert texts.send_test(mail=mail, address="eva@example.org", series=create_series())

    [(box, to_file)] = asked
    assert not to_file
    assert (4 * box._connect + box._budget).total_seconds() < 30
