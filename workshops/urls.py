"""Pages that carry their language in the path."""

from django.urls import path

from workshops import views

app_name = "workshops"
urlpatterns = [
    path("", views.home, name="home"),
    path("series/<slug:series_slug>/", views.series, name="series"),
    path("series/<slug:series_slug>/<int:number>/", views.session, name="session"),
    path("speakers/<slug:slug>/", views.speaker, name="speaker"),
]
