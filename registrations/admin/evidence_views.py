"""What speaks for one person having been at a session: read, added to by a button, taken back line by line."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.admin import hours
from registrations.admin.attendance_views import MARK, SEE, TAKE_BACK, ReasonForm, status
from registrations.admin.filters import is_key
from registrations.choices import EvidenceKind
from registrations.models import Attendance, AttendancePolicy, Evidence, Registration
from registrations.services import attendance, marking
from workshops import when

_BUTTONS = (
    (EvidenceKind.STAFF, gettext_lazy("Mark as present")),
    (EvidenceKind.EXCUSE, gettext_lazy("Excuse")),
    (EvidenceKind.RECORDING, gettext_lazy("Saw the recording")),
)


def summary(registration: Registration) -> SafeString:
    """The status with why, and the way to its evidence."""
    known = _attendance(registration)
    said = status(known) if known else gettext("No evidence")
    url = reverse("admin:registrations_registration_evidence", args=[registration.pk])
    return format_html('{} <a href="{}">{}</a>', said, url, gettext("Evidence"))


@staff(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, pk: int) -> HttpResponse:
    related = Registration.objects.select_related("attendee", "session__series", "attendance")
    registration = get_object_or_404(related, pk=pk)
    if not admin.site.get_model_admin(Registration).has_view_permission(request, registration):
        raise PermissionDenied
    form = None
    if request.method == "POST" and "evidence" in request.POST:
        form = ReasonForm(request.POST)
        if form.is_valid():
            return _take_back(request, registration, form.cleaned_data["why"])
    elif request.method == "POST":
        return _mark(request, registration)
    session = registration.session
    lines = registration.evidence.select_related("by", "retraction__by", "batch").order_by("at", "pk")
    context = {
        "title": gettext("Evidence"),
        "opts": Registration._meta,
        "registration": registration,
        "attendance": status(known) if (known := _attendance(registration)) else "",
        "policy": AttendancePolicy.objects.filter(session=session).first() or AttendancePolicy(session=session),
        "when": when.of(session),
        "lines": [_line(line, session.timezone) for line in lines],
        "buttons": _BUTTONS,
        "refused": request.POST.get("evidence") if form else "",
        "form": form,
    }
    whole = admin.site.each_context(request) | context
    return render(request, "admin/registrations/attendance/evidence.html", whole, status=422 if form else 200)


def _attendance(registration: Registration) -> Attendance | None:
    return getattr(registration, "attendance", None)


def _line(line: Evidence, zone: str) -> dict[str, Any]:
    retraction = getattr(line, "retraction", None)
    return {
        "row": line,
        "at": hours.local(line.at, zone),
        "since": hours.local(line.since, zone) if line.since else "",
        "until": hours.local(line.until, zone) if line.until else "",
        "stated": None if line.seconds is None else line.seconds // 60,
        "retraction": retraction,
        "gone_at": hours.local(retraction.at, zone) if retraction else "",
    }


def _mark(request: HttpRequest, registration: Registration) -> HttpResponse:
    kind = request.POST.get("act", "")
    if not request.user.has_perm(MARK) or kind not in marking.KINDS:
        raise PermissionDenied
    act = EvidenceKind(kind)
    if marking.mark(registration=registration, kind=act, by=request.user.pk, now=clock.now()):
        _log(request, registration, str(act.label))
        messages.success(request, gettext("Written down: %(what)s.") % {"what": act.label})
    else:
        messages.warning(request, gettext("That stands there already."))
    return redirect("admin:registrations_registration_evidence", registration.pk)


def _take_back(request: HttpRequest, registration: Registration, why: str) -> HttpResponse:
    if not request.user.has_perm(TAKE_BACK):
        raise PermissionDenied
    key = request.POST["evidence"]
    line = get_object_or_404(Evidence, pk=int(key) if is_key(key) else None, registration=registration)
    if attendance.retract(evidence=line, by=request.user.pk, why=why, now=clock.now()):
        _log(request, registration, gettext("Taken back: %(what)s.") % {"what": line.get_kind_display()})
        messages.success(request, gettext("The line was taken back; attendance was weighed anew."))
    else:
        messages.warning(request, gettext("Somebody took it back before you."))
    return redirect("admin:registrations_registration_evidence", registration.pk)


def _log(request: HttpRequest, registration: Registration, what: str) -> None:
    admin.site.get_model_admin(Registration).log_change(request, registration, what)
