"""Doors to stand at: a session in a room for each test, and a member of staff who may."""

from __future__ import annotations

NAMES = (
    "look",
    "no JavaScript",
    "keyboard",
    "network cut",
    "two devices",
    "camera",
    "leaving",
    "walk-in",
    "late",
    "pass",
)

# Runs behind FURNISH, in its names. At each door Ana Peña and Óscar Núñez are expected, and Eva Paz had cancelled.
DOORS = f"""
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
staff = User.objects.create_superuser("door", password="not asked for here")
signed_in = SessionStore()
signed_in[SESSION_KEY] = str(staff.pk)
signed_in[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
signed_in[HASH_SESSION_KEY] = staff.get_session_auth_hash()
signed_in.create()
answer["staff"] = signed_in.session_key
for number, name in enumerate({NAMES!r}, start=11):
    begins = now + timedelta(minutes=20)
    room = factories.create_session(other, number=number, mode="in_person", starts_at=begins, revised_at=now)
    for who in ("Ana Peña", "Óscar Núñez", "Eva Paz"):
        held = factories.register(room, f"{{who}} {{number}}", now, mode="in_person")
        if who == "Ana Peña":
            answer[f"badge, {{name}}"] = path(links.badge(held))
            answer[f"in person, {{name}}"] = path(links.manage(held))
    factories.places.cancel(registration=held, now=now)
    answer[f"door, {{name}}"] = f"/staff/sessions/{{room.pk}}/door/"
"""
