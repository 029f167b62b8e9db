"""The least a Django view can be: a SELECT, an INSERT in a transaction, or an UPDATE; the product stands beside it."""

import os
import secrets

import django
import environ
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

if not settings.configured:
    database = environ.Env.db_url_config(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": 60}
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": database},
        INSTALLED_APPS=[],
        MIDDLEWARE=[],
        SECRET_KEY="a bench opens nothing",
        USE_TZ=True,
    )
    django.setup()


class Note(models.Model):
    text = models.CharField(max_length=200)

    class Meta:
        app_label = "bench"
        db_table = "bench_note"

    def __str__(self) -> str:
        return self.text


def select(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Note._default_manager.get(pk=1).text)


def insert(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        note = Note._default_manager.create(text="One person more.")
    return HttpResponse(str(note.pk), status=201)


def update(request: HttpRequest) -> HttpResponse:
    somebody = Note._default_manager.filter(pk=secrets.randbelow(100) + 1)
    return HttpResponse(str(somebody.exclude(text="Gone.").update(text="Here.")))


urlpatterns = [path("select", select), path("insert", insert), path("update", update)]
application = WSGIHandler()
