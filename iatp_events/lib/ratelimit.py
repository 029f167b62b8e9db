"""Count requests per minute, or per day, in the cache; when the cache is away, everybody passes."""

import hashlib
import logging
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

logger = logging.getLogger(__name__)


# A cache that does not answer is left alone for a while: each try would cost somebody's page a third of a second.
REST = 5.0
MINUTE, DAY = 60, 24 * 60 * 60
_rest_until = 0.0


def client_address(request: HttpRequest) -> str:
    """The caller's address as the outermost trusted proxy saw it.

    Only the last TRUSTED_PROXY_COUNT entries of X-Forwarded-For were written by proxies of ours;
    whatever stands before them is the caller's invention.
    """
    direct = str(request.META.get("REMOTE_ADDR") or "")
    trusted = settings.TRUSTED_PROXY_COUNT
    if not trusted:
        return direct
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return forwarded[-trusted] if len(forwarded) >= trusted else direct


def allows(limit: str, who: str, what: str = "", *, window: int = MINUTE) -> bool:
    """Count one request against a limit of settings.RATE_LIMITS and say whether it may pass.

    what: when given, a repetition of the same `what` within the window is not counted again, so a
    double press is no attack; what was refused stays so. window: in seconds.
    """
    global _rest_until
    if time.monotonic() < _rest_until:
        return True
    turn, kept = int(time.time() // window), window * 3 // 2
    key = f"rate:{limit}:{_digest(who)}:{turn}"
    try:
        same = f"{key}:{_digest(what)}"
        if what and not cache.add(same, True, timeout=kept):
            return bool(cache.get(same, True))
        cache.add(key, 0, timeout=kept)
        passes = bool(cache.incr(key) <= settings.RATE_LIMITS[limit])
        if what and not passes:
            cache.set(same, False, timeout=kept)
        return passes
    except Exception:  # any cache backend, any way to be away
        _rest_until = time.monotonic() + REST
        logger.warning("The cache is away; rate limit %s is open.", limit)
        return True


def _digest(value: str) -> str:
    return hashlib.blake2b(value.encode(), digest_size=12, key=settings.SECRET_KEY.encode()[:64]).hexdigest()
