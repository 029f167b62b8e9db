"""gunicorn's settings.

Behind a proxy sync workers: once SQL is involved threads gain nothing and are uneven (docs/decisions/002). Where
browsers ask us directly, threads: a browser opens connections ahead and says nothing on them, and each would hold up a
process for half a minute; a thread is held for five seconds, and there are enough of them.
"""

import os
import signal
from pathlib import Path
from typing import Any

from iatp_events import env, settings
from iatp_events.lib.leash import leash

wsgi_app = "iatp_events.wsgi"
# Loopback: whoever puts it on a network puts a proxy before it.
bind = f"{env.text('LISTEN', '127.0.0.1')}:{settings.PORT}"
workers = env.number("WEB_CONCURRENCY", 2, lowest=1, highest=256)
threads = env.number("WEB_THREADS", 1 if settings.TRUSTED_PROXY_COUNT else 16, lowest=1, highest=64)
worker_class = "gthread" if threads > 1 else "sync"
timeout = 30
# Requests at work are finished. honcho kills what has not stopped after five seconds; a supervisor waits longer.
graceful_timeout = 25 if settings.PRODUCTION else 4
# It would lie in the home directory, and nobody here uses it.
control_socket_disable = True
# Heartbeats of workers are file times: in memory they never wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
accesslog = None
errorlog = "-"
loglevel = "warning"
# What gunicorn says of its workers reads like everything else.
logconfig_dict = {
    "formatters": settings.LOGGING["formatters"],
    "handlers": settings.LOGGING["handlers"],
    "root": {"level": "WARNING", "handlers": ["console"]},
    "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["console"], "propagate": False}},
}
if settings.METRICS_TOKEN or settings.METRICS_FROM:
    # Before any worker imports the library, which decides by this where it counts.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)


def post_fork(server: Any, worker: Any) -> None:
    """A worker whose server was killed would keep the port from the next one."""
    leash(signal.SIGTERM)


def on_starting(server: Any) -> None:
    """Forget what processes counted that are no more, unless a server that runs still serves from here."""
    for file in settings.METRICS_DIR.glob("*.db"):
        if not Path(f"/proc/{file.stem.rpartition('_')[2]}").exists():
            file.unlink(missing_ok=True)
