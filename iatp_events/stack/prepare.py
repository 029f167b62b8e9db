"""Once per start: wait for the database, migrate it, collect static files, and say that all is ready."""

import os
import sys
import time
from pathlib import Path

import django
from django.core.management import call_command
from django.db import OperationalError, connection

PATIENCE = 60.0


def main(ready: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iatp_events.settings")
    django.setup()
    _await_database()
    call_command("prepare")
    ready.touch()


def _await_database() -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
