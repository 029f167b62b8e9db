"""Mails and what became of them."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from iatp_events.lib import clock
from registrations.admin import message_views
from registrations.admin.filters import MessageSessionFilter
from registrations.admin.readonly import ReadPage
from registrations.models import Message
from registrations.services import outbox


@admin.register(Message)
class MessageAdmin(ReadPage):
    list_display = ["kind", "attendee", "about", "state_chip", "why", "due_at", "sent_at", "attempts"]
    list_filter = ["state", "kind", MessageSessionFilter, "skip_reason"]
    list_select_related = ["attendee", "series", "registration__session__series"]
    search_fields = ["attendee__folded", "attendee__addresses__normalised"]
    search_help_text = _("Name, organisation, initiative or e-mail address; accents don’t matter.")
    ordering = ["-created_at", "-pk"]
    actions = ["send_again"]
    fields = [
        "kind",
        "attendee",
        "about",
        "state_chip",
        "why",
        "due_at",
        "next_attempt_at",
        "expires_at",
        "sent_at",
        "attempts",
        "rule",
        "created_at",
        "key",
    ]
    readonly_fields = ["about", "state_chip", "why", "key"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).select_related(*self.list_select_related, "rule")

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path("<uuid:pk>/preview/", guard(message_views.show), name="registrations_message_preview"),
            path("<uuid:pk>/preview/html/", guard(message_views.show_html), name="registrations_message_preview_html"),
            path("<uuid:pk>/send-again/", guard(message_views.send_again), name="registrations_message_send_again"),
        ]
        return own + super().get_urls()

    @admin.display(description=_("about"))
    def about(self, message: Message) -> str:
        return Truncator(message.registration.session if message.registration else message.series).chars(60)

    @admin.display(description=_("state"), ordering="state")
    def state_chip(self, message: Message) -> SafeString:
        return format_html('<span class="chip message-{}">{}</span>', message.state, message.get_state_display())

    @admin.display(description=_("why"))
    def why(self, message: Message) -> str:
        return message.get_skip_reason_display() or message.last_error

    @admin.action(description=_("Send a new copy of these messages"), permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        now = clock.now()
        copies = [outbox.send_again(message=message, now=now) for message in queryset]
        sentence = ngettext("%(count)s copy is on its way.", "%(count)s copies are on their way.", len(copies))
        messages.success(request, sentence % {"count": len(copies)})
