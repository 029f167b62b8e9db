"""Links to meeting rooms: staff paste them, people are sent to them, so only known platforms pass."""

import unicodedata
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate(link: str, hosts: Sequence[str] | None = None) -> None:
    """Accept an https address on one of the hosts (settings.MEETING_HOSTS) or below one of them.

    Browsers read a backslash as a slash and drop line breaks, and show what stands before an "@" as if it
    were the host; Django's URLValidator accepts all three.
    Raises ValidationError.
    """
    hosts = settings.MEETING_HOSTS if hosts is None else hosts
    if "\\" in link or any(_is_unseen(character) for character in link):
        raise ValidationError(_("A meeting link has no spaces, line breaks or backslashes."), code="characters")
    parts = _split(link)
    if parts.scheme != "https":
        raise ValidationError(_("A meeting link starts with https://."), code="scheme")
    if "@" in parts.netloc or parts.port not in (None, 443):
        raise ValidationError(_("A meeting link has no user name, password or port."), code="userinfo")
    if not _is_known((parts.hostname or "").rstrip("."), hosts):
        known = ", ".join(hosts)
        raise ValidationError(_("The meeting link must be at one of: %(hosts)s."), code="host", params={"hosts": known})


def _is_unseen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character).startswith("C")


def _split(link: str) -> SplitResult:
    try:
        parts = urlsplit(link)
        parts.port  # noqa: B018  a port that is no number shows itself only when it is read
    except ValueError:
        raise ValidationError(_("This is not a link."), code="link") from None
    return parts


def _is_known(host: str, hosts: Sequence[str]) -> bool:
    return any(host == known.lower() or host.endswith(f".{known.lower()}") for known in hosts)
