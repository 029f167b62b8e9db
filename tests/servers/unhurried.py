"""The product with a breath before it writes who comes, for gunicorn.

Without the breath a race is a matter of microseconds, and a lost lock might go unseen on a slow machine.
"""

import os
import time
from collections.abc import Callable
from typing import Any

from django.db.backends.signals import connection_created

from iatp_events.wsgi import application

__all__ = ["application"]

BREATH = float(os.environ.get("BREATH", "0.005"))
WRITES = (
    'INSERT INTO "registrations_attendee"',
    'INSERT INTO "registrations_registration"',
    'UPDATE "registrations_registration"',
    'UPDATE "workshops_places"',
)


def _breathe(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
    if sql.startswith(WRITES):
        time.sleep(BREATH)
    return execute(sql, parameters, many, context)


def _teach(connection: Any, **_: object) -> None:
    # The wrappers stay when the line to the database is dialled again.
    if _breathe not in connection.execute_wrappers:
        connection.execute_wrappers.append(_breathe)


connection_created.connect(_teach)
