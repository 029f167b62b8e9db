"""The least a registration can be: a page, a crispy form of four fields, a POST that counts behind a lock, a result."""

import os
from typing import Any

import django
import environ
from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.csrf import csrf_protect

# The page has the size of a session page: 19 kB, and some 290 nodes that are rendered, 120 of them values.
ROWS = 40
PAGES = {
    "page.html": (
        "<!doctype html><html><head><title>{{ meeting.title }}</title></head><body><h1>{{ meeting.title }}</h1>"
        "{% for one in meetings %}<article id=meeting-{{ one.pk }}><h2>{{ one.title }}</h2>"
        f"<p>{'A page is mostly words. ' * 17}</p><p>{{{{ one.title }}}}</p></article>{{% endfor %}}</body></html>"
    ),
    "form.html": (
        "{% load crispy_forms_tags %}<!doctype html><html><head><title>{{ meeting.title }}</title></head><body>"
        "<h1>{{ meeting.title }}</h1>{% crispy form %}</body></html>"
    ),
    "done.html": (
        "<!doctype html><html><head><title>{{ meeting.title }}</title></head><body>"
        "<h1>{{ meeting.title }}</h1><p>We have your registration.</p></body></html>"
    ),
}

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": 60}},
        INSTALLED_APPS=["crispy_forms", "crispy_bootstrap5"],
        CRISPY_ALLOWED_TEMPLATE_PACKS="bootstrap5",
        CRISPY_TEMPLATE_PACK="bootstrap5",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                    "loaders": [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                ("django.template.loaders.locmem.Loader", PAGES),
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                },
            }
        ],
        MIDDLEWARE=[],
        SECRET_KEY="a bench opens nothing",
        USE_TZ=True,
    )
    django.setup()


class Meeting(models.Model):
    title = models.CharField(max_length=200)
    capacity = models.IntegerField(default=1_000_000)

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.title


class Guest(models.Model):
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    email = models.EmailField()
    country = models.CharField(max_length=2)
    organisation = models.CharField(max_length=200, blank=True)
    waits = models.BooleanField()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.name


class GuestForm(forms.Form):
    name = forms.CharField(max_length=200)
    email = forms.EmailField()
    country = forms.ChoiceField(choices=[("PE", "Perú"), ("CL", "Chile"), ("CO", "Colombia")])
    organisation = forms.CharField(max_length=200, required=False)

    helper = FormHelper()


def page(request: HttpRequest, number: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting, pk=number)
    meetings = Meeting._default_manager.filter(pk__lte=ROWS).order_by("pk")
    return render(request, "page.html", {"meeting": meeting, "meetings": meetings})


@csrf_protect
def register(request: HttpRequest, number: int) -> HttpResponse:
    form = GuestForm(request.POST or None)
    if form.is_valid():
        take_part(number, form.cleaned_data)
        return redirect("done", number)
    meeting = get_object_or_404(Meeting, pk=number)
    return render(request, "form.html", {"meeting": meeting, "form": form})


@transaction.atomic
def take_part(number: int, said: dict[str, Any]) -> None:
    meeting = Meeting._default_manager.select_for_update().get(pk=number)
    taken = Guest._default_manager.filter(meeting=meeting, waits=False).count()
    Guest._default_manager.create(meeting=meeting, waits=taken >= meeting.capacity, **said)


def done(request: HttpRequest, number: int) -> HttpResponse:
    return render(request, "done.html", {"meeting": get_object_or_404(Meeting, pk=number)})


def make_tables(meetings: int) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Meeting)
        editor.create_model(Guest)
    Meeting._default_manager.bulk_create(Meeting(title="¿Cómo trabajar juntos?") for _ in range(meetings))


urlpatterns = [
    path("<int:number>/", page),
    path("<int:number>/register/", register),
    path("<int:number>/done/", done, name="done"),
]
application = WSGIHandler()
