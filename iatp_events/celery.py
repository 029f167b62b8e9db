"""The Celery application: an alarm clock, not a queue (docs/architecture.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iatp_events.settings")

app = Celery("iatp_events")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
