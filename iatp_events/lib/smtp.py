"""A line to a mail server on which every step shares one budget, whatever the server does or leaves undone."""

from __future__ import annotations

import math
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any, cast

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp


class Deadline:
    """A budget for a run of steps. When it is spent the line is cut, wherever it stands.

    The timeout of a socket counts from byte to byte: a server that drips would outlive every lease.
    """

    def __init__(self) -> None:
        self._until = math.inf
        self._line: socket.socket | None = None
        self._bell = threading.Condition()
        self._watcher: threading.Thread | None = None
        self._looks_at = math.inf

    @contextmanager
    def within(self, budget: timedelta) -> Iterator[None]:
        """Bound what happens inside; the narrowest of nested budgets holds."""
        outer = self._until
        self._bound(min(outer, time.monotonic() + budget.total_seconds()))
        try:
            yield
        finally:
            # Nobody is woken for more time: the watcher looks when it meant to, and goes on from there.
            self._until = outer

    def _bound(self, until: float) -> None:
        with self._bell:
            self._until = until
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, daemon=True)
                self._watcher.start()
            elif until < self._looks_at:
                self._bell.notify()

    def _watch(self) -> None:
        """Sleep until the budget ends; many budgets in a row are one watch."""
        with self._bell:
            # Read once: whoever sends sets it without waiting for us.
            while 0 < (left := self.left) < math.inf:
                self._looks_at = time.monotonic() + left
                self._bell.wait(left)
            if self.left <= 0:
                self.cut()
            self._watcher = None

    @property
    def left(self) -> float:
        return self._until - time.monotonic()

    def check(self) -> None:
        """Refuse to go on once the budget is spent, even before the line was cut: who was frozen wakes up here."""
        if self.left <= 0:
            raise TimeoutError("the budget for one mail is spent")

    def hold(self, line: socket.socket) -> None:
        """Keep a handle of one's own: TLS takes the socket over and locks it while it shakes hands."""
        self.cut()
        self._line = line.dup()

    def cut(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


class _Line(smtplib.SMTP):
    deadline: Deadline

    def __init__(self, *args: Any, deadline: Deadline, **options: Any) -> None:
        self.deadline = deadline
        smtplib.SMTP.__init__(self, *args, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = _dial(host, port, min(timeout, self.deadline.left))
        self.deadline.hold(line)
        line.settimeout(timeout)
        return line

    def send(self, s: Any) -> None:
        self.deadline.check()
        super().send(s)

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            return super().data(msg)
        except smtplib.SMTPDataError:
            # smtplib leaves the transaction open when DATA itself is refused; the next MAIL would be refused for it.
            with suppress(smtplib.SMTPServerDisconnected):
                self.rset()
            raise


class _SecureLine(smtplib.SMTP_SSL, _Line):
    def __init__(self, *args: Any, deadline: Deadline, **options: Any) -> None:
        self.deadline = deadline
        smtplib.SMTP_SSL.__init__(self, *args, **options)


class EmailBackend(smtp.EmailBackend):
    """Django's own, with a deadline over everything that happens on its line."""

    def __init__(self, *, deadline: Deadline, **options: Any) -> None:
        super().__init__(**options)
        self.deadline = deadline

    @property
    def connection_class(self) -> Callable[..., smtplib.SMTP]:  # type: ignore[override]
        return partial(_SecureLine if self.use_ssl else _Line, deadline=self.deadline)

    def open(self) -> bool | None:
        """Connect, greet and sign in: a server that does not greet is away, whoever the mail is for."""
        try:
            opened = super().open()
            if self.connection:
                self.connection.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException):
            self.drop()
            raise
        return opened

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over on the open line.

        As Django does, but the addresses of the envelope go as they are: to parse and write each of them anew
        costs more than the mail. Raises ValueError for one that SMTP cannot carry.
        """
        sender, *recipients = [_bare(address) for address in (mail.from_email, *mail.recipients())]
        line = self.connection
        if line is None:
            raise smtplib.SMTPServerDisconnected("nobody called yet")
        line.sendmail(sender, recipients, cast(Any, mail.message()).as_bytes(linesep="\r\n"))

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.drop()

    def drop(self) -> None:
        """Leave without a word."""
        self.connection = None
        self.deadline.cut()


def _bare(address: str) -> str:
    """The address without the name before it."""
    bare = address.rpartition("<")[2].rstrip("> ")
    # smtplib would notice in the middle of the talk, and leave the line unusable for the next mail.
    if not (bare.isascii() and bare.isprintable() and "@" in bare):
        raise ValueError("an address that SMTP cannot carry")
    return bare


def _dial(host: str, port: int, seconds: float) -> socket.socket:
    """Connect to the first address that answers; each gets an equal share of what is left of the time."""
    until = time.monotonic() + seconds
    addresses = [found[4] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    trouble: OSError = OSError(f"{host} has no address")
    for number, address in enumerate(addresses):
        share = (until - time.monotonic()) / (len(addresses) - number)
        try:
            return socket.create_connection(address[:2], max(share, 0.1))  # type: ignore[arg-type]
        except OSError as error:
            trouble = error
    raise trouble
