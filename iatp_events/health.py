"""Alive, and able to work. Late mail is no reason to take registration offline, so it is not asked here."""

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from iatp_events.lib.doors import public

logger = logging.getLogger(__name__)


@public
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when web and database can work; 503 names the part that cannot."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM workshops_series LIMIT 1")
    except DatabaseError:
        logger.warning("Not ready: the database does not answer or is not migrated.")
        return HttpResponse("database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
