"""A mail on the wire: headers that nobody's name can break, and parts that cost little to write."""

from __future__ import annotations

import hashlib
import quopri
import unicodedata
from collections.abc import Iterator
from email import message_from_bytes
from email.header import Header
from email.utils import formataddr, formatdate
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError, forbid_multi_line_headers

from registrations.emails.scene import Reader, Scene
from registrations.emails.values import END, ISOLATE, one_line
from registrations.models import Message

SUBJECT_LENGTH = 55
NAME_LENGTH = 100
# RFC 5322: a longer line must not travel as it is.
LINE_LENGTH = 998


class Written:
    """A mail as bytes; whoever asks for more than them has it parsed."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\n") -> bytes:
        return self._content if linesep == "\n" else self._content.replace(b"\n", linesep.encode())

    def as_string(self, unixfrom: bool = False, linesep: str = "\n") -> str:
        return self.as_bytes(unixfrom, linesep).decode()

    def __getitem__(self, name: str) -> Any:
        return self._parsed[name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parsed, name)

    @cached_property
    def _parsed(self) -> Any:
        return message_from_bytes(self._content)


class Mail(EmailMultiAlternatives):
    """A mail that writes itself: Python's own way parses and folds every header of every part anew."""

    def message(self, **options: Any) -> Any:
        if self.attachments:
            return super().message(**options)
        mark = hashlib.sha256(self.extra_headers["Message-ID"].encode()).hexdigest()[:24]
        parts = [(str(self.body), "text/plain"), *((str(content), str(kind)) for content, kind in self.alternatives)]
        head = "\n".join([*self._head(), f'Content-Type: multipart/alternative; boundary="={mark}="', ""])
        pieces = [head.encode(), *(f"\n--={mark}=\n".encode() + _part(*part) for part in parts)]
        return Written(b"".join([*pieces, f"\n--={mark}=--\n".encode()]))

    def _head(self) -> Iterator[str]:
        yield f"Subject: {_subject_header(str(self.subject))}"
        addresses = {"From": self.from_email, "To": ", ".join(self.to), "Reply-To": ", ".join(self.reply_to)}
        named = addresses | {"Date": formatdate()} | self.extra_headers | {"MIME-Version": "1.0"}
        for name, value in named.items():
            if value:
                yield _of_everyone(name, value) if name in ("From", "Reply-To") else _header(name, value)


def headers(scene: Scene) -> dict[str, str]:
    found = {
        "Message-ID": scene.message.message_id,
        "Content-Language": scene.reader.language,
        "Auto-Submitted": "auto-generated",
    }
    if scene.stop:
        found["List-Unsubscribe"] = f"<{scene.stop}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def subject(text: str) -> str:
    """One line of at most 55 characters; what matters stands first."""
    line = text.strip(" ,:;·")
    if len(line) <= SUBJECT_LENGTH:
        return line
    room = SUBJECT_LENGTH - 1 - (ISOLATE in line)
    cut, _space, broken = line[: room + 1].rpartition(" ")
    # A last word that is very long is cut; else the line ends where a word ends.
    kept = (cut if len(broken) < SUBJECT_LENGTH // 2 else line[:room]).rstrip(" ,.:;·—")
    return kept + "…" + (END if kept.count(ISOLATE) > kept.count(END) else "")


def sender(message: Message) -> str:
    address = settings.DEFAULT_FROM_EMAIL
    return address if "<" in address else formataddr((_cut(one_line(str(message.series))), address))


def _cut(name: str) -> str:
    """A long name ends where a word ends, unless that word is what makes it long."""
    if len(name) <= NAME_LENGTH:
        return name
    cut, _space, broken = name[: NAME_LENGTH + 1].rpartition(" ")
    return cut if cut and len(broken) < NAME_LENGTH // 2 else name[:NAME_LENGTH]


def recipient(reader: Reader) -> str:
    return formataddr((_cut(one_line(reader.name)), reader.address))


def _header(name: str, value: str) -> str:
    return _folded(f"{name}: {_safe(name, value)}")


# Who writes is the same for thousands; who reads is not kept.
_of_everyone = lru_cache(maxsize=64)(_header)


@lru_cache(maxsize=256)
def _subject_header(line: str) -> str:
    """A long subject begins on the line that names it; Python would begin it on the next, after an empty one."""
    if line.isascii():
        return _safe("Subject", line)
    return Header(line, "utf-8", maxlinelen=60).encode(linesep="\n")


def _safe(name: str, value: str) -> str:
    """Encode what is not ASCII. Raises BadHeaderError where a value could begin another header."""
    if not value.isprintable() and any(unicodedata.category(character) == "Cc" for character in value):
        raise BadHeaderError(f"a control character in {name}")
    _name, safe = forbid_multi_line_headers(name, value, "utf-8")
    return safe


def _folded(header: str) -> str:
    """A header longer than a line goes on in the next, where it has a space."""
    if len(header) <= 78 or "\n" in header:
        return header
    lines = [""]
    for word in header.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > 78:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] or len(lines) > 1 else word
    return "\n".join(lines)


def _part(content: str, kind: str) -> bytes:
    body = "\n".join(content.splitlines()).encode() + b"\n"
    encoding = "8bit"
    if len(body) > LINE_LENGTH and max(map(len, body.split(b"\n"))) > LINE_LENGTH:
        body, encoding = quopri.encodestring(body), "quoted-printable"
    return f'Content-Type: {kind}; charset="utf-8"\nContent-Transfer-Encoding: {encoding}\n\n'.encode() + body
