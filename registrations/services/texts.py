"""The texts of mails as staff write them for a series, and a test of one to whoever wrote it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from email.utils import make_msgid

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from registrations.choices import Wording
from registrations.emails import wording as wordings
from registrations.emails.wording import Text
from registrations.models import MailText
from registrations.transport import Postbox
from workshops.models import Series

# Somebody waits before a page for the test: a silent server may cost less than a web worker's patience.
CONNECT, BUDGET = timedelta(seconds=4), timedelta(seconds=10)
_ONLY_FOR_ITS_READER = ("List-Unsubscribe", "List-Unsubscribe-Post")


class ChangedMeanwhile(Exception):
    """Somebody else wrote this text since it was shown; `text` is how it stands now."""

    def __init__(self, text: Text) -> None:
        super().__init__("changed meanwhile")
        self.text = text


def version(text: Text) -> str:
    """Tells whether a text is still the one that somebody read."""
    return hashlib.sha256(f"{text.subject}\n{text.body}".encode()).hexdigest()[:24]


@transaction.atomic
def write(*, series: Series, wording: Wording, language: str, text: Text, seen: str, user: User, now: datetime) -> None:
    """Let the series say `text` from now on; mails that are queued already say it as well.

    seen: the version that its author had before their eyes. Raises ChangedMeanwhile.
    """
    current = _locked(series, wording, language, seen)
    if text == wordings.original(wording, language):
        _rows(series, wording, language).delete()
    elif text != current:
        said = {"subject": text.subject, "body": text.body, "changed_at": now, "changed_by": user}
        MailText.objects.update_or_create(series=series, wording=wording, language=language, defaults=said)


@transaction.atomic
def restore(*, series: Series, wording: Wording, language: str, seen: str) -> None:
    """Let the original hold again. Raises ChangedMeanwhile."""
    _locked(series, wording, language, seen)
    _rows(series, wording, language).delete()


def send_test(*, mail: EmailMultiAlternatives, address: str, series: Series) -> bool:
    """Hand a mail over to one member of staff, by the way that all mails go; True when it left by SMTP.

    Raises Refused or Unreachable. What only its reader may use stays behind: the calendar part, which would change
    the sender's own calendar, and the header by which a mail program unsubscribes.
    """
    mail.subject = f"[{gettext('Test')}] {mail.subject}"
    mail.to, mail.attachments = [address], []
    mail.alternatives = [part for part in mail.alternatives if part[1] == "text/html"]
    kept = {name: value for name, value in mail.extra_headers.items() if name not in _ONLY_FOR_ITS_READER}
    mail.extra_headers = kept | {"Message-ID": make_msgid(domain="test.invalid")}
    with Postbox(connect=CONNECT, budget=BUDGET) as postbox:
        postbox.send(mail, to_file=series.demonstration)
    return bool(settings.SMTP) and not series.demonstration


def _locked(series: Series, wording: Wording, language: str, seen: str) -> Text:
    """The text as it stands; whoever writes at the same moment waits here."""
    # A text that was never changed has no row of its own to lock.
    Series.objects.select_for_update(of=("self",), no_key=True).get(pk=series.pk)
    current = wordings.written(series, wording, language)
    if version(current) != seen:
        raise ChangedMeanwhile(current)
    return current


def _rows(series: Series, wording: Wording, language: str) -> QuerySet[MailText]:
    return MailText.objects.filter(series=series, wording=wording, language=language)
