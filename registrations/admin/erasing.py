"""Erase a person from the admin: one page that says what goes, one button."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.models import Attendee
from registrations.services import erasure

PERMISSION = "registrations.erase_attendee"


@staff(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    attendee = get_object_or_404(Attendee, pk=pk)
    page = admin.site.get_model_admin(Attendee)
    if not page.has_view_permission(request, attendee):
        raise PermissionDenied
    if request.method == "POST":
        if erasure.erase(attendee=attendee, now=clock.now()):
            attendee.refresh_from_db()
            page.log_change(request, attendee, gettext("Erased."))
        messages.success(request, gettext("The person is erased. Their number stays: %(id)s.") % {"id": pk})
        return redirect("admin:registrations_attendee_change", pk)
    context = {"title": gettext("Erase this person"), "attendee": attendee, "opts": Attendee._meta}
    context["ahead"] = attendee.registrations.live().filter(session__ends_at__gt=clock.now()).count()
    return render(request, "admin/registrations/attendee/erase.html", admin.site.each_context(request) | context)
