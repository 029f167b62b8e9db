"""Merge initiatives that are one: the list says which, this page which of them stays; and take a name out again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.admin.filters import is_key
from registrations.models import Attendee, Initiative
from registrations.services import aliases, initiatives

PERMISSION = "registrations.merge_initiative"
# More at once is no page that somebody reads.
MOST = 50


@staff(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    numbers = {int(key) for key in typed.getlist("pk") if is_key(key)}
    if not numbers:
        raise Http404
    if request.method == "POST":
        return _merge(request, numbers)
    rows = list(initiatives.with_counts(Initiative.objects.parties().filter(pk__in=sorted(numbers)[:MOST])))
    rows.sort(key=lambda row: (-getattr(row, "people_count", 0), row.pk))
    context = {
        "title": gettext("Merge initiatives that are one"),
        "opts": Initiative._meta,
        "rows": rows,
        "possible": 2 <= len(rows) == len(numbers),
        "too_many": len(numbers) > MOST,
    }
    page = "admin/registrations/initiative/merge.html"
    return render(request, page, admin.site.each_context(request) | context)


@staff(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def separate(request: HttpRequest, pk: int) -> HttpResponse:
    name = Initiative.objects.select_related("merged_into").filter(pk=pk).first()
    if name is None:
        raise Http404
    party = name.party
    if request.method != "POST" and party != name:
        title = gettext("Take a name out again")
        context = {"title": title, "opts": Initiative._meta, "name": name, "party": party}
        context["people"] = Attendee.objects.filter(coordinates=name).count()
        page = "admin/registrations/initiative/separate.html"
        return render(request, page, admin.site.each_context(request) | context)
    if request.method == "POST" and aliases.separate(name=pk):
        page = _page()
        page.log_change(request, name, gettext("Taken out of “%(name)s”.") % {"name": party})
        page.log_change(request, party, gettext("“%(name)s” is an initiative of its own again.") % {"name": name})
        said = gettext("“%(name)s” is an initiative of its own again, with those who wrote it so.") % {"name": name}
        messages.success(request, said)
        initiatives.look_again()
    return redirect("admin:registrations_initiative_change", party.pk)


def _merge(request: HttpRequest, numbers: set[int]) -> HttpResponse:
    key = request.POST.get("kept", "")
    kept = int(key) if is_key(key) and int(key) in numbers else None
    if kept is None or len(numbers) > MOST:
        raise Http404
    try:
        party, gone = aliases.merge(kept=kept, others=numbers, by=request.user.pk, now=clock.now())
    except aliases.NotApart:
        messages.warning(request, gettext("Nothing was merged: one of them was merged meanwhile, or is gone."))
        return redirect("admin:registrations_initiative_changelist")
    page, names = _page(), "”, “".join(str(row) for row in gone)
    page.log_change(request, party, gettext("Merged: “%(names)s” are this one.") % {"names": names})
    for row in gone:
        page.log_change(request, row, gettext("Merged into “%(name)s”.") % {"name": party})
    said = ngettext(
        "%(count)s initiative was merged into “%(name)s”; its name still leads there.",
        "%(count)s initiatives were merged into “%(name)s”; their names still lead there.",
        len(gone),
    )
    messages.success(request, said % {"count": len(gone), "name": party})
    initiatives.look_again()
    return redirect("admin:registrations_initiative_change", party.pk)


def _page() -> Any:
    return admin.site.get_model_admin(Initiative)
