"""Pages with one button that acts on a session: capacity, open, close, cancel. A GET only shows the button."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from iatp_events.lib.doors import staff
from workshops.admin import acts
from workshops.admin.session_forms import CancelForm, CapacityForm
from workshops.models import Places, Session


@staff("workshops.change_session")
@require_http_methods(["GET", "HEAD", "POST"])
def capacity(request: HttpRequest, pk: int) -> HttpResponse:
    session = _load(request, pk)
    form = CapacityForm(request.POST if request.method == "POST" else None, rows=_places(session))
    if request.method == "POST" and form.is_valid():
        _set(form.changes(), request)
        _log(request, session, gettext("Set the capacity."))
        return _back(session)
    return _show(request, session, "capacity", title=gettext("Set capacity"), form=form)


@staff("workshops.change_session")
@require_http_methods(["GET", "HEAD", "POST"])
def open_registration(request: HttpRequest, pk: int) -> HttpResponse:
    session = _load(request, pk)
    if request.method == "POST":
        try:
            acts.open_registration(pk=pk)
        except acts.NotReadyToOpen as refusal:
            return _show(request, session, "open", title=gettext("Open registration"), missing=refusal.missing)
        _log(request, session, gettext("Opened registration."))
        messages.success(request, gettext("Registration is open. The enrolled are registered within a minute."))
        return _back(session)
    missing = session.missing_for_opening(has_panel=session.panellists.exists())
    return _show(request, session, "open", title=gettext("Open registration"), missing=missing)


@staff("workshops.change_session")
@require_http_methods(["GET", "HEAD", "POST"])
def close_registration(request: HttpRequest, pk: int) -> HttpResponse:
    session = _load(request, pk)
    if request.method == "POST":
        if acts.close_registration(pk=pk):
            _log(request, session, gettext("Closed registration."))
        messages.success(request, gettext("Registration is closed. Who holds a place keeps it; nobody is mailed."))
        return _back(session)
    return _show(request, session, "close", title=gettext("Close registration"))


@staff("workshops.change_session")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    session = _load(request, pk)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if acts.cancel(pk=pk, reason=form.cleaned_data["reason"]):
            _log(request, session, gettext("Cancelled the session."))
        messages.success(request, gettext("The session is cancelled. Those who were registered are told shortly."))
        return _back(session)
    return _show(request, session, "cancel", title=gettext("Cancel session"), form=form)


def _load(request: HttpRequest, pk: int) -> Session:
    session = get_object_or_404(Session.objects.select_related("series"), pk=pk)
    if not admin.site.get_model_admin(Session).has_change_permission(request, session):
        raise PermissionDenied
    return session


def _places(session: Session) -> list[Places]:
    """The rows of the modes that this session has; one that was hybrid once may hold more."""
    return list(session.places.filter(mode__in=session.place_modes).order_by("pk"))


@transaction.atomic
def _set(changes: list[tuple[Places, int | None]], request: HttpRequest) -> None:
    for places, wanted in changes:
        places.set_capacity(wanted)
        messages.success(request, _what_happens(places))


def _what_happens(places: Places) -> str:
    facts = {"mode": places.get_mode_display(), "capacity": places.capacity, "taken": places.taken}
    if places.capacity is None:
        return gettext("%(mode)s: without a limit. Whoever waits gets a place shortly.") % facts
    if places.capacity < places.taken:
        return gettext("%(mode)s: %(capacity)s places. The %(taken)s people who hold one keep it.") % facts
    sentence = ngettext("%(mode)s: %(capacity)s place.", "%(mode)s: %(capacity)s places.", places.capacity)
    return sentence % facts + " " + gettext("If places are free, whoever waits gets one shortly.")


def _log(request: HttpRequest, session: Session, what: str) -> None:
    admin.site.get_model_admin(Session).log_change(request, session, what)


def _back(session: Session) -> HttpResponse:
    return redirect("admin:workshops_session_change", session.pk)


def _show(request: HttpRequest, session: Session, page: str, **context: Any) -> HttpResponse:
    """Show the page of one act; what was refused comes back as 422."""
    whole = admin.site.each_context(request) | {"session": session, "opts": Session._meta} | context
    return render(
        request, f"admin/workshops/session/{page}.html", whole, status=422 if request.method == "POST" else 200
    )
