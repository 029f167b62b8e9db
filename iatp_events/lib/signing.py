"""Signed tokens for links in mails: nothing is stored, the purpose is part of the signature."""

from django.core import signing
from django.utils.crypto import salted_hmac

_DIGITS = 6


class BadToken(Exception):
    """The token is not one of ours, was altered, or was made for another purpose."""


def token(purpose: str, *parts: int) -> str:
    """Sign whole numbers for one purpose; the token is safe in a path."""
    return _signer(purpose).sign("-".join(str(part) for part in parts))


def read(purpose: str, value: str) -> tuple[int, ...]:
    """Return the numbers of a token. Raises BadToken."""
    try:
        return tuple(int(part) for part in _signer(purpose).unsign(value).split("-"))
    except (signing.BadSignature, ValueError):
        raise BadToken from None


def code(purpose: str, *parts: int) -> str:
    """Six digits for whoever cannot open the link: derived like the token, and not from it."""
    said = "-".join(str(part) for part in parts)
    digest = salted_hmac(f"iatp.{purpose}.code", said, algorithm="sha256").digest()
    return f"{int.from_bytes(digest) % 10**_DIGITS:0{_DIGITS}d}"


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"iatp.{purpose}", sep=".")
