"""Merge two people who are one: find the other, see both side by side, choose who is kept, one button."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.admin.filters import is_key
from registrations.models import Attendee
from registrations.services import doubles, merging

PERMISSION = "registrations.merge_attendee"
SHOWN = 20
_DETAILS = (
    "full_name",
    "country",
    "timezone",
    "language",
    "position",
    "organisation",
    "initiative",
    "sector",
    "gender",
)
_KINDS = {
    "registrations": _("Registrations"),
    "evidence": _("Evidence"),
    "messages": _("Messages"),
    "enrolments": _("Enrolments in a series"),
    "consents": _("Consents"),
}


@staff(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    attendee = _person(str(pk))
    page: Any = admin.site.get_model_admin(Attendee)
    if not page.has_view_permission(request, attendee):
        raise PermissionDenied
    if request.method == "POST":
        return _merge(request, page, attendee)
    if "with" in request.GET:
        return _confirm(request, attendee, _person(request.GET["with"], besides=attendee))
    return _search(request, page, attendee)


def _person(key: str, *, besides: Attendee | None = None) -> Attendee:
    if not is_key(key) or (besides and int(key) == besides.pk):
        raise Http404
    return get_object_or_404(Attendee, pk=key)


def _merge(request: HttpRequest, page: Any, attendee: Attendee) -> HttpResponse:
    other = _person(request.POST.get("with", ""), besides=attendee)
    kept, gone = (other, attendee) if request.POST.get("kept") == str(other.pk) else (attendee, other)
    try:
        merging.merge(kept=kept, gone=gone, by=request.user.pk, now=clock.now())
    except merging.NotTwo:
        sentence = gettext("Nothing was merged: one of the two was merged or erased meanwhile.")
        messages.warning(request, sentence)
        return redirect("admin:registrations_attendee_change", attendee.pk)
    for person, said in (
        (kept, gettext("Merged: person %(id)s became this one.") % {"id": gone.pk}),
        (gone, gettext("Merged into person %(id)s.") % {"id": kept.pk}),
    ):
        person.refresh_from_db()
        page.log_change(request, person, said)
    link = format_html('<a href="{}">{}</a>', reverse("admin:registrations_attendee_change", args=[kept.pk]), kept)
    messages.success(request, format_html(gettext("Merged. All is with {person} now."), person=link))
    return redirect("admin:registrations_attendee_change", kept.pk)


def _search(request: HttpRequest, page: Any, attendee: Attendee) -> HttpResponse:
    term = request.GET.get("q", "").strip()
    people = Attendee.objects.not_erased().exclude(pk=attendee.pk)
    found: list[Attendee] = []
    if term:
        matching, _repeats = page.get_search_results(request, people, term)
        if is_key(term):
            matching |= people.filter(pk=term)
        found = list(matching.distinct().order_by("full_name", "pk").prefetch_related("addresses")[: SHOWN + 1])
    context = {"term": term, "found": found[:SHOWN], "more": len(found) > SHOWN}
    if not attendee.is_erased:
        context["likely"] = doubles.likely(attendee)
    return _page(request, attendee, "merge", context)


def _confirm(request: HttpRequest, attendee: Attendee, other: Attendee) -> HttpResponse:
    both = [attendee, other]
    kept = other if request.GET.get("kept") == str(other.pk) else attendee
    counts = [asdict(merging.moving(person)) for person in both]
    context = {
        "other": other,
        "both": both,
        "kept": kept,
        "over": any(person.is_erased for person in both),
        "details": [(_label(name), [_said(person, name) for person in both]) for name in _DETAILS],
        "addresses": [list(person.addresses.order_by("pk")) for person in both],
        "counts": [(label, [count[kind] for count in counts]) for kind, label in _KINDS.items()],
        "clashes": merging.clashes(attendee, other),
    }
    return _page(request, attendee, "merge_confirm", context)


def _label(name: str) -> str:
    return str(Attendee._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _said(person: Attendee, name: str) -> str:
    if name == "country":
        return str(person.country.name)
    display = getattr(person, f"get_{name}_display", None)
    return str(display() if display else getattr(person, name) or "")


def _page(request: HttpRequest, attendee: Attendee, template: str, context: dict[str, Any]) -> HttpResponse:
    title = gettext("Merge with another person")
    shown = admin.site.each_context(request) | {"title": title, "attendee": attendee, "opts": Attendee._meta}
    return render(request, f"admin/registrations/attendee/{template}.html", shown | context)
