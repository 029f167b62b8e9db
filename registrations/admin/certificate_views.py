"""Pages with one button each: issue certificates, correct a name, revoke, issue anew. A GET only shows the button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.forms.fields import LineField
from registrations.models import Attendee, Certificate
from registrations.services import certificates, people
from registrations.services.certificates import Scope
from registrations.statements import Statement
from workshops.models import Series, Session

PERMISSION = "registrations.issue_certificate"
METHODS = ["GET", "HEAD", "POST"]


class NameForm(forms.Form):
    name = LineField(label=_("Name as it should stand"), max_length=200)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=pgettext_lazy("certificate", "Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Staff read it, and the person among their data; whoever checks the folio does not."),
    )


@staff(PERMISSION)
@require_http_methods(METHODS)
def of_session(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(Session.objects.select_related("series"), pk=pk)
    return _issue(request, Scope(session.series, session), session)


@staff(PERMISSION)
@require_http_methods(METHODS)
def of_series(request: HttpRequest, pk: int) -> HttpResponse:
    series = get_object_or_404(Series, pk=pk)
    return _issue(request, Scope(series), series)


@staff(PERMISSION)
@require_http_methods(METHODS)
def name(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a person's name, also as an answer to their wish for it."""
    attendee = get_object_or_404(Attendee.objects.not_erased(), pk=pk)
    form = NameForm(request.POST or None, initial={"name": attendee.wanted_name or attendee.full_name})
    if "leave" in request.POST:
        certificates.leave_name(attendee=attendee)
        messages.success(request, gettext("The name stays as it is."))
        return redirect("admin:registrations_attendee_change", pk)
    if form.is_valid():
        return _rename(request, attendee, form.cleaned_data["name"])
    context = {"title": gettext("Correct the name"), "attendee": attendee, "form": form}
    context["held"] = [(row, Statement(row)) for row in certificates.of(attendee)]
    return _page(request, "name", context, refused=form.is_bound)


@staff(PERMISSION)
@require_http_methods(METHODS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = _load(pk)
    form = ReasonForm(request.POST or None)
    if certificate.is_valid and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            certificates.revoke(certificate=certificate, reason=reason, by=request.user.pk, now=clock.now())
        except certificates.NotNeeded:
            messages.warning(request, gettext("It did not hold any more: somebody was faster."))
            return _back(pk)
        _log(request, certificate, gettext("Revoked."))
        messages.success(request, gettext("Revoked. Whoever checks the folio reads so; nobody is mailed."))
        return _back(pk)
    context = {"title": gettext("Revoke the certificate"), "certificate": certificate, "form": form}
    return _page(request, "revoke", context, refused=form.is_bound)


@staff(PERMISSION)
@require_http_methods(METHODS)
def reissue(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = _load(pk)
    if request.method == "POST":
        try:
            new = certificates.reissue(certificate=certificate, by=request.user.pk, now=clock.now())
        except (certificates.NotNeeded, people.Gone):
            messages.warning(request, gettext("Nothing was issued: the person has a valid one, or is not there."))
            return _back(pk)
        _log(request, certificate, gettext("Issued anew."))
        messages.success(request, gettext("Issued anew, and told by mail. The old folio leads to the new one."))
        return _back(new.pk)
    return _page(request, "reissue", {"title": gettext("Issue anew"), "certificate": certificate})


def _issue(request: HttpRequest, scope: Scope, about: Session | Series) -> HttpResponse:
    now = clock.now()
    if request.method == "POST":
        try:
            made = certificates.issue(scope=scope, by=request.user.pk, now=now)
        except certificates.NotOver:
            messages.error(request, gettext("Nothing was issued: the session is not over, or was cancelled."))
            return redirect(request.path)
        if made:
            said = gettext("Issued certificates: %(count)s.") % {"count": made}
            admin.site.get_model_admin(type(about)).log_change(request, about, said)
        sentence = ngettext(
            "%(count)s certificate was issued; the person is told by mail.",
            "%(count)s certificates were issued; each person is told by mail.",
            made,
        )
        messages.success(request, sentence % {"count": made})
        return redirect(request.path)
    context = {
        "title": gettext("Certificates"),
        "about": about,
        "about_opts": about._meta,
        "scope": scope,
        "outlook": certificates.outlook(scope=scope, now=now),
        "is_over": scope.session is None or certificates.is_over(scope.session, now),
    }
    return _page(request, "issue", context)


def _rename(request: HttpRequest, attendee: Attendee, name: str) -> HttpResponse:
    try:
        count = certificates.rename(attendee=attendee, name=name, by=request.user.pk, now=clock.now())
    except people.Gone:
        messages.warning(request, gettext("This person was erased or merged meanwhile."))
        return redirect("admin:registrations_attendee_changelist")
    attendee.refresh_from_db()
    admin.site.get_model_admin(Attendee).log_change(request, attendee, gettext("Corrected the name."))
    sentence = ngettext(
        "The name is corrected, and %(count)s certificate replaced. The person is told by mail.",
        "The name is corrected, and %(count)s certificates replaced. The person is told by mail.",
        count,
    )
    messages.success(request, sentence % {"count": count} if count else gettext("The name is corrected."))
    return redirect("admin:registrations_attendee_change", attendee.pk)


def _load(pk: int) -> Certificate:
    return get_object_or_404(Certificate.objects.select_related("holder", "series", "session"), pk=pk)


def _log(request: HttpRequest, certificate: Certificate, what: str) -> None:
    admin.site.get_model_admin(Certificate).log_change(request, certificate, what)


def _back(pk: int) -> HttpResponse:
    return redirect("admin:registrations_certificate_change", pk)


def _page(request: HttpRequest, page: str, context: dict[str, Any], *, refused: bool = False) -> HttpResponse:
    shown = admin.site.each_context(request) | {"opts": Certificate._meta} | context
    if certificate := context.get("certificate"):
        shown["statement"] = Statement(certificate)
    return render(request, f"admin/registrations/certificate/{page}.html", shown, status=422 if refused else 200)
