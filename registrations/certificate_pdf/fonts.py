"""The typefaces inside the file, and how a text is made to fit. All are under the SIL Open Font License."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "Figtree-Regular", "Figtree-Bold"
# What Figtree has no letters for, such as Guaraní ỹ, Greek and Cyrillic, is set whole in another face.
WIDER = "NotoSans-Bold"
MARK = "\ufffd"
_FOLDER = Path(__file__).resolve().parent.parent / "fonts"

Line = tuple[str, str]
"""A font and a text."""


@cache
def face(font: str) -> TTFont:
    """Read once in the life of a process."""
    loaded = TTFont(font, _FOLDER / f"{font}.ttf")
    pdfmetrics.registerFont(loaded)
    return loaded


def set_in(text: str, font: str) -> Line:
    """The first font that has every letter; else the wider one, with a mark for each that it lacks."""
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    # What steers a line without being seen has no letter in any font.
    seen = "".join(sign for sign in flat if unicodedata.category(sign) not in ("Cf", "Cc"))
    for one in (font, WIDER):
        if all(_has(one, sign) for sign in seen):
            return one, seen
    return WIDER, "".join(sign if _has(WIDER, sign) else MARK for sign in seen)


def has_marks(text: str) -> bool:
    return MARK in set_in(text, BOLD)[1]


def width(line: Line, size: float) -> float:
    return float(pdfmetrics.stringWidth(line[1], line[0], size))


def fit(
    text: str, font: str, sizes: tuple[float, float], *, width: float, most_lines: int = 1, one_line_from: float = 0
) -> tuple[float, list[Line]]:
    """The largest size, from the first down to the last, at which the text fits; at the last it is cut short.

    one_line_from: down to this size one line is tried before more are.
    """
    largest, smallest = sizes
    line = set_in(text, font)
    steps = [largest - 0.5 * step for step in range(int((largest - smallest) * 2) + 1)]
    for size in steps:
        lines = wrap(line, size, width)
        allowed = 1 if size > one_line_from > 0 else most_lines
        if len(lines) <= allowed:
            return size, lines
    lines = wrap(line, smallest, width)[:most_lines]
    used, last = lines[-1]
    return smallest, [*lines[:-1], (used, f"{last[:-1]}…")]


def wrap(line: Line, size: float, room: float) -> list[Line]:
    """Broken between words; a word that is longer than a line, within it."""
    font, text = line
    lines, current = [], ""
    for word in _words(font, text, size, room):
        longer = f"{current} {word}".strip()
        if current and width((font, longer), size) > room:
            lines.append((font, current))
            current = word
        else:
            current = longer
    return [*lines, (font, current)]


def _words(font: str, text: str, size: float, room: float) -> list[str]:
    pieces = []
    for word in text.split(" "):
        rest = word
        while width((font, rest), size) > room:
            taken = next(n for n in range(len(rest), 0, -1) if n == 1 or width((font, rest[:n]), size) <= room)
            pieces.append(rest[:taken])
            rest = rest[taken:]
        pieces.append(rest)
    return pieces


def _has(font: str, sign: str) -> bool:
    return sign == " " or ord(sign) in face(font).face.charToGlyph
