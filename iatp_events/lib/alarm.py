"""Ring the alarm clock: tell a worker that there is something in the database for it.

Nothing depends on the bell being heard; the next tick finds the same work.
"""

import logging
import time
from functools import cache
from typing import Any

from celery import current_app
from kombu import pools

logger = logging.getLogger(__name__)

_IMPATIENT = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3, "retry_on_timeout": False, "max_retries": 0}


# A broker that does not answer is left alone for a while: each try would cost somebody's page a third of a second.
REST = 5.0
_rest_until = 0.0


@cache
def _line() -> Any:
    """What names the broker among the pools; dialled when it is used."""
    return current_app.connection_for_write(transport_options=_IMPATIENT)


def ring(task: str) -> None:
    """Publish a task by name, best effort, in well under a second; a dead broker costs a log line."""
    global _rest_until
    if time.monotonic() < _rest_until:
        return
    try:
        # A kept connection: to open one costs more than everything else a registration does to the broker.
        with pools.producers[_line()].acquire(block=True, timeout=0.3) as producer:
            # Without `expires`: a worker whose clock is ahead would throw every bell away unheard.
            current_app.send_task(task, producer=producer, retry=False, ignore_result=True)
    except Exception as error:  # kombu, redis and sockets each have a family of their own
        pools.reset()
        _rest_until = time.monotonic() + REST
        logger.warning("The broker is away (%s); the next tick does %s.", type(error).__name__, task)
