"""Keep an address from being registered again for a while, without keeping the address."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from registrations.models import BlockedAddress
from registrations.models.attendees import normalise
from registrations.models.blocked_addresses import digest, digests

LASTS = timedelta(days=30)


def block(*, addresses: Iterable[str], now: datetime) -> None:
    """Refuse these addresses from now on; those whose time is over are forgotten on the way."""
    forget_expired(now=now)
    for address in addresses:
        BlockedAddress.objects.update_or_create(digest=digest(address), defaults={"until": now + LASTS})


def is_blocked(address: str, *, now: datetime) -> bool:
    """Raises ValueError when the address can be none."""
    return BlockedAddress.objects.filter(digest__in=digests(address), until__gt=now).exists()


def among(addresses: Iterable[str], *, now: datetime) -> set[str]:
    """Those of some addresses that are refused, as they are compared. One query.

    Raises ValueError when one can be none.
    """
    by_digest = {kept: normalise(address) for address in addresses for kept in digests(address)}
    found = BlockedAddress.objects.filter(digest__in=by_digest, until__gt=now).values_list("digest", flat=True)
    return {by_digest[found_digest] for found_digest in found}


def forget_expired(*, now: datetime) -> int:
    return BlockedAddress.objects.filter(until__lte=now).delete()[0]
