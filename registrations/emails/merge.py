"""Texts with slots: what is the same for all readers is rendered once, what is one reader's is filled in per mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from iatp_events.lib import markdown
from registrations.emails import plain
from registrations.emails.placeholders import BLOCKS

# A slot on its way through Markdown and HTML: letters of the private use area, which no keyboard writes.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_SLOT = re.compile(f"{_OPEN}([a-z_]+){_CLOSE}")
_PARAGRAPH = re.compile(f"<p>{_OPEN}([a-z_]+){_CLOSE}</p>")
_LINE = re.compile(f"^[ \\t]*{_OPEN}([a-z_]+){_CLOSE}[ \\t]*$", re.MULTILINE)
_TARGET = re.compile(r"(?:href|title)=\"([^\"]*)\"")


# The white space that ends a line or a word; a no-break space is neither.
_BLANK = re.compile(r"[ \t\r\n\f\v\x1c-\x1f\x85\u2028\u2029]+")
# A page begins at its own first level; a text inside it was rendered from the third down.
_RAISED = {"h3": "h2", "h4": "h2", "h5": "h3", "h6": "h3"}
_HEADING = re.compile("<(/?)(h[3-6])>")


def one_line(text: str) -> str:
    return _BLANK.sub(" ", text).strip(" ")


def slot(name: str) -> str:
    """The mark that stands for a value until it is filled in."""
    return f"{_OPEN}{name}{_CLOSE}"


@dataclass(frozen=True, slots=True)
class Form:
    """A text cut at its slots: literal, slot, literal, slot, … literal."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, marked: str) -> Form:
        return cls(tuple(_SLOT.split(marked)))

    def fill(self, values: Mapping[str, str]) -> str:
        filled = list(self.pieces)
        filled[1::2] = [values.get(name, "") for name in self.pieces[1::2]]
        return "".join(filled)


@lru_cache(maxsize=512)
def names(text: str) -> tuple[str, ...]:
    """The placeholders of a text, each once, in their order."""
    found = (piece[1].strip() for piece in _PIECE.finditer(text) if piece[1] is not None)
    return tuple(dict.fromkeys(filter(None, found)))


def has_stray_brace(text: str) -> bool:
    return any(piece[0] in "{}" for piece in _PIECE.finditer(text))


def names_amid_lines(text: str) -> list[str]:
    """Placeholders that share their line with something else."""
    lines = [line.strip() for line in text.splitlines()]
    shared = [line for line in lines if not (_PIECE.fullmatch(line) and line.count("{") == 1)]
    return list(dict.fromkeys(name for line in shared for name in names(line)))


def names_in_addresses(text: str) -> list[str]:
    """Placeholders in the target of a link, where nothing could be filled in safely."""
    marked = _PIECE.sub(_plainly_marked, text)
    targets = " ".join(_TARGET.findall(markdown.render(marked)))
    return [name for name in names(text) if f"zq-{name}-qz" in targets]


def _plainly_marked(piece: re.Match[str]) -> str:
    return piece[0][0] if piece[1] is None else f"zq-{piece[1].strip()}-qz"


@lru_cache(maxsize=512)
def line(text: str, known: frozenset[str]) -> Form:
    """A subject, ready to be filled."""
    return Form.of(one_line(_marked(text, frozenset(), known)))


def html(text: str, known: frozenset[str], empty: frozenset[str] = frozenset()) -> str:
    """Markdown as HTML with marks for slots; the first heading is the mail's own.

    known: the placeholders that have a value; others stay as they were typed.
    empty: those whose value is nothing; a paragraph that holds nothing else goes with them.
    """
    page = str(markdown.render(_marked(text, empty, known)))
    page = _PARAGRAPH.sub(_block_alone, page)
    page = page.replace("<h3>", "<h1>", 1).replace("</h3>", "</h1>", 1)
    return _HEADING.sub(lambda found: f"<{found[1]}{_RAISED[found[2]]}>", page)


def text(source: str, known: frozenset[str], empty: frozenset[str] = frozenset()) -> str:
    """Markdown as plain text with marks for slots."""
    return plain.render(_marked(source, empty, known))


def _marked(source: str, empty: frozenset[str], known: frozenset[str]) -> str:
    def mark(piece: re.Match[str]) -> str:
        if piece[1] is None:
            return piece[0][0]
        name = piece[1].strip()
        if name not in known:
            return piece[0]
        return "" if name in empty else slot(name)

    clean = source.replace(_OPEN, "").replace(_CLOSE, "").replace("\r\n", "\n")
    return _LINE.sub(_apart, _PIECE.sub(mark, clean))


def _apart(found: re.Match[str]) -> str:
    """A block on a line of its own is a paragraph of its own."""
    return f"\n\n{slot(found[1])}\n\n" if found[1] in BLOCKS else found[0]


def _block_alone(found: re.Match[str]) -> str:
    return slot(found[1]) if found[1] in BLOCKS else found[0]
