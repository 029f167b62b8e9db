"""The staff desk: pages for who works at a session."""

from django.urls import path

from registrations.views import door, door_events, room_code

app_name = "staff"
urlpatterns = [
    path("staff/sessions/<int:pk>/door/", door.door, name="door"),
    path("staff/sessions/<int:pk>/door/check-in/", door.check_in, name="door_check_in"),
    path("staff/sessions/<int:pk>/door/undo/", door.undo, name="door_undo"),
    path("staff/sessions/<int:pk>/door/walk-in/", door.walk_in, name="door_walk_in"),
    path("staff/sessions/<int:pk>/door/events/", door_events.events, name="door_events"),
    path("staff/sessions/<int:pk>/door/list/", door_events.names, name="door_list"),
    path("staff/sessions/<int:pk>/door/worker.js", door.worker, name="door_worker"),
    path("staff/sessions/<int:pk>/room-code/", room_code.shown, name="room_code"),
]
