"""`celery` with a breath between choosing the due mails and claiming them: the moment in which two could choose alike.

Without the breath the race is a matter of microseconds, and a lost lock might go unseen.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from celery.__main__ import main
from django.db.backends.signals import connection_created

BREATH = float(os.environ["BREATH"])


def _breathe(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
    if sql.startswith('UPDATE "registrations_message" SET "state"') and '"lease_until" = %s' in sql:
        time.sleep(BREATH * random.uniform(0.5, 1.5))
    return execute(sql, parameters, many, context)


def _teach(connection: Any, **_: object) -> None:
    # The wrappers stay when the line to the database is dialled again.
    if _breathe not in connection.execute_wrappers:
        connection.execute_wrappers.append(_breathe)


connection_created.connect(_teach)

if __name__ == "__main__":
    sys.exit(main())
