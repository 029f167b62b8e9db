"""Counts that web processes keep while they work; imported only where somebody may read them.

Under gunicorn each process counts in a file of its own (PROMETHEUS_MULTIPROC_DIR), and whichever is asked adds them up.
"""

import os
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

disable_created_metrics()
_own = CollectorRegistry()
_requests = Counter("iatp_requests", "Requests answered.", ["view", "status"], registry=_own)
_seconds = Histogram(
    "iatp_request_seconds",
    "Seconds until a request was answered.",
    ["view"],
    registry=_own,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class _Given:
    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self._families


def note(view: str, status: int, seconds: float) -> None:
    _requests.labels(view, str(status)).inc()
    _seconds.labels(view).observe(seconds)


def text(families: Iterable[GaugeMetricFamily]) -> bytes:
    """What all processes of this web server counted, and these gauges, as Prometheus reads it."""
    given = CollectorRegistry()
    given.register(_Given(families))
    counted = _own
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    return bytes(generate_latest(counted) + generate_latest(given))


def gauge(name: str, what: str, labels: tuple[str, ...], values: dict[tuple[str, ...], float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=labels)
    for label, value in values.items():
        family.add_metric(label, value)
    return family
