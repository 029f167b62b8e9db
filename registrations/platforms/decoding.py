"""From bytes to lines: what the file was written in, decided once for all of it."""

from __future__ import annotations

import codecs
import io
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from registrations.platforms.limits import MAX_BYTES, MAX_LINE, MAX_LINES
from registrations.platforms.rows import Unreadable

_CHUNK = 256 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ZIP = b"PK\x03\x04"
_KINDS = (
    (b"\x89PNG", _("This is an image, not a report.")),
    (b"\xff\xd8\xff", _("This is an image, not a report.")),
    (b"GIF8", _("This is an image, not a report.")),
    (b"RIFF", _("This is an image, not a report.")),
    (b"%PDF", _("This is a PDF, not a report: ask the platform for a CSV or Excel file.")),
    (b"\xd0\xcf\x11\xe0", _("This is an Excel file of the old kind: save it as .xlsx or CSV.")),
    (b"\x1f\x8b", _("This is a compressed file: unpack it first.")),
)
_NO_TEXT = _("This file is no text that can be read.")
# Spaces that people cannot tell from a space, and marks that they cannot see at all.
_UNSEEN = dict.fromkeys(
    [0xFEFF, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u2009": " "} | {chr(code): None for code in _UNSEEN}
)


def head(file: BinaryIO, size: int = _CHUNK) -> bytes:
    file.seek(0)
    return file.read(size)


def encoding(file: BinaryIO) -> str:
    """Say how the whole file is written: by its mark, else UTF-16 by its zero bytes, else UTF-8, else cp1252.

    Raises Unreadable for images and the like, and for a file above MAX_BYTES, naming the line it reached.
    """
    start = head(file)
    for magic, what in _KINDS:
        if start.startswith(magic):
            raise Unreadable(1, what)
    if not start.strip():
        raise Unreadable(None, _("This file is empty."))
    marked = next((name for mark, name in _BOMS if start.startswith(mark)), None)
    guessed = marked or _by_zeros(start)
    is_utf8 = _whole_is_utf8(file)
    if guessed is None and not is_utf8 and _has_controls(start):
        raise Unreadable(1, _NO_TEXT)
    return guessed or ("utf-8" if is_utf8 else "cp1252")


def _by_zeros(start: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of most letters is zero."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = max(len(start) // 2, 1)
    if odd > half * 0.3 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.3 and odd < half * 0.05 else None


def _has_controls(start: bytes) -> bool:
    strange = sum(start.count(code) for code in (*range(1, 9), *range(14, 27), 28, 29, 30, 31))
    return strange > len(start) * 0.01


def _whole_is_utf8(file: BinaryIO) -> bool:
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    length = lines = 0
    file.seek(0)
    while chunk := file.read(_CHUNK):
        length += len(chunk)
        if length > MAX_BYTES:
            raise Unreadable(
                lines + 1, format_lazy(_("The file is longer than {megabytes} MB."), megabytes=MAX_BYTES // 1024**2)
            )
        lines += chunk.count(b"\n")
        decoder = _still_decodes(decoder, chunk)
    return decoder is not None and _still_decodes(decoder, b"", final=True) is not None


def _still_decodes(
    decoder: codecs.IncrementalDecoder | None, chunk: bytes, *, final: bool = False
) -> codecs.IncrementalDecoder | None:
    if decoder is None:
        return None
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return None
    return decoder


def lines(file: BinaryIO, written_in: str) -> Iterator[tuple[int, str]]:
    """Give the lines with their numbers, without their ends; spaces made plain, what nobody sees taken out, NFC.

    Raises Unreadable at a line that is longer than MAX_LINE or no text.
    """
    for number, line in enumerate(_raw_lines(file, written_in), 1):
        if number > MAX_LINES:
            raise Unreadable(number, format_lazy(_("The file has more than {rows} rows."), rows=MAX_LINES))
        if len(line) > MAX_LINE:
            raise Unreadable(number, _("This line is longer than any report’s."))
        yield number, plain(line)


def plain(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(_PLAIN))


def _raw_lines(file: BinaryIO, written_in: str) -> Iterator[str]:
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(written_in)(), translate=True)
    file.seek(0)
    number, rest, chunk = 0, "", b" "
    while chunk:
        chunk = file.read(_CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            raise Unreadable(number + 1, _NO_TEXT) from None
        *whole, rest = (rest + text).split("\n")
        number += len(whole)
        yield from whole
        if len(rest) > MAX_LINE:
            break
    if rest:
        yield rest
