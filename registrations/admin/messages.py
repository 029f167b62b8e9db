"""Mails and what became of them."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from iatp_events.lib import clock
from registrations.admin import hours, message_views
from registrations.admin.filters import OutcomeFilter, RuleFilter, SessionFilter
from registrations.admin.message_rows import chip, link_to_words, why
from registrations.admin.readonly import PersonSearch
from registrations.models import Message
from registrations.models.messages import UNFINISHED
from registrations.services import resending


@admin.register(Message)
class MessageAdmin(PersonSearch):
    list_display = ["kind", "reader", "about", "state_chip", "why", "due", "left", "attempts"]
    list_filter = ["state", "kind", SessionFilter, RuleFilter, OutcomeFilter, "skip_reason"]
    list_select_related = ["attendee", "speaker", "series", "session__series"]
    search_fields = ["attendee__folded", "attendee__addresses__normalised", "speaker__folded", "speaker__email"]
    search_help_text = _("Name, organisation, initiative or e-mail address; accents don’t matter.")
    ordering = ["-created_at", "-pk"]
    actions = ["send_again"]
    fieldsets = [
        (None, {"fields": ["kind", "reader_page", "about", "rule", "state_chip", "why", "read_it"]}),
        (_("When"), {"fields": ["due_in_full", "left_in_full", "next_in_full", "expires_in_full", "created_in_full"]}),
        (_("History"), {"classes": ["collapse"], "fields": ["attempts", "key"]}),
    ]
    readonly_fields = ["key"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).select_related(*self.list_select_related, "rule").defer("text", "bundle")

    def belonging_to(self, words: list[str]) -> Q:
        of_panel = [Q(speaker__folded__contains=word) | Q(speaker__email__icontains=word) for word in words]
        return super().belonging_to(words) | Q(*of_panel)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path(
                "send-failed-again/", guard(message_views.send_failed_again), name="registrations_message_send_failed"
            ),
            path("<uuid:pk>/preview/", guard(message_views.show), name="registrations_message_preview"),
            path("<uuid:pk>/preview/html/", guard(message_views.show_html), name="registrations_message_preview_html"),
            path("<uuid:pk>/send-again/", guard(message_views.send_again), name="registrations_message_send_again"),
        ]
        return own + super().get_urls()

    def get_readonly_fields(self, request: HttpRequest, obj: Message | None = None) -> list[str]:
        return flatten_fieldsets(self.fieldsets)

    @admin.display(description=_("to"), ordering="attendee__full_name")
    def reader(self, message: Message) -> SafeString | str:
        if message.attendee:
            return str(message.attendee)
        return format_html('{} <span class="quiet">{}</span>', message.reader, _("panel"))

    @admin.display(description=_("to"))
    def reader_page(self, message: Message) -> SafeString:
        meta = message.reader._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[message.reader.pk])
        return format_html('<a href="{}">{}</a>', url, self.reader(message))

    @admin.display(description=_("about"))
    def about(self, message: Message) -> str:
        return Truncator(message.session or message.series).chars(60)

    @admin.display(description=_("state"), ordering="state")
    def state_chip(self, message: Message) -> SafeString:
        return chip(message)

    @admin.display(description=_("due"), ordering="due_at")
    def due(self, message: Message) -> SafeString | str:
        return hours.of_message(message.due_at, message)

    @admin.display(description=_("sent"), ordering="sent_at")
    def left(self, message: Message) -> SafeString | str:
        return hours.of_message(message.sent_at, message)

    @admin.display(description=_("its words"))
    def read_it(self, message: Message) -> SafeString:
        return link_to_words(message)

    @admin.display(description=_("due"))
    def due_in_full(self, message: Message) -> SafeString | str:
        return hours.in_full(message.due_at, message)

    @admin.display(description=_("sent"))
    def left_in_full(self, message: Message) -> SafeString | str:
        return hours.in_full(message.sent_at, message)

    @admin.display(description=_("next attempt"))
    def next_in_full(self, message: Message) -> SafeString | str:
        return hours.in_full(message.next_attempt_at if message.state in UNFINISHED else None, message)

    @admin.display(description=_("expires"))
    def expires_in_full(self, message: Message) -> SafeString | str:
        return hours.in_full(message.expires_at, message)

    @admin.display(description=_("created"))
    def created_in_full(self, message: Message) -> SafeString | str:
        return hours.in_full(message.created_at, message)

    @admin.display(description=_("why"))
    def why(self, message: Message) -> str:
        return why(message)

    @admin.action(description=_("Send a new copy of these messages"), permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        copies = resending.send_again(messages=queryset, now=clock.now())
        sentence = ngettext("%(count)s copy is on its way.", "%(count)s copies are on their way.", copies)
        messages.success(request, sentence % {"count": copies})
