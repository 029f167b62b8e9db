"""Sessions: the page where a workshop is made, announced, opened and moved."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from iatp_events.lib import clock
from workshops import when
from workshops.admin import acts, hours, session_views
from workshops.admin.pages import TextSearch
from workshops.admin.panels import PanelInline
from workshops.admin.session_forms import SessionForm
from workshops.choices import SessionState
from workshops.models import Places, Series, Session


@admin.register(Session)
class SessionAdmin(TextSearch):
    form = SessionForm
    inlines: ClassVar[list[Any]] = [PanelInline]
    list_display = ["heading_text", "series", "when_text", "state_chip", "places_text", "panel_size"]
    list_filter = ["state", "mode", "format"]
    list_select_related = ["series"]
    searched_texts = ("question", "title")
    ordering = ["-series__created_at", "number", "pk"]
    actions = ["open_registration", "close_registration"]
    readonly_fields = ["hour_in_ten_cities", "revision", "revised_at", "places_text"]
    fieldsets = [
        (None, {"fields": ["series", ("number", "format"), "question", "title", "state"]}),
        (_("When"), {"fields": [("day", "start_time", "minutes"), "timezone", "hour_in_ten_cities"]}),
        (_("Where"), {"fields": ["mode", "meeting_link", ("venue", "address"), "languages", "places_text"]}),
        (_("Who may come"), {"fields": [("most_per_initiative", "most_per_country")]}),
        (_("What it is about"), {"fields": ["summary", "agenda", "panel_to_be_announced"]}),
        (
            _("Afterwards"),
            {"classes": ["collapse"], "fields": ["takeaways", "materials", "recording", "attendance_published"]},
        ),
        (_("If it is cancelled"), {"classes": ["collapse"], "fields": ["cancellation_reason"]}),
        (_("What people were told"), {"classes": ["collapse"], "fields": [("revision", "revised_at")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        sessions: QuerySet[Session] = (
            super().get_queryset(request).prefetch_related("places").annotate(seat_count=Count("panellists"))
        )
        return sessions

    def get_readonly_fields(self, request: HttpRequest, obj: Session | None = None) -> list[str]:
        # People registered with one series in mind; its links carry the series' name.
        return [*self.readonly_fields, *(["series"] if obj else [])]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The next number of the current series, in its zone."""
        series = Series.objects.current()
        if series is None:
            return dict(super().get_changeform_initial_data(request))
        last = series.sessions.aggregate(last=Max("number"))["last"] or 0
        proposal = {"series": series.pk, "number": last + 1, "timezone": series.timezone}
        return proposal | super().get_changeform_initial_data(request)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        super().save_model(request, obj, form, change)
        # The row as it is now, not as this form was opened with: someone else may have moved the session meanwhile.
        stored = Session.objects.select_related("series").select_for_update(of=("self",), no_key=True).get(pk=obj.pk)
        stored.revise()
        for caution in hours.cautions(stored, now=clock.now()):
            messages.warning(request, caution)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path("<int:pk>/capacity/", guard(session_views.capacity), name="workshops_session_capacity"),
            path("<int:pk>/open/", guard(session_views.open_registration), name="workshops_session_open"),
            path("<int:pk>/close/", guard(session_views.close_registration), name="workshops_session_close"),
            path("<int:pk>/cancel/", guard(session_views.cancel), name="workshops_session_cancel"),
        ]
        return own + super().get_urls()

    def view_on_site(self, session: Session) -> str | None:
        if session.state == SessionState.DRAFT or not session.series.published:
            return None
        return reverse("workshops:session", args=[session.series.slug, session.number])

    @admin.display(description=_("session"), ordering="number")
    def heading_text(self, session: Session) -> str:
        return str(session)

    @admin.display(description=_("when"), ordering="starts_at")
    def when_text(self, session: Session) -> SafeString | str:
        moment = when.of(session)
        if not moment.day:
            return gettext("To be announced")
        hour = f"{moment.hour} · {moment.place}" if moment.hour else gettext("hour to be announced")
        return format_html("{}<br>{}", moment.date, hour)

    @admin.display(description=_("state"), ordering="state")
    def state_chip(self, session: Session) -> SafeString:
        return format_html('<span class="chip session-{}">{}</span>', session.state, session.get_state_display())

    @admin.display(description=_("places"))
    def places_text(self, session: Session) -> str:
        if session.pk is None:
            return gettext("Without a limit until you set a capacity; you can once this session is saved.")
        rows = {places.mode: places for places in session.places.all()}
        return " · ".join(_taken(rows[mode]) for mode in session.place_modes if mode in rows) or "–"

    @admin.display(description=_("panel"), ordering="seat_count")
    def panel_size(self, session: Any) -> str:
        if session.panel_to_be_announced and not session.seat_count:
            return gettext("to be announced")
        return str(session.seat_count)

    @admin.display(description=_("in ten cities"))
    def hour_in_ten_cities(self, session: Session) -> str:
        known = session if session.pk else Session()
        cautions = hours.cautions(known, now=clock.now())
        context = {"cities": hours.in_ten_cities(known), "day": known.day, "cautions": cautions}
        return render_to_string("admin/workshops/session/ten_cities.html", context)

    @admin.action(description=_("Open registration"), permissions=["change"])
    def open_registration(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        opened = 0
        for session in queryset:
            try:
                opened += acts.open_registration(pk=session.pk)
            except acts.NotReadyToOpen as refusal:
                missing = {"session": session, "what": ", ".join(refusal.missing)}
                messages.error(request, gettext("“%(session)s” cannot open yet. Missing: %(what)s.") % missing)
        sentence = ngettext(
            "Registration opened for %(count)s session.",
            "Registration opened for %(count)s sessions.",
            opened,
        )
        messages.success(request, sentence % {"count": opened})

    @admin.action(description=_("Close registration"), permissions=["change"])
    def close_registration(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        closed = sum(acts.close_registration(pk=session.pk) for session in queryset)
        sentence = ngettext(
            "Registration closed for %(count)s session.", "Registration closed for %(count)s sessions.", closed
        )
        messages.success(request, sentence % {"count": closed})


def _taken(places: Places) -> str:
    facts = {"mode": places.get_mode_display(), "taken": places.taken, "capacity": places.capacity}
    if places.capacity is None:
        return gettext("%(mode)s: %(taken)s, without a limit") % facts
    return gettext("%(mode)s: %(taken)s of %(capacity)s") % facts
