"""The admin as staff meet it: what they need daily comes first."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# Apps and models that are not named follow in Django's own order.
_APPS = ["workshops", "registrations", "auth"]
_MODELS = [
    "Session",
    "Series",
    "Speaker",
    "Registration",
    "Attendee",
    "Initiative",
    "Enrolment",
    "Report",
    "Alias",
    "ColumnMap",
    "Certificate",
    "Appeal",
    "Message",
    "Bulletin",
    "MailText",
    "ReminderRule",
    "Merge",
    "User",
    "Group",
]
_NAMES = {"axes": _("Sign-in guard"), "auth": _("Staff accounts")}


class StaffSite(AdminSite):
    site_header = _("Workshops · staff")
    site_title = _("Workshops · staff")
    index_title = _("What would you like to do?")
    enable_nav_sidebar = False  # a line of links in the header instead: lists need the width

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["name"] = _NAMES.get(app["app_label"], app["name"])
            app["models"].sort(key=lambda model: _rank(_MODELS, model["object_name"]))
        return sorted(apps, key=lambda app: _rank(_APPS, app["app_label"]))


def _rank(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)
