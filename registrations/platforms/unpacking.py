"""What an .xlsx file unpacks to, looked through as a stream before anything of it is built in memory."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from registrations.platforms.limits import (
    MAX_BESIDE_ROWS,
    MAX_BYTES,
    MAX_LINES,
    MAX_PART,
    MAX_PARTS,
    MAX_RATIO,
    MAX_ROW_BYTES,
    MAX_UNPACKED,
)
from registrations.platforms.rows import Unreadable

NO_WORKBOOK = _("This file is no Excel file that can be read.")
_BOMB = _("This Excel file unpacks to more than any report holds.")
# What a broken workbook may raise, here and in openpyxl.
FAULTS = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    OSError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ArithmeticError,
    zlib.error,
    struct.error,
)
# The parts that may be long, each with the tag of what is held whole in it; pictures are not read.
_LONG = (("xl/worksheets/", b"row"), ("xl/sharedStrings.xml", b"si"))
_UNREAD = "xl/media/"
_CHUNK = 64 * 1024


def check(file: BinaryIO) -> None:
    """Refuse what is no workbook, and what would not fit: by what the archive says of itself, to which zipfile holds
    it, and by the rows and strings, each of which is held whole."""
    file.seek(0, 2)
    size = file.tell()
    if size > MAX_BYTES:
        raise Unreadable(
            None, format_lazy(_("The file is longer than {megabytes} MB."), megabytes=MAX_BYTES // 1024**2)
        )
    try:
        with zipfile.ZipFile(file) as archive:
            for part in _parts(archive, size):
                tag = next((tag for path, tag in _LONG if part.filename.startswith(path)), None)
                if tag:
                    _check_long(archive, part.filename, tag)
                elif part.file_size > MAX_PART and not part.filename.startswith(_UNREAD):
                    raise Unreadable(None, _BOMB)
    except FAULTS:
        raise Unreadable(None, NO_WORKBOOK) from None


def _parts(archive: zipfile.ZipFile, size: int) -> list[zipfile.ZipInfo]:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > max(size * MAX_RATIO, MAX_PART):
        raise Unreadable(None, _BOMB)
    if not any(part.filename.startswith("xl/") for part in parts):
        raise Unreadable(None, NO_WORKBOOK)
    return parts


def _check_long(archive: zipfile.ZipFile, name: str, tag: bytes) -> None:
    guard = _Guard(tag)
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            guard.look_at(chunk)


class _Guard:
    """Counts the bytes inside and beside the elements of one name, which may not lie in each other.

    No program writes comments, CDATA or declarations into these parts, so what looks like a tag is one.
    """

    def __init__(self, tag: bytes) -> None:
        self._tag = re.compile(rb"</?%s(?:\s[^>]*)?/?>" % tag)
        self._is_open, self._rest = False, b""
        self._begun = self._inside = self._beside = self._told = 0

    def look_at(self, chunk: bytes) -> None:
        seen = self._rest + chunk
        whole = seen.rfind(b"<") if seen.rfind(b"<") > seen.rfind(b">") else len(seen)
        seen, self._rest = seen[:whole], seen[whole:]
        at = 0
        for tag in self._tag.finditer(seen):
            self._count(tag.start() - at)
            self._begin_or_end(tag[0])
            at = tag.end()
        self._count(len(seen) - at)
        self._told += seen.count(b"<?")
        if b"<!" in seen or self._told > 1:
            raise Unreadable(self._begun or None, NO_WORKBOOK)

    def _count(self, length: int) -> None:
        if self._is_open:
            self._inside += length
        else:
            self._beside += length
        longest = max(self._inside, len(self._rest))
        if longest > MAX_ROW_BYTES or self._beside > MAX_BESIDE_ROWS or self._begun > MAX_LINES:
            raise Unreadable(self._begun or None, _BOMB)

    def _begin_or_end(self, tag: bytes) -> None:
        begins, alone = not tag.startswith(b"</"), tag.endswith(b"/>")
        self._begun += begins
        if alone:
            return
        if begins is self._is_open:
            raise Unreadable(self._begun, NO_WORKBOOK)
        self._is_open, self._inside = begins, 0
