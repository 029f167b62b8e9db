"""What Prometheus reads: requests as they were answered here, and the state of things as the database has it."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from iatp_events.lib import clock, doors
from registrations.services import gauges

if TYPE_CHECKING:
    from prometheus_client.core import GaugeMetricFamily

# Several servers may be asked at once, and large tables are counted slowly.
KEPT = 10


def count_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Count and time each request by the name of its view; nothing where nobody may read it."""
    if not doors.may_be_scraped():
        raise MiddlewareNotUsed
    from iatp_events import counters  # 3 MiB that workers and the clock never need

    def respond(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        counters.note(_view(request, response), response.status_code, time.perf_counter() - began)
        return response

    return respond


@doors.scraper
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    from iatp_events import counters

    kept = caches["process"]
    found: gauges.Gauges = kept.get("gauges") or gauges.read(now=clock.now())
    kept.add("gauges", found, KEPT)
    return HttpResponse(counters.text(_families(found)), content_type=counters.CONTENT_TYPE)


def _families(found: gauges.Gauges) -> list["GaugeMetricFamily"]:
    from iatp_events.counters import gauge

    states = {"registrations": found.registrations, "messages": found.messages}
    by_state = [
        gauge(f"iatp_{name}", f"{name.title()} by state.", ("state",), {(state,): n for state, n in counted.items()})
        for name, counted in states.items()
    ]
    return [
        *by_state,
        gauge("iatp_waiting", "People on a waiting list.", ("series", "session", "mode"), dict(found.waiting)),
        gauge("iatp_oldest_due_message_seconds", "Age of the oldest due message.", (), {(): found.oldest_due}),
    ]


def _view(request: HttpRequest, response: HttpResponse) -> str:
    """A name from the URLconf: a path would make a series of each token, and tell it."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name or "unnamed"
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    # A public page out of memory (iatp_events/kept_answers.py), or nothing of ours.
    return "kept" if response.status_code in (200, 304) else "none"
