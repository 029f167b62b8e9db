"""The product whose process is killed right after it committed a registration, before it says so to anybody."""

import os
import signal

from iatp_events.lib import alarm
from iatp_events.wsgi import application

__all__ = ["application"]


def _die(task: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


alarm.ring = _die
