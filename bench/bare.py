"""The least a Django view can be; the product stands beside it.

A constant, a SELECT, a page of two SELECTs, an INSERT in a transaction, an UPDATE.
"""

import os
import secrets

import django
import environ
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
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


# The size of a session page: 19 kB, and some 290 nodes that are rendered, 120 of them values.
ROWS = 40
_PAGE = Engine().from_string(
    "<!doctype html><html><head><title>{{ note.text }}</title></head><body><h1>{{ note.text }}</h1>"
    "{% for one in notes %}<article id=note-{{ one.pk }}><h2>{{ one.text }}</h2>"
    f"<p>{'A page is mostly words. ' * 17}</p><p>{{{{ one.text }}}}</p></article>{{% endfor %}}</body></html>"
)


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello.")


def page(request: HttpRequest) -> HttpResponse:
    notes = Note._default_manager
    context = {"note": notes.get(pk=1), "notes": notes.filter(pk__lte=ROWS).order_by("pk")}
    return HttpResponse(_PAGE.render(Context(context)))


def select(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Note._default_manager.get(pk=1).text)


def insert(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        note = Note._default_manager.create(text="One person more.")
    return HttpResponse(str(note.pk), status=201)


def update(request: HttpRequest) -> HttpResponse:
    somebody = Note._default_manager.filter(pk=secrets.randbelow(100) + 1)
    return HttpResponse(str(somebody.exclude(text="Gone.").update(text="Here.")))


urlpatterns = [path(view.__name__, view) for view in (hello, select, page, insert, update)]
application = WSGIHandler()
