"""Codes that are read aloud, typed from paper and never guessed: "K7QM-2XWD-9RTA".

Eleven random characters out of 32 are 55 bits; the twelfth is a check over the field of 32 elements: one wrong
character, or two neighbours swapped, is never another code.
"""

import re
import secrets
import unicodedata

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0 and O, no 1 and I
LENGTH = 12
SHOWN = LENGTH + 2
EXAMPLE = "ABCD-EFGH-JKLM"  # how a code looks; its last character is not the right one
# What a 0, O, 1 or I was misread from.
_MISREAD = str.maketrans({"0": "Q", "O": "Q", "1": "L", "I": "L"})
_BETWEEN = re.compile(r"[\s\-‐-―−_.·]+")
# An address that was pasted whole, or read from the square: the code is its last part.
_PASTED = re.compile(r".*/certificates/([^/?#]+?)(?:\.pdf)?/?(?:[?#].*)?", re.DOTALL)
LONGEST = 300


def new() -> str:
    """A fresh code, in groups of four."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return _grouped(drawn + ALPHABET[_check(drawn)])


def read(typed: str) -> str:
    """The code that somebody meant, whatever its case, spaces and dashes; "" when it can be none."""
    text = typed[:LONGEST]
    if pasted := _PASTED.fullmatch(text.strip()):
        text = pasted[1]
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_MISREAD)
    if len(text) != LENGTH or any(sign not in ALPHABET for sign in text):
        return ""
    return _grouped(text) if ALPHABET[_check(text[:-1])] == text[-1] else ""


def _grouped(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, LENGTH, 4))


def _check(text: str) -> int:
    """The polynomial of the characters at x, in GF(2)[x] / (x⁵ + x² + 1), where x has order 31."""
    total = 0
    for sign in text:
        total = _times_x(total ^ ALPHABET.index(sign))
    return total


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value
