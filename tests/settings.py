"""The product's settings, read in an environment that no developer's `.env` reaches.

Only the pytest process reads these. Processes that tests start read the product's own (tests/servers).
"""

import atexit
import os
import shutil
import tempfile
from datetime import timedelta

VAR = tempfile.mkdtemp(prefix="iatp-tests-")
atexit.register(shutil.rmtree, VAR, ignore_errors=True)
os.environ.update(
    VAR_DIR=VAR,
    DEBUG="0",
    SECRET_KEY="a key for tests that opens nothing: 0123456789 abcdefghijkl",
    SITE_URL="http://localhost:8000",
    ALLOWED_HOSTS="localhost,testserver",
    DEFAULT_FROM_EMAIL="workshops@example.org",
    LOG_LEVEL="WARNING",
    # Playwright keeps an event loop in the main thread; the ORM of the tests that follow may not mind.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
    # Empty, not absent: `.env` fills in what is absent.
    **dict.fromkeys(
        (
            *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "RATE_LIMITS", "TRUSTED_PROXY_COUNT", "MEETING_HOSTS"),
            *("METRICS_TOKEN", "METRICS_FROM", "LOG_FORMAT"),
        ),
        "",
    ),
)

from iatp_events.settings import *  # noqa: E402, F403

CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "process")
}
CELERY_BROKER_URL = "memory://"
# What a test changes it sees at once; tests/iatp_events/test_kept_answers.py keeps pages.
PAGES_KEPT = timedelta(0)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
