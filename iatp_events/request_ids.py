"""Each request has an id: the proxy's, or one of ours; in every line of the log, and in the answer."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from iatp_events.lib.logs import request_id

# Ids as proxies make them; whatever else comes under that name has no business in a log.
_SOUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def fresh() -> str:
    return uuid.uuid4().hex


def give_each_request_an_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    def respond(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        ours = given if _SOUND.fullmatch(given) else fresh()
        before = request_id.set(ours)
        try:
            response = get_response(request)
        finally:
            request_id.reset(before)
        response["X-Request-ID"] = ours
        return response

    return respond
