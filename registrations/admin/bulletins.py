"""Messages to groups: written as drafts, counted, and sent by an act of its own."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import clock
from registrations.admin import bulletin_views, hours
from registrations.admin.bulletin_forms import BulletinForm
from registrations.emails.wording import BULLETIN_PLACEHOLDERS
from registrations.models import Bulletin
from workshops.admin.pages import Page
from workshops.models import Series, Session

_WRITTEN = hours.column(Bulletin, "created_at", lambda bulletin: bulletin.series.timezone)


@admin.register(Bulletin)
class BulletinAdmin(Page):
    form = BulletinForm
    list_display = ["__str__", "about", "standing", "waiting", "sent", "failed", "skipped", "author", _WRITTEN]
    list_filter = [("queued_at", admin.EmptyFieldListFilter)]
    list_select_related = ["series", "session__series", "author"]
    ordering = ["-created_at", "-pk"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bulletin]:
        rows: QuerySet[Bulletin] = super().get_queryset(request)
        return rows.with_progress()  # type: ignore[attr-defined, no-any-return]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        text = {"fields": ["subject", "body"], "description": _placeholders()}
        group = ["states", "came", "countries", "initiative", "languages"]
        return [
            (None, {"fields": ["series", "session"]}),
            (_("What it says"), text),
            (_("Who gets it"), {"fields": group, "description": _("Only those who fit everything that is chosen.")}),
        ]

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        pages = {
            "group/": bulletin_views.group,
            "send/": bulletin_views.send,
            "copy/": bulletin_views.copy,
            "preview/": bulletin_views.preview,
            "preview/html/": bulletin_views.preview_html,
        }
        own = [
            path(f"<int:pk>/{tail}", guard(view), name=f"registrations_bulletin_{view.__name__}")
            for tail, view in pages.items()
        ]
        return own + super().get_urls()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        newest = Series.objects.order_by("-created_at", "-pk").first()
        return {"series": newest.pk if newest else None} | super().get_changeform_initial_data(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "session":
            sessions = Session.objects.select_related("series")
            options["queryset"] = sessions.order_by("-series__created_at", "number", "pk")
        return super().formfield_for_foreignkey(db_field, request, **options)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What left belongs to the history of those who got it.
        return super().has_delete_permission(request, obj) and not (obj and obj.is_on_its_way)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        if request.method != "POST" or object_id is None:
            return self._form_page(request, object_id, form_url, extra_context)
        with transaction.atomic():
            # Whoever sends it at this moment goes first, and then nothing is left to be changed.
            if (bulletin := self.get_object(request, unquote(object_id))) is not None:
                Bulletin.objects.select_for_update(no_key=True).get(pk=bulletin.pk)
            return self._form_page(request, object_id, form_url, extra_context)

    def _form_page(self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: Any) -> Any:
        bulletin = self.get_object(request, unquote(object_id)) if object_id else None
        if bulletin is not None and bulletin.is_on_its_way and self.has_view_permission(request, bulletin):
            return self._gone(request, bulletin)
        one_button = {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | one_button)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.author, obj.created_at = cast(User, request.user), clock.now()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._counted(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._counted(request, obj)

    def _counted(self, request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
        messages.success(request, gettext("The draft is saved. Nobody was written to yet: see who will get it."))
        return redirect("admin:registrations_bulletin_group", bulletin.pk)

    def _gone(self, request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
        if request.method == "POST":
            messages.error(
                request, gettext("It was sent meanwhile, so text and group cannot change. Nothing was saved.")
            )
        return redirect("admin:registrations_bulletin_group", bulletin.pk)

    @admin.display(description=_("about"))
    def about(self, bulletin: Bulletin) -> str:
        return Truncator(bulletin.session or bulletin.series).chars(60)

    @admin.display(description=_("state"), ordering="queued_at")
    def standing(self, bulletin: Bulletin) -> SafeString:
        state, label = (
            ("sent", _("On its way")) if bulletin.is_on_its_way else ("draft", pgettext_lazy("bulletin", "Draft"))
        )
        return format_html('<span class="chip message-{}">{}</span>', state, label)

    @admin.display(description=_("waiting"))
    def waiting(self, bulletin: Any) -> int:
        return int(bulletin.waiting)

    @admin.display(description=_("sent"))
    def sent(self, bulletin: Any) -> int:
        return int(bulletin.sent)

    @admin.display(description=_("failed"))
    def failed(self, bulletin: Any) -> int:
        return int(bulletin.failed)

    @admin.display(description=_("skipped"))
    def skipped(self, bulletin: Any) -> int:
        return int(bulletin.skipped)


def _placeholders() -> SafeString:
    """What the names in braces stand for, above the inputs that may hold them."""
    rows = format_html_join("", "<dt><code>{{{}}}</code></dt><dd>{}</dd>", BULLETIN_PLACEHOLDERS.items())
    said = _("Markdown, in one language or several; who reads another one gets a language that is there.")
    return format_html(
        '{}<details><summary>{}</summary><dl class="placeholders">{}</dl></details>', said, _("Placeholders"), rows
    )
