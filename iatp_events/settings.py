"""All settings, read top to bottom. Every variable is documented in .env.example."""

import sys
import zoneinfo
from datetime import time, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.headers import Headers

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from iatp_events import env, safety

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")

# The pinned tzdata decides, not the machine's: a law that moves a clock arrives with an upgrade of ours.
zoneinfo.reset_tzpath(to=())

# --- Where and who ---------------------------------------------------------------------------------------------------
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")
DEBUG = env.flag("DEBUG", False)
PORT = env.number("PORT", 8000, lowest=1, highest=65535)
SITE_URL = env.site_url("SITE_URL", f"http://localhost:{PORT}")
HTTPS = SITE_URL.startswith("https://")
# Said by whoever runs it for others: what could be guessed is demanded then (iatp_events/safety.py).
PRODUCTION = env.flag("PRODUCTION", False)
MACHINES = env.number("MACHINES", 1, lowest=1, highest=1000)
SECRET_KEY = env.secret("SECRET_KEY", VAR_DIR, debug=DEBUG, production=HTTPS or PRODUCTION)
# Keys of before: what they signed is still read, nothing new is signed with them.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS", [])
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [SITE_HOST] if HTTPS else [SITE_HOST, "localhost", "127.0.0.1", "[::1]"])
if HTTPS and DEBUG:
    raise ImproperlyConfigured("DEBUG: must be off when SITE_URL is https.")
if not DEBUG and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS: '*' accepts any host; name the hosts.")
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0, highest=10)
DEMO = env.flag("DEMO", True)

# --- What it is made of ----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "iatp_events.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_countries",
    "i18nfield",
    "workshops",
    "registrations",
]
MIDDLEWARE = [
    # Outside everything: what any part of it answers or logs has its id, and is counted.
    "iatp_events.request_ids.give_each_request_an_id",
    "iatp_events.metrics.count_requests",
    "iatp_events.health.let_machines_ask_by_number",
    # Before all others: a kept page has all its headers already.
    "iatp_events.kept_answers.keep_public_answers",
    # Its files get a short policy of their own: a kilobyte less in the first view of a page.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before the next, so that redirects to https and refused hosts carry the policy too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "iatp_events.middleware.refuse_what_is_too_large",
    "iatp_events.middleware.refuse_what_no_database_stores",
    "iatp_events.middleware.let_a_pass_in",
    "iatp_events.middleware.keep_personal_pages_private",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "iatp_events.urls"
WSGI_APPLICATION = "iatp_events.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- Data ------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.broker("REDIS_URL", VAR_DIR)
CACHES = {
    "default": {
        "BACKEND": "iatp_events.lib.redis_cache.RedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://", 1),
        "KEY_PREFIX": "iatp",
        # The cache only counts; when it is away, nobody may wait for it.
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
    },
    # What a process may keep to itself for a while; nothing that others must see at once.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- Languages and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("pt", "Português"), ("en", "English"), ("fr", "Français")]
# Django's Portuguese is Portugal's; the second catalogue says its words as Brazil does.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "brazil"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
COUNTRIES_FIRST = (
    "AR BO BR CL CO CR CU DO EC SV GT HT HN JM MX NI PA PY PE PR TT UY VE AG BS BB BZ DM GD GY KN LC VC SR".split()
)
COUNTRIES_FIRST_SORT = True
COUNTRIES_FIRST_BREAK = "—"
# Misspelt in the library's Spanish.
COUNTRIES_OVERRIDE = {"TT": _("Trinidad and Tobago")}

# --- Mail and messages -----------------------------------------------------------------------------------------------
SMTP = env.mail("EMAIL_URL")
MAIL_DIR = VAR_DIR / "mail"
# A restored database may hold mails that left long ago: nothing is sent until somebody said which are old.
MAILS_HELD = env.flag("MAILS_HELD", False)
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", f"no-reply@{SITE_HOST if '.' in SITE_HOST else 'example.org'}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_CONNECT_TIMEOUT = env.seconds("MAIL_CONNECT_TIMEOUT", 10)
MAIL_BUDGET = env.seconds("MAIL_BUDGET", 30)
MESSAGE_LEASE = env.seconds("MESSAGE_LEASE", 90)
if MESSAGE_LEASE <= MAIL_BUDGET:
    raise ImproperlyConfigured("MESSAGE_LEASE: must be longer than MAIL_BUDGET, or no mail would ever be tried.")
MESSAGE_BACKOFF = env.durations("MESSAGE_BACKOFF", [10, 30, 60, 300, 900, 1800, 3600])
CHANGES_SETTLE = env.seconds("CHANGES_SETTLE", 300)
# When the oldest due message waits longer, every page of the admin says that mail is late.
MESSAGES_LATE = env.seconds("MESSAGES_LATE", 120)
# Hours of the reader's clock in which no reminder rings, except in the last hour before the start.
QUIET_HOURS = (time(21), time(7))
MEETING_HOSTS = env.words(
    "MEETING_HOSTS",
    ["zoom.us", "teams.microsoft.com", "teams.live.com", "webex.com", "meet.google.com", "meet.jit.si"],
)
# From how long before the start the personal link leads into the meeting.
JOIN_OPENS_BEFORE = env.seconds("JOIN_OPENS_BEFORE", 1800)
# How long after their last session `manage.py forget_old` leaves people's data.
RETENTION_MONTHS = env.number("RETENTION_MONTHS", 24, lowest=1, highest=1200)
RATE_LIMITS = env.rates(
    "RATE_LIMITS",
    {
        "registrations_per_address": 300,
        "registrations_per_email": 10,
        "initiatives_per_address": 1200,
        "sign_ins_per_address": 300,
        "sign_ins_per_email": 5,
        # A room full of people shares one address; six digits need more than these tries.
        "room_codes_per_address": 1200,
        "room_codes_per_registration": 6,
        "groups_per_person": 6,
        "groups_per_person_and_day": 30,
        "folios_per_address": 60,
    },
)

# --- Celery: only the alarm clock; the database is the queue ---------------------------------------------------------
TICK_EVERY = env.seconds("TICK_EVERY", 10)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long the broker is away, the worker is there when it comes back.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"unacked_restore_interval": 10, "unacked_restore_throttle": 1}
CELERY_TIMEZONE = "UTC"
# Thousands of bells must not stand before a tick: a worker takes from both in turn.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("ticks")]
CELERY_TASK_ROUTES = {"registrations.tick": {"queue": "ticks"}}
# Nothing `expires`: a worker judges that by its own clock, and one that is ahead would throw every tick away.
CELERY_BEAT_SCHEDULE = {"tick": {"task": "registrations.tick", "schedule": TICK_EVERY.total_seconds()}}
CELERY_BEAT_SCHEDULER = "iatp_events.lib.metronome:Metronome"
CELERY_RESULT_EXPIRES = None

# --- Pages, files, security ------------------------------------------------------------------------------------------
# How long each process answers with the same public page before it makes it anew; 0: never.
PAGES_KEPT = timedelta(seconds=env.number("PAGES_KEPT", 2, highest=60))
STATIC_URL = "/static/"
# In an image the collected files belong to the code; elsewhere `manage.py prepare` collects them.
STATIC_ROOT = env.folder("STATIC_DIR", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False


def _guard(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    # Opened by itself a picture runs nothing and stands in nobody's frame.
    headers["Content-Security-Policy"] = "script-src 'none'; frame-ancestors 'none'"


WHITENOISE_ADD_HEADERS_FUNCTION = _guard
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "iatp_events.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# Who is signed in by mail; the session is the staff's.
SIGN_IN_COOKIE_NAME = "__Host-me" if HTTPS else "me"
ASKED_COOKIE_NAME = "__Host-asked" if HTTPS else "asked"
if HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    # Without a proxy that says so, no request would ever be https, and the redirect would never end.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# One guesser is stopped at five tries; the owner, who comes from elsewhere, is not locked out with them.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "iatp_events.lib.ratelimit.client_address"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# --- Watching ---------------------------------------------------------------------------------------------------------
# Where neither is set, /metrics is not there.
METRICS_TOKEN = env.token("METRICS_TOKEN")
METRICS_FROM = env.networks("METRICS_FROM")
# Counts of web processes while they run; need not outlive the machine.
METRICS_DIR = VAR_DIR / "metrics" / str(PORT)
LOG_FORMAT = env.one_of("LOG_FORMAT", "json" if HTTPS or PRODUCTION else "plain", ["PLAIN", "JSON"]).lower()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "iatp_events.lib.logs.OneLine", "format": "{levelname} {name} {message}", "style": "{"},
        "json": {"()": "iatp_events.lib.logs.Json"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "stream": sys.stderr}},
    "root": {
        "handlers": ["console"],
        "level": env.one_of("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
    },
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "axes": {"level": "WARNING"},
    },
}

safety.refuse_unsafe(
    safety.Chosen(
        production=PRODUCTION,
        machines=MACHINES,
        https=HTTPS,
        debug=DEBUG,
        site_host=SITE_HOST,
        allowed_hosts=ALLOWED_HOSTS,
        secret_key=SECRET_KEY,
        proxies=TRUSTED_PROXY_COUNT,
        given=env.given("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL"),
        mails_are_files=SMTP is None,
    )
)
