"""Absolute addresses, built from SITE_URL only: the Host header is the caller's word."""

from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

# What the paths begin with whose next part is the token of a personal link.
TOKEN_PATHS = ("a", "b", "n", "p", "r", "s", "t", "u", "calendar")
# Before a folio: whoever has it reads a name.
FOLIO_PATHS = ("certificates",)


def absolute(name: str, *args: Any, language: str = "", query: str = "", **kwargs: Any) -> str:
    """The full address of a named page, in a language when the page carries one in its path."""
    if language:
        with translation.override(language):
            path = reverse(name, args=args, kwargs=kwargs)
    else:
        path = reverse(name, args=args, kwargs=kwargs)
    return f"{settings.SITE_URL}{path}" + (f"?{query}" if query else "")


def with_token(name: str, token: str) -> str:
    """The full address of a page whose path ends in a token, which needs no quoting; thousands are made at once."""
    before, after = _around_token(name, settings.SITE_URL)
    return f"{before}{token}{after}"


@cache
def _around_token(name: str, _site: str) -> tuple[str, str]:
    before, after = absolute(name, "token-here").split("token-here")
    return before, after
