"""The mail of a message as staff read it: what left where that is kept, else as it would be written now."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from registrations import emails
from registrations.models import Message

# Scripts, forms, plug-ins and the network are off, and the page has an origin of its own: what a mail
# holds can neither read the admin nor act in it.
PREVIEW_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True)
class Preview:
    subject: str
    recipients: str
    text: str
    html: str
    kept: bool


def of(message: Message) -> Preview:
    """Read what left, from its row and from the file it was written to; else compose the mail anew."""
    copy = _kept_copy(message)
    if not message.text:
        message.sign_in = None  # the key to a person's pages is nothing that staff look at
        return _read(copy) if copy else of_mail(emails.compose(message).mail)
    left = _read(copy) if copy else Preview("", _addresses(message), "", "", kept=True)
    return replace(left, subject=message.subject, text=message.text)


def _addresses(message: Message) -> str:
    """Where mails for the reader go now: the row keeps no address."""
    if message.attendee is None:
        return message.speaker.email if message.speaker else ""
    return ", ".join(str(address) for address in message.attendee.addresses.order_by("pk"))


def of_mail(mail: EmailMultiAlternatives) -> Preview:
    html = next((str(content) for content, kind in mail.alternatives if kind == "text/html"), "")
    recipients = str(make_header(decode_header(", ".join(mail.to))))
    return Preview(str(mail.subject), recipients, str(mail.body), html, kept=False)


def _kept_copy(message: Message) -> Path | None:
    number = re.sub(r"[^A-Za-z0-9-]", "", message.message_id.split("@")[0])
    return max(Path(settings.MAIL_DIR).glob(f"*-{number}*.eml"), default=None)


def _read(file: Path) -> Preview:
    mail = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(file.read_bytes())
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return Preview(
        subject=str(mail["Subject"] or ""),
        recipients=str(mail["To"] or ""),
        text=str(text.get_content()) if text else "",
        html=str(html.get_content()) if html else "",
        kept=True,
    )
