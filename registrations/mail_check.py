"""What can be known of the way of mails out of this machine, and what somebody has to look up elsewhere.

No name is looked up but the mail server's own: whether the world believes a sender stands in its domain's records.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings

from iatp_events.lib.smtp import Deadline, EmailBackend

GOOD, BAD, OPEN = "ok", "WRONG", "look up"


@dataclass(frozen=True, slots=True)
class Finding:
    """standing: GOOD, BAD, or OPEN for what cannot be known from here."""

    standing: str
    about: str
    said: str


def examine(*, dial: bool = True) -> Iterator[Finding]:
    """Look at settings, links and, unless told otherwise, the mail server; end with the records that are needed."""
    yield from _server(dial=dial)
    yield from _sender()
    yield from _links()
    yield from _records()


def _server(*, dial: bool) -> Iterator[Finding]:
    smtp = settings.SMTP
    if smtp is None:
        yield Finding(BAD, "EMAIL_URL", f"names no mail server: mails stay as files in {settings.MAIL_DIR}/")
        return
    secure = smtp["use_tls"] or smtp["use_ssl"]
    if smtp["username"] and not secure:
        yield Finding(BAD, "EMAIL_URL", "sends its password in the clear; use smtp+tls:// or smtps://")
    if not dial:
        yield Finding(OPEN, "EMAIL_URL", f"{smtp['host']}:{smtp['port']} was not dialled (--offline)")
        return
    yield _dialled(smtp["host"], smtp["port"])


def _dialled(host: str, port: int) -> Finding:
    """Connect, shake hands, sign in, and leave: no mail is sent."""
    deadline = Deadline()
    backend = EmailBackend(
        **(settings.SMTP or {}), timeout=settings.MAIL_CONNECT_TIMEOUT.total_seconds(), deadline=deadline
    )
    try:
        with deadline.within(settings.MAIL_BUDGET):
            backend.open()
    except smtplib.SMTPAuthenticationError as error:
        return Finding(BAD, "EMAIL_URL", f"{host}:{port} refuses the user or the password ({error.smtp_code})")
    except (OSError, smtplib.SMTPException) as error:
        return Finding(BAD, "EMAIL_URL", f"{host}:{port} cannot be used: {type(error).__name__}")
    with suppress(OSError, smtplib.SMTPException):
        backend.close()
    return Finding(GOOD, "EMAIL_URL", f"{host}:{port} answers and lets us in")


def _sender() -> Iterator[Finding]:
    sender, site = _domain(), urlsplit(settings.SITE_URL).hostname or ""
    if sender.endswith(("example.org", "example.com", "localhost")):
        yield Finding(BAD, "DEFAULT_FROM_EMAIL", f"{sender} is nobody’s domain")
    elif _organisation(sender) == _organisation(site):
        yield Finding(GOOD, "DEFAULT_FROM_EMAIL", f"{sender} belongs with {site}, where the links lead")
    else:
        yield Finding(BAD, "DEFAULT_FROM_EMAIL", f"{sender} has nothing in common with {site}, where the links lead")


def _links() -> Iterator[Finding]:
    if settings.HTTPS:
        yield Finding(GOOD, "SITE_URL", "links are https; one click unsubscribes (RFC 8058)")
    else:
        yield Finding(BAD, "SITE_URL", f"{settings.SITE_URL} leads nowhere for whoever reads mail elsewhere")


def _records() -> Iterator[Finding]:
    domain, host = _domain(), settings.SMTP["host"] if settings.SMTP else "mail server"
    yield Finding(OPEN, "SPF", f'{domain} TXT "v=spf1 a:{host} -all", or the include: that {host}’s provider names')
    yield Finding(OPEN, "DKIM", f"{host} signs with d={domain}; the key it shows is <selector>._domainkey.{domain} TXT")
    yield Finding(OPEN, "DMARC", f'_dmarc.{domain} TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}"')
    yield Finding(OPEN, "PTR", f"the address from which {host} sends has a name, and that name has this address")


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2].lower()


def _organisation(host: str) -> str:
    """The last two parts, or three under a two-letter country with a short second level: cepal.org, mincyt.gob.ar."""
    parts = host.lower().split(".")
    long = len(parts) > 2 and len(parts[-1]) == 2 and len(parts[-2]) <= 3
    return ".".join(parts[-3 if long else -2 :])
