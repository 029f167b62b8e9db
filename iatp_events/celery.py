"""The Celery application: an alarm clock, not a queue (docs/architecture.md)."""

import os

from celery import Celery
from kombu.transport import redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iatp_events.settings")

app = Celery("iatp_events")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# So kombu says that the broker died under a task at work; without this a worker ends itself instead of dialling again.
redis.Transport.connection_errors += (AttributeError,)
