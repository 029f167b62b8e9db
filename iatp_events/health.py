"""Alive, and able to work. Late mail is no reason to take registration offline, so it is not asked here."""

import logging
import pkgutil
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from iatp_events.lib.doors import public

logger = logging.getLogger(__name__)

MACHINES = ("/healthz", "/readyz", "/metrics")
OUR_APPS = ("workshops", "registrations")
# What was migrated stays so: only a process that is newer than its database asks more than once.
_is_migrated = False


def let_machines_ask_by_number(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Balancers and scrapers know a machine by its number: on their pages the Host header decides nothing."""

    def respond(request: HttpRequest) -> HttpResponse:
        if request.path_info in MACHINES:
            request.META["HTTP_HOST"] = settings.SITE_HOST
        return get_response(request)

    return respond


@public
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@public
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when web and database can work; 503 names the part that cannot: `database` or `migrations`."""
    missing = _missing()
    if missing:
        logger.warning("Not ready: %s.", missing)
    return HttpResponse(f"{missing or 'ok'}\n", status=503 if missing else 200, content_type="text/plain")


def _missing() -> str:
    global _is_migrated
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        _is_migrated = _is_migrated or not _unapplied()
    except DatabaseError:
        return "database"
    return "" if _is_migrated else "migrations"


def _unapplied() -> set[tuple[str, str]]:
    """Our migrations that this code has and the database has not; a database that is ahead serves us well."""
    ours = {(app, name) for app in OUR_APPS for name in _migrations(app)}
    return ours - set(MigrationRecorder(connection).applied_migrations())


def _migrations(app: str) -> list[str]:
    return [module.name for module in pkgutil.iter_modules(import_module(f"{app}.migrations").__path__)]
