"""Read a mail before or after it left; send it again, or all that failed."""

from __future__ import annotations

import uuid

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.admin import hours, message_rows, preview
from registrations.admin.filters import is_key
from registrations.models import Message
from registrations.services import outlook, resending
from workshops.models import Session

_LIST = "admin:registrations_message_changelist"


@staff("registrations.view_message")
@require_safe
def show(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The mail's head and its plain text, with a link to the mail as it looks."""
    message = _load(request, pk, "view")
    context = {
        "title": gettext("Preview"),
        "message": message,
        "mail": preview.of(message),
        "language": message.reader.language or message.series.languages[0],
        "state": message_rows.chip(message),
        "why": message_rows.why(message),
        "moment": hours.in_full(message.sent_at or message.due_at, message),
        "opts": Message._meta,
    }
    return render(request, "admin/registrations/message/preview.html", admin.site.each_context(request) | context)


@staff("registrations.view_message")
@require_safe
def show_html(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    mail = preview.of(_load(request, pk, "view"))
    if not mail.html:
        raise Http404
    return HttpResponse(mail.html, headers={"Content-Security-Policy": preview.PREVIEW_POLICY})


@staff("registrations.change_message")
@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    message = _load(request, pk, "change")
    if request.method == "POST":
        try:
            copy = resending.send_one_again(message=message, now=clock.now())
        except resending.TooLate:
            messages.error(request, gettext("This mail is of no use any more, so no copy was made."))
            return redirect("admin:registrations_message_change", message.pk)
        _page().log_change(request, message, gettext("Sent again."))
        messages.success(request, gettext("A new copy is on its way. The message below is that copy."))
        return redirect("admin:registrations_message_change", copy.pk)
    context = {"title": gettext("Send again"), "message": message, "opts": Message._meta}
    return render(request, "admin/registrations/message/send_again.html", admin.site.each_context(request) | context)


@staff("registrations.change_message")
@require_http_methods(["GET", "HEAD", "POST"])
def send_failed_again(request: HttpRequest) -> HttpResponse:
    """One new copy of what failed: of one session (?session=), or of all."""
    session = _session(request)
    if request.method == "POST":
        copies = resending.send_failed_again(session=session, now=clock.now())
        sentence = ngettext("%(count)s copy is on its way.", "%(count)s copies are on their way.", copies)
        messages.success(request, sentence % {"count": copies})
        return redirect("admin:workshops_session_messages", session.pk) if session else redirect(_LIST)
    now = timezone.now()
    context = {
        "title": gettext("Send what failed again"),
        "session": session,
        "count": outlook.worth_sending_again(session=session, now=now).count(),
        "over": outlook.over(session=session, now=now).count(),
        "opts": Message._meta,
    }
    return render(request, "admin/registrations/message/failed.html", admin.site.each_context(request) | context)


def _session(request: HttpRequest) -> Session | None:
    given = request.GET.get("session", "")
    if not given:
        return None
    if not is_key(given):
        raise Http404
    return get_object_or_404(Session.objects.without_texts().select_related("series"), pk=given)


def _page() -> admin.ModelAdmin[Message]:
    return admin.site.get_model_admin(Message)


def _load(request: HttpRequest, pk: uuid.UUID, right: str) -> Message:
    related = Message.objects.select_related(
        "attendee", "speaker", "series", "session__series", "registration__session__series", "rule", "bulletin"
    )
    message = get_object_or_404(related, pk=pk)
    allowed = _page().has_view_permission if right == "view" else _page().has_change_permission
    if not allowed(request, message):
        raise PermissionDenied
    return message
