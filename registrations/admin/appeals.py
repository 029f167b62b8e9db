"""“I was there”: staff read what people say and answer it, once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.admin import hours
from registrations.admin.readonly import PersonSearch
from registrations.choices import AppealAnswer
from registrations.models import Appeal, Attendee
from registrations.services import appeals

_SAID, _ANSWERED = (
    hours.column(Appeal, name, lambda appeal: appeal.registration.session.timezone)
    for name in ("said_at", "answered_at")
)


class AnswerForm(forms.Form):
    reason = forms.CharField(
        label=pgettext_lazy("appeal", "Reason"),
        required=False,
        max_length=appeals.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A mail tells it to the person, and it stands on their page. Who is refused is owed one."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "refuse" in self.data and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why, so that the person understands."))
        return cleaned


@staff("registrations.change_appeal")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    related = Appeal.objects.select_related("registration__attendee", "registration__session__series")
    appeal = get_object_or_404(related, pk=pk)
    page = admin.site.get_model_admin(Appeal)
    if not page.has_change_permission(request, appeal):
        raise PermissionDenied
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _answer(request, appeal, form.cleaned_data["reason"], page)
        return redirect("admin:registrations_appeal_changelist")
    context = {"title": gettext("Answer"), "appeal": appeal, "form": form, "opts": Appeal._meta}
    shown = admin.site.each_context(request) | context
    return render(request, "admin/registrations/appeal/answer.html", shown, status=422 if form.is_bound else 200)


def _answer(request: HttpRequest, appeal: Appeal, reason: str, page: Any) -> None:
    granted = "grant" in request.POST
    try:
        appeals.answer(appeal=appeal, granted=granted, reason=reason, by=request.user.pk, now=clock.now())
    except appeals.Answered:
        messages.warning(request, gettext("Somebody else answered it before you; their answer stands."))
        return
    page.log_change(request, appeal, gettext("Granted.") if granted else gettext("Refused."))
    messages.success(request, gettext("Answered. A mail tells the person."))


class AnswerFilter(admin.SimpleListFilter):
    """Those that wait come first: they are what staff look for."""

    title = pgettext_lazy("appeal", "answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", pgettext_lazy("appeal", "Unanswered")), *AppealAnswer.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "none":
            return queryset.unanswered()  # type: ignore[attr-defined, no-any-return]
        return queryset.filter(answer=self.value()) if self.value() else queryset


@admin.register(Appeal)
class AppealAdmin(PersonSearch):
    list_display = ["person", "session", "words", _SAID, "answer"]
    list_filter = [AnswerFilter]
    search_fields = ["registration__attendee__folded", "registration__attendee__addresses__normalised"]
    search_help_text = _("Name, organisation, initiative or e-mail address; accents don’t matter.")
    # What waits for an answer comes first, and who has waited longest before the others.
    ordering = ["answer", "said_at", "pk"]
    fields = ["person", "session", "words", _SAID, "answer", "reason", _ANSWERED, "answered_by"]
    readonly_fields = ["person", "session", _SAID, _ANSWERED]

    def belonging_to(self, words: list[str]) -> Q:
        return Q(registration__attendee__in=Attendee.objects.matching(words).values("pk"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appeal]:
        related = ("registration__attendee", "registration__session__series", "answered_by")
        appeals_: QuerySet[Appeal] = super().get_queryset(request).select_related(*related)
        return appeals_

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/answer/", guard(answer), name="registrations_appeal_answer"),
            *super().get_urls(),
        ]

    @admin.display(description=_("attendee"), ordering="registration__attendee__full_name")
    def person(self, appeal: Appeal) -> str:
        return str(appeal.registration.attendee)

    @admin.display(description=_("session"), ordering="registration__session__number")
    def session(self, appeal: Appeal) -> str:
        return str(appeal.registration.session)
