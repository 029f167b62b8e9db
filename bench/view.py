"""What somebody with a telephone and a slow connection waits for: the first view of a page, in a real browser."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench import servers
from bench.rows import Rows, bounded
from bench.servers import Machine

TRIES = int(os.environ.get("BENCH_TRIES", "5"))
CHROMIUM = Path("/usr/bin/chromium")
# "Slow 4G" of Chrome's own tools: 1.6 Mbit/s, a wait of 562.5 ms before each answer; and a processor four times slower.
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 184_320, "uploadThroughput": 84_375}
SLOWER = {"rate": 4}
TELEPHONE = {"width": 360, "height": 740}
_WATCH = """
window.seen = {lcp: 0, cls: 0};
const watch = (type, note) =>
    new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
watch("largest-contentful-paint", entry => { seen.lcp = entry.startTime });
watch("layout-shift", entry => { if (!entry.hadRecentInput) seen.cls += entry.value });
"""


@dataclass(frozen=True, slots=True)
class View:
    """kilobytes: over the wire, with headers; seconds: until the largest thing in view is painted."""

    kilobytes: float
    requests: int
    seconds: float
    shift: float


def measure(machine: Machine) -> Rows:
    env = machine.environment("view")
    scene = json.loads(machine.run("bench.scene", env))
    house = servers.free_port()
    with (
        servers.running(servers.BROKER, env),
        servers.running(servers.GUNICORN, env | {"PORT": str(house)}),
        _browser() as browser,
    ):
        servers.await_port(house, "/healthz")
        pages = {"the series": "/es/", "a session": scene["page"]}
        views = {
            name: [_view(browser, f"http://localhost:{house}{path}") for _ in range(TRIES)]
            for name, path in pages.items()
        }
    return _rows(views)


def _rows(views: dict[str, list[View]]) -> Rows:
    every = [view for found in views.values() for view in found]
    slowest = max(views, key=lambda name: _median(views[name]))
    paints = [view.seconds for view in views[slowest]]
    return {
        "view_kilobytes": _most([view.kilobytes for view in every], 40, "kB over the wire for the first view"),
        "view_requests": _most([view.requests for view in every], 5, "requests for the first view"),
        "view_paint": bounded(
            _median(views[slowest]),
            paints,
            1.8,
            f"seconds to the largest paint of {slowest}, telephone on slow 4G: the median of {TRIES}",
        ),
        "view_shift": _most([view.shift for view in every], 0.02, "layout shift of the first view"),
    }


def _most(found: list[Any], goal: float, what: str) -> Any:
    return bounded(max(found), found, goal, f"{what}: the worst of {len(found)}")


def _median(views: list[View]) -> float:
    return statistics.median(view.seconds for view in views)


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def _view(browser: Browser, url: str) -> View:
    """Open the page in a browser that was never there, and wait until nothing more comes."""
    context = browser.new_context(viewport=TELEPHONE, device_scale_factor=2, is_mobile=True)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        sizes = _slow(page)
        page.add_init_script(_WATCH)
        page.goto(url, wait_until="networkidle")
        page.wait_for_timeout(500)
        seen = page.evaluate("seen")
        return View(sum(sizes) / 1000, len(sizes), seen["lcp"] / 1000, seen["cls"])
    finally:
        context.close()


def _slow(page: Page) -> list[float]:
    """Make its network and processor slow; return a list that fills with the bytes of each answer."""
    tools = page.context.new_cdp_session(page)
    sizes: list[float] = []
    tools.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", SLOW_4G)
    tools.send("Emulation.setCPUThrottlingRate", SLOWER)
    return sizes
