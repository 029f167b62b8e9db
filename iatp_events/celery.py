"""The Celery application: an alarm clock, not a queue (docs/architecture.md)."""

import os

from celery import Celery, signals
from kombu.transport import redis

from iatp_events.lib import stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iatp_events.settings")

app = Celery("iatp_events")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# So kombu says that the broker died under a task at work; without this a worker ends itself instead of dialling again.
redis.Transport.connection_errors += (AttributeError,)

# The worker's own process hears of it; those it forked share the word.
signals.worker_shutting_down.connect(stopping.ask, weak=False)
