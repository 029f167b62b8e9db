"""`celery` under libfaketime, whose release in Debian 12 breaks time.sleep() where durations are to stay true."""

import select
import sys
import time

from celery.__main__ import main


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep  # type: ignore[assignment]

if __name__ == "__main__":
    sys.exit(main())
