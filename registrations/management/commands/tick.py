"""`manage.py tick [--loop]`: everything the clock does, with or without Celery."""

import logging
import signal
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

from iatp_events.lib import clock, stopping
from registrations.services import clockwork

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Find what changed, queue what should exist, deliver what is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="until SIGTERM or Ctrl-C, every TICK_EVERY seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["loop"]:
            self._tell(clockwork.tick(clock=clock.now))
            return
        stop = threading.Event()

        def end(*_: object) -> None:
            stopping.ask()
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        while not stop.is_set():
            began = time.monotonic()
            self._tick(stop)
            stop.wait(max(0.0, began + settings.TICK_EVERY.total_seconds() - time.monotonic()))

    def _tick(self, stop: threading.Event) -> None:
        """Survive a database that is away: the next tick finds the same work."""
        try:
            close_old_connections()
            clockwork.tick(clock=clock.now)
            clockwork.watch(clock=clock.now, for_=settings.TICK_EVERY, wait=stop.wait)
        except Error:
            logger.exception("The tick failed; the next one tries again.")

    def _tell(self, outcome: dict[str, int]) -> None:
        counts = ", ".join(f"{count} {state}" for state, count in sorted(outcome.items()))
        self.stdout.write(f"Messages: {counts or 'none was due'}.")
