"""Celery beat by a clock that nobody sets: what hangs on the wall may be wrong, or be put right, by a day."""

import time
from typing import Any

from celery.beat import Scheduler
from kombu.exceptions import OperationalError

# Ticks say nothing that one of them does not say. Where nobody takes them away, this many are enough.
HEAP = 100
QUEUE = "ticks"


class Metronome(Scheduler):  # type: ignore[misc]
    """Sends every entry once at the start and then at its interval; keeps nothing on disk."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._next: dict[str, float] = {}
        super().__init__(*args, **options)

    def tick(self, *_: Any, **__: Any) -> float:
        """Send what is due. Returns the seconds until something is."""
        now = time.monotonic()
        for name, entry in self.schedule.items():
            if self._next.get(name, now) <= now:
                self._next[name] = now + entry.schedule.seconds
                if not self._is_heaped():
                    self.apply_entry(entry, producer=self.producer)
        return float(max(min(self._next.values(), default=now + self.max_interval) - time.monotonic(), 0.0))

    def _is_heaped(self) -> bool:
        """Whether nobody listens: a broker must not fill up with ticks while every worker is away for days."""
        away = (OSError, OperationalError, *self.connection.connection_errors, *self.connection.channel_errors)
        try:
            waiting = self.connection.default_channel.queue_declare(QUEUE, passive=True).message_count
        except away:
            return False
        return bool(waiting >= HEAP)
