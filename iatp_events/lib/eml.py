"""A mail backend that writes each mail to a file of its own, for installations without SMTP."""

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmlBackend(BaseEmailBackend):
    """Writes `{time}-{message id}.eml` into settings.MAIL_DIR: whole or not at all, never over another."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            content = email.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
            _write_new(folder, _stem(email), content)
        return len(email_messages)


def forget(message_ids: Iterable[str]) -> int:
    """Delete every file of these mails. Returns how many there were."""
    names = {_name(message_id) for message_id in message_ids}
    found = [path for path in Path(settings.MAIL_DIR).glob("*.eml") if _NAMED.sub("", path.stem) in names]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


# What stands around the name in a file's: the moment before it, a number behind it where two had the same.
_NAMED = re.compile(r"^\d{8}T\d{12}-|(?<=-[0-9a-f]{12})-\d+$")


def _stem(email: EmailMessage) -> str:
    name = _name(str(email.extra_headers.get("Message-ID", "")))
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{name or 'mail'}"


def _name(message_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "", message_id.split("@")[0])


def _write_new(folder: Path, stem: str, content: bytes) -> Path:
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        number = 0
        while True:
            target = folder / (f"{stem}.eml" if not number else f"{stem}-{number}.eml")
            try:
                # A link fails where the name is taken; a rename would replace what is there.
                os.link(draft, target)
                return target
            except FileExistsError:
                number += 1
    finally:
        os.unlink(draft)
