"""Read a mail before or after it left, and send it again."""

from __future__ import annotations

import uuid

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.admin import preview
from registrations.models import Message
from registrations.services import outbox


@staff("registrations.view_message")
@require_safe
def show(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The mail's head and its plain text, with a link to the mail as it looks."""
    message = _load(request, pk, "view")
    context = {"title": gettext("Preview"), "message": message, "mail": preview.of(message), "opts": Message._meta}
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
        copy = outbox.send_again(message=message, now=clock.now())
        _page().log_change(request, message, gettext("Sent again."))
        messages.success(request, gettext("A new copy is on its way. The message below is that copy."))
        return redirect("admin:registrations_message_change", copy.pk)
    context = {"title": gettext("Send again"), "message": message, "opts": Message._meta}
    return render(request, "admin/registrations/message/send_again.html", admin.site.each_context(request) | context)


def _page() -> admin.ModelAdmin[Message]:
    return admin.site.get_model_admin(Message)


def _load(request: HttpRequest, pk: uuid.UUID, right: str) -> Message:
    related = Message.objects.select_related("attendee", "series", "registration__session__series", "rule")
    message = get_object_or_404(related, pk=pk)
    allowed = _page().has_view_permission if right == "view" else _page().has_change_permission
    if not allowed(request, message):
        raise PermissionDenied
    return message
