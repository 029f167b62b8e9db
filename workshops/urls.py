"""Pages that carry their language in the path."""

from django.urls import path, register_converter

from workshops import views
from workshops.converters import SessionNumber

app_name = "workshops"
register_converter(SessionNumber, "number")
urlpatterns = [
    path("", views.home, name="home"),
    path("series/<slug:series_slug>/", views.series, name="series"),
    path("series/<slug:series_slug>/<number:number>/", views.session, name="session"),
    path("speakers/<slug:slug>/", views.speaker, name="speaker"),
]
