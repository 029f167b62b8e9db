"""A real SMTP server that keeps every mail it was handed."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.processes import free_port, wait_for


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = cast(bytes, envelope.original_content)
        self.mails.append(parsed(content))
        return "250 kept"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in list(self.mails) if address in str(mail["To"])]

    def wait(self, address: str, fits: Callable[[EmailMessage], bool], *, seconds: float = 30) -> EmailMessage:
        """Return the first mail to this address that fits, as soon as it is there."""

        def look() -> list[EmailMessage]:
            return [mail for mail in self.to(address) if fits(mail)]

        return wait_for(look, seconds=seconds, what=f"a mail to {address}; so far {self.subjects()}")[0]

    def subjects(self) -> list[tuple[str, str]]:
        return [(str(mail["To"]), str(mail["Subject"])) for mail in list(self.mails)]

    def stop(self) -> None:
        self._controller.stop()


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def part(mail: EmailMessage, content_type: str) -> str:
    """The text of the first part of a type: "text/plain", "text/html", "text/calendar"."""
    for found in mail.walk():
        if found.get_content_type() == content_type:
            content = found.get_content()
            return content if isinstance(content, str) else bytes(content).decode()
    raise AssertionError(f"no {content_type} among {[found.get_content_type() for found in mail.walk()]}")


def links(mail: EmailMessage) -> list[str]:
    """Every link of a mail, once: of its text, its page and its headers."""
    texts = [part(mail, "text/plain"), part(mail, "text/html").replace("&amp;", "&")]
    texts += [str(mail.get("List-Unsubscribe", ""))]
    found = [link.rstrip(".,;)>") for text in texts for link in re.findall(r"https?://[^\s\"'<>]+", text)]
    return list(dict.fromkeys(found))
