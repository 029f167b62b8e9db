"""Every view declares its door: who may come in. A test walks the URLconf and fails on a view without one."""

import hmac
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache

from iatp_events.lib import signing

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
Shortcut = Callable[Concatenate[HttpRequest, P], HttpResponseBase | None]
# No page of another site can send it, so whoever does needs no other proof against forged requests.
SHOWN = "HTTP_X_PASS"


def public(view: View[P]) -> View[P]:
    """Anyone may come in; the page never reads who it is."""
    view.door = "public"  # type: ignore[attr-defined]
    return view


def by_link(purpose: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Whoever holds a link that we signed for this purpose; the view gets its numbers instead of the token.

    A link that is not ours answers 404. The page is never stored, indexed or named in a Referer.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @never_cache
        def door(request: HttpRequest, token: str) -> HttpResponse:
            try:
                numbers = signing.read(purpose, token)
            except signing.BadToken:
                raise Http404 from None
            return view(request, token, *numbers)

        door.door = f"by_link:{purpose}"  # type: ignore[attr-defined]
        return door

    return decorate


def staff(permission: str) -> Callable[[View[P]], View[P]]:
    """A member of staff with this permission, signed in."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded = cast(View[P], staff_member_required(never_cache(door), login_url="admin:login"))
        guarded.door = f"staff:{permission}"  # type: ignore[attr-defined]
        return guarded

    return decorate


def shortcut(view: Shortcut[P]) -> Callable[[View[P]], View[P]]:
    """Let this view answer first where a pass is shown, before anybody's session, language or page is loaded.

    It judges the pass itself, and returns None for whatever the door below has to decide.
    """

    def decorate(guarded: View[P]) -> View[P]:
        guarded.shortcut = view  # type: ignore[attr-defined]
        return guarded

    return decorate


def scraper(view: View[P]) -> View[P]:
    """Who collects figures, by a token or straight from a network that was named; for all others it is not there."""

    @wraps(view)
    def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not (_has_token(request) or _is_near(request)):
            raise Http404
        return view(request, *args, **kwargs)

    guarded = cast(View[P], door)
    guarded.door = "scraper"  # type: ignore[attr-defined]
    return guarded


def may_be_scraped() -> bool:
    return bool(settings.METRICS_TOKEN or settings.METRICS_FROM)


def _has_token(request: HttpRequest) -> bool:
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(
        request.headers.get("Authorization", "").encode(), wanted.encode()
    )


def _is_near(request: HttpRequest) -> bool:
    """Whether the caller itself is in one of the networks: what a proxy hands on comes from anywhere."""
    if "X-Forwarded-For" in request.headers or not settings.METRICS_FROM:
        return False
    try:
        caller = ip_address(str(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return False
    return any(caller in network for network in settings.METRICS_FROM)
