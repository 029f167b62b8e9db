"""Messages as rows on the page of their person or registration, and what every page says of one."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registrations.admin import hours
from registrations.admin.readonly import ReadInline
from registrations.models import Message


def chip(message: Message) -> SafeString:
    return format_html('<span class="chip message-{}">{}</span>', message.state, message.get_state_display())


def why(message: Message) -> str:
    return message.get_skip_reason_display() or message.last_error


def link_to_words(message: Message) -> SafeString:
    """The subject of what left leads to its words; of what did not, to how it would be written now."""
    words = message.subject or gettext("as it would be written now")
    return format_html('<a href="{}">{}</a>', reverse("admin:registrations_message_preview", args=[message.pk]), words)


class MessageInline(ReadInline):
    model = Message
    fk_name = "attendee"
    fields = ["kind", "about", "state_chip", "why", "due", "left", "words"]
    readonly_fields = ["about", "state_chip", "why", "due", "left", "words"]
    ordering = ["-created_at", "-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        related = super().get_queryset(request).select_related("attendee", "speaker", "series", "session__series")
        return related.defer("text", "bundle")

    @admin.display(description=_("about"))
    def about(self, message: Message) -> str:
        return Truncator(message.session or message.series).chars(40)

    @admin.display(description=_("state"))
    def state_chip(self, message: Message) -> SafeString:
        return chip(message)

    @admin.display(description=_("why"))
    def why(self, message: Message) -> str:
        return why(message)

    @admin.display(description=_("due"))
    def due(self, message: Message) -> SafeString | str:
        return hours.of_message(message.due_at, message)

    @admin.display(description=_("sent"))
    def left(self, message: Message) -> SafeString | str:
        return hours.of_message(message.sent_at, message)

    @admin.display(description=_("its words"))
    def words(self, message: Message) -> SafeString:
        return link_to_words(message)


class MessageOfRegistrationInline(MessageInline):
    fk_name = "registration"
