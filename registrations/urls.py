"""Pages that carry their language in the path."""

from django.urls import path

from registrations.views import register

app_name = "registrations"
urlpatterns = [
    path("series/<slug:series_slug>/register/", register.register, name="register"),
    path("series/<slug:series_slug>/registered/", register.registered, name="registered"),
]
