"""The texts of mails: what each says in each language, as the house or as staff wrote it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path

from registrations.admin import text_views
from registrations.models import MailText


@admin.register(MailText)
class MailTextAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """No rows to add or delete: every text is there, and is changed or restored by an act of its own."""

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        pages = {
            "": text_views.edit,
            "preview/": text_views.preview,
            "preview/html/": text_views.preview_html,
            "test/": text_views.send_test,
            "restore/": text_views.restore,
        }
        text = "<slug:slug>/<slug:wording>/<slug:language>/"
        return [
            path("", guard(text_views.overview), name="registrations_mailtext_changelist"),
            *(
                path(text + tail, guard(view), name=f"registrations_mailtext_{view.__name__}")
                for tail, view in pages.items()
            ),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
