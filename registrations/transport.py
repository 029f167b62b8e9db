"""One way out for mails: a kept SMTP connection, or files. Tells refusals from troubles that pass."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from datetime import timedelta
from types import TracebackType

from django.conf import settings
from django.core.mail import EmailMessage

from iatp_events.lib.eml import EmlBackend
from iatp_events.lib.smtp import Deadline, EmailBackend


class Refused(Exception):
    """The server will never take this mail."""


class Unreachable(Exception):
    """The mail may be taken later: the server is away, busy or silent."""


class Postbox:
    """Sends mails one by one over a connection that is kept until the box is closed."""

    def __init__(self, *, connect: timedelta | None = None, budget: timedelta | None = None) -> None:
        """How long to wait for a connection, and for one mail in all; by default as the settings say."""
        self._connect = connect or settings.MAIL_CONNECT_TIMEOUT
        self._budget = budget or settings.MAIL_BUDGET
        self.refusals = 0
        """Connections refused in a row."""
        self._smtp: EmailBackend | None = None
        self._deadline = Deadline()

    def __enter__(self) -> Postbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, mail: EmailMessage, *, to_file: bool = False) -> None:
        """Hand one mail over. Raises Refused or Unreachable.

        to_file: keep it away from SMTP, whatever the settings say (demonstrations).
        """
        if not mail.recipients():
            # Django passes such a mail over in silence, and it would count as sent.
            raise Refused("no address")
        if to_file or not settings.SMTP:
            try:
                EmlBackend().send_messages([mail])
            except OSError as error:
                raise Unreachable(f"mail file: {error.strerror}") from error
            return
        with self._deadline.within(self._budget):
            self._send_by_smtp(mail, self._connected())

    def _connected(self) -> EmailBackend:
        if self._smtp is not None:
            return self._smtp
        backend = EmailBackend(**(settings.SMTP or {}), timeout=self._connect.total_seconds(), deadline=self._deadline)
        try:
            with self._deadline.within(self._connect):
                backend.open()
        except (OSError, smtplib.SMTPException) as error:
            # A wrong password is no fault of this mail either: everything waits until staff mend it.
            self.refusals += 1
            raise Unreachable(_words(error)) from error
        self.refusals = 0
        self._smtp = backend
        return backend

    def _send_by_smtp(self, mail: EmailMessage, backend: EmailBackend) -> None:
        try:
            backend.send(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            self._judge(code, f"{code} {_decoded(text)}")
        except smtplib.SMTPResponseException as error:
            self._judge(error.smtp_code, _words(error))
        except (UnicodeError, ValueError) as error:
            raise Refused(f"address: {type(error).__name__}") from error
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise Unreachable(_words(error)) from error

    def _judge(self, code: int, words: str) -> None:
        if code == 421:
            self._hang_up()
        # A reply that is no reply (smtplib says −1) is trouble of the server's, not of this mail.
        if code >= 500:
            raise Refused(words)
        raise Unreachable(words)

    def _hang_up(self) -> None:
        backend, self._smtp = self._smtp, None
        if backend is None:
            return
        with suppress(OSError, smtplib.SMTPException), self._deadline.within(self._connect):
            # It may be gone already, which is what we wanted.
            backend.close()


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _decoded(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text
