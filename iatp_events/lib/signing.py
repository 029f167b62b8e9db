"""Signed tokens for links in mails: nothing is stored, the purpose is part of the signature."""

from django.core import signing


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


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"iatp.{purpose}", sep=".")
