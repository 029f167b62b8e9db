"""Calendars and photos: addresses without a language."""

from django.urls import path

from workshops import feeds

app_name = "feeds"
urlpatterns = [
    path("series/<slug:series_slug>/calendar.ics", feeds.series, name="series"),
    path("series/<slug:series_slug>/<int:number>.ics", feeds.session, name="session"),
    path("media/<path:path>", feeds.photo, name="photo"),
]
