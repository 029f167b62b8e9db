"""Links in mails: a signed token opens the door, a button acts."""

from django.urls import path

from registrations.views import links

app_name = "links"
urlpatterns = [
    path("r/<str:token>/", links.registration, name="registration"),
    path("r/<str:token>/join/", links.join, name="join"),
    path("r/<str:token>/cancel/", links.cancel, name="cancel"),
    path("u/<str:token>/", links.stop, name="stop"),
    path("calendar/<str:token>.ics", links.calendar, name="calendar"),
]
