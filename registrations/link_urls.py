"""Links in mails: a signed token opens the door, a button acts."""

from django.urls import path

from registrations.views import (
    badge,
    feed,
    inviting,
    joining,
    links,
    me_profile,
    not_me,
    one_tap,
    panel,
    room_code,
    sign_in,
    stopping,
    substituting,
    taking_back,
)

app_name = "links"
urlpatterns = [
    path("r/<str:token>/", links.registration, name="registration"),
    path("r/<str:token>/join/", joining.join, name="join"),
    path("r/<str:token>/cancel/", links.cancel, name="cancel"),
    path("r/<str:token>/take/", links.take, name="take"),
    path("r/<str:token>/undo/", links.undo, name="undo"),
    path("r/<str:token>/again/", links.again, name="again"),
    path("r/<str:token>/pass-on/", substituting.pass_on, name="pass_on"),
    path("r/<str:token>/invitation/", inviting.invitation, name="invitation"),
    path("r/<str:token>/room-code/", room_code.by_own_link, name="room_code"),
    path("r/<str:token>/not-me/", not_me.not_me, name="not_me"),
    path("b/<str:token>/", badge.badge, name="badge"),
    path("n/<str:token>/", one_tap.one_tap, name="one_tap"),
    path("t/<str:token>/", substituting.take_over, name="take_over"),
    path("p/<str:token>/", panel.panel, name="panel"),
    path("s/<str:token>/", sign_in.use, name="sign_in"),
    path("u/<str:token>/", stopping.stop, name="stop"),
    path("a/<str:token>/", me_profile.confirm_address, name="address"),
    path("a/<str:token>/not-me/", taking_back.take_back, name="take_back"),
    path("calendar/<str:token>.ics", feed.calendar, name="calendar"),
]
