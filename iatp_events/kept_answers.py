"""Public pages from this process's memory: no query and no template while they are two seconds old at most.

Shared caches and browsers may keep them for a second more, and use them for another while they ask anew.
Whoever carries a cookie that says who they are passes by: staff see at once what they changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from iatp_events.lib import answers, languages, zones
from iatp_events.lib.answers import Answer, Answers, Key

Handler = Callable[[HttpRequest], HttpResponse]

MOST_BYTES = 8_000_000
KEPT = Answers(MOST_BYTES)
_GZIP = re.compile(r"\bgzip\b")
# What other sites hang on a link that is shared; no page reads it.
_NOISE = re.compile(r"utm_[a-z]+|fbclid|gclid|igshid|mc_[ce]id")
_LONGEST_QUERY = 300


def keep_public_answers(get_response: Handler) -> Handler:
    """Answer from memory what is the same for everyone, and remember it."""

    def respond(request: HttpRequest) -> HttpResponse:
        key = _key(request)
        if key is None:
            return get_response(request)
        # Asked for in full, or whoever only looks whether something changed would leave nothing to keep.
        had = request.META.pop("HTTP_IF_NONE_MATCH", "")
        response = _known(key) or _made(request, key, get_response)
        return _unless_had(request, response, had)

    return respond


def _key(request: HttpRequest) -> Key | None:
    """All that a kept page may differ by; None where the request is none that a kept page answers."""
    if request.method not in ("GET", "HEAD") or not settings.PAGES_KEPT or settings.DEBUG:
        return None
    if request.path_info[3:4] != "/" or request.path_info[1:3] not in languages.CODES:
        return None
    city = _city(request.META.get("QUERY_STRING", ""))
    if city is None or request.META.get("CONTENT_LENGTH") not in (None, "", "0") or _is_somebody(request):
        return None
    zipped = bool(_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
    # A host that is not ours is refused behind this, and must not find what was made for another.
    host = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME")
    return request.scheme, host, request.path, city, zipped


def _is_somebody(request: HttpRequest) -> bool:
    if "HTTP_AUTHORIZATION" in request.META:
        return True
    own = (settings.SESSION_COOKIE_NAME, settings.SIGN_IN_COOKIE_NAME, settings.ASKED_COOKIE_NAME, "messages")
    return "HTTP_COOKIE" in request.META and any(name in request.COOKIES for name in own)


def _city(query: str) -> str | None:
    """The zone the address asks for, or "" for none; None when it asks for anything else."""
    if not query:
        return ""
    if len(query) > _LONGEST_QUERY:
        return None
    asked = [(name, value) for name, value in parse_qsl(query, True) if not _NOISE.fullmatch(name)]
    match asked:
        case []:
            return ""
        case [("tz", zone)] if zones.exists(zone):
            return zone
    return None


def _known(key: Key) -> HttpResponse | None:
    answer = KEPT.get(key, settings.PAGES_KEPT.total_seconds())
    return HttpResponse(answer.body, headers=answer.headers) if answer else None


def _made(request: HttpRequest, key: Key, get_response: Handler) -> HttpResponse:
    if not KEPT.knows(key):
        return _remembered(request, key, get_response)
    # It grew old under many eyes: one of them makes it anew, the others wait for that.
    with KEPT.turn(key):
        return _known(key) or _remembered(request, key, get_response)


def _remembered(request: HttpRequest, key: Key, get_response: Handler) -> HttpResponse:
    # From before its first query on: what staff change while it is made must show in time as well.
    began = answers.now()
    response = get_response(request)
    if request.method == "GET" and answers.may_be_kept(request, response):
        KEPT.put(key, Answer(response.content, dict(response.items()), began))
    return response


def _unless_had(request: HttpRequest, response: HttpResponse, had: str) -> HttpResponse:
    """304 to whoever has this page already."""
    if not had or response.status_code != 200 or "ETag" not in response:
        return response
    request.META["HTTP_IF_NONE_MATCH"] = had
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
