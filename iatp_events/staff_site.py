"""The admin as staff meet it: what they need daily comes first."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Apps and models that are not named follow in Django's own order.
_APPS = ["workshops", "registrations", "auth"]
# The rooms of the menu, by what staff are busy with; in them what is needed daily comes first.
_ROOMS = {
    pgettext_lazy("rooms", "Programme"): ["Session", "Series", "Speaker"],
    pgettext_lazy("rooms", "People"): [
        *("Registration", "Attendee", "Initiative", "Enrolment", "Merge", "BlockedAddress"),
    ],
    pgettext_lazy("rooms", "Attendance"): ["Report", "Certificate", "Appeal", "Alias", "ColumnMap"],
    pgettext_lazy("rooms", "Mails"): ["Message", "Bulletin", "MailText", "ReminderRule"],
}
_MODELS = [*(name for names in _ROOMS.values() for name in names), "User", "Group"]
_NAMES = {"axes": _("Sign-in guard"), "auth": _("Staff accounts")}


class StaffSite(AdminSite):
    site_header = _("Workshops · staff")
    site_title = _("Workshops · staff")
    index_title = _("What would you like to do?")
    enable_nav_sidebar = False  # a line of links in the header instead: lists need the width

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        rooms = _rooms(context["available_apps"], request.path)
        here = next((room["name"] for _label, rooms_ in rooms for room in rooms_ if room["is_here"]), "")
        return context | {"rooms": rooms, "room_here": here}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["name"] = _NAMES.get(app["app_label"], app["name"])
            app["models"].sort(key=lambda model: _rank(_MODELS, model["object_name"]))
        return sorted(apps, key=lambda app: _rank(_APPS, app["app_label"]))


def _rooms(apps: list[Any], path: str) -> list[tuple[Any, list[dict[str, Any]]]]:
    """The lists that somebody may open, under their headings, and whether they are there."""
    open_to = {model["object_name"]: model for app in apps for model in app["models"] if model["admin_url"]}
    found = []
    for label, names in _ROOMS.items():
        models = [open_to[name] for name in names if name in open_to]
        rooms = [
            {"name": model["name"], "url": model["admin_url"], "is_here": path.startswith(model["admin_url"])}
            for model in models
        ]
        if rooms:
            found.append((label, rooms))
    return found


def _rank(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)
