"""The desk where a report of a meeting platform is gone through: file, columns, hours, people, one button."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.admin import report_pages
from registrations.admin.report_forms import AgainForm, ColumnsForm, FileForm, LinesForm
from registrations.matching import Kind
from registrations.models import Report, ReportRow
from registrations.platforms.rows import Unreadable
from registrations.services import drafts, reconciliation
from registrations.services.reports import NoSchedule
from workshops.models import Session

PERMISSION = "registrations.add_report"
SHOWN = 100
REFUSED = 422
NO_SCHEDULE = _("This session has no day, hour and length yet, so no report can be read against it.")
OVER = _("This report was taken over or thrown away meanwhile.")


@staff(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def of_session(request: HttpRequest, pk: int) -> HttpResponse:
    """The reports of a session, and a form for one more."""
    session = _session(request, pk)
    form = FileForm(request.POST or None, request.FILES or None, session=session)
    if request.method == "POST" and form.is_valid():
        said, now = form.cleaned_data, clock.now()
        try:
            draft = drafts.take_in(
                session=session, content=said["file"], zone=said["timezone"], by=request.user.pk, now=now
            )
        except (Unreadable, NoSchedule) as error:
            form.add_error("file", refusal(error))
        else:
            return redirect("admin:registrations_report_review", draft.pk)
    context = {"form": form, "reports": report_pages.of_session(session), "title": gettext("Reports of attendance")}
    refused = request.method == "POST"
    return _show(request, session, "list", context, status=REFUSED if refused else 200)


def refusal(error: Unreadable | NoSchedule) -> str:
    if isinstance(error, NoSchedule):
        return str(NO_SCHEDULE)
    where = gettext("Line %(line)s: ") % {"line": error.line} if error.line else ""
    return f"{where}{error}"


def _drafts_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What somebody else finished meanwhile is said, and shown as it is."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        report = _report(request, pk)
        try:
            return view(request, report)
        except drafts.TakenOver:
            messages.warning(request, str(OVER))
        if Report.objects.filter(pk=pk).exists():
            return redirect("admin:registrations_report_review", pk)
        return redirect("admin:workshops_session_reports", report.session_id)

    return guarded


@staff(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
@_drafts_only
def review(request: HttpRequest, report: Report) -> HttpResponse:
    """Everyone in the report, and whom we take them for."""
    if report.asks:
        return _ask(request, report)
    page = _lines(request, report)
    if request.method != "POST":
        return _review(request, report, page)
    form = LinesForm(request.POST, rows=page, session=report.session)
    if form.errors:
        return _review(request, report, page, errors=form.errors)
    try:
        reconciliation.decide(report=report, choices=form.choices)
        if "accept" in request.POST:
            count = reconciliation.accept_suggestions(report=report)
            said = ngettext("%(count)s suggestion was accepted.", "%(count)s suggestions were accepted.", count)
            messages.success(request, said % {"count": count})
        if "save" in request.POST:
            messages.success(request, gettext("Saved. Nobody is credited before the report is taken over."))
        if "take_over" in request.POST:
            return _take_over(request, report)
    except reconciliation.NotOfThisSession:
        messages.error(request, gettext("One of these registrations is not of this session any more. Look again."))
    return redirect(request.get_full_path())


@staff(PERMISSION)
@require_POST
@_drafts_only
def again(request: HttpRequest, report: Report) -> HttpResponse:
    """Read the file with other hours or another order of its dates."""
    form = AgainForm(request.POST, report=report)
    if not form.is_valid():
        return _ask(request, report, form) if report.asks else redirect("admin:registrations_report_review", report.pk)
    try:
        drafts.read_again(report=report, zone=form.cleaned_data["timezone"], order=form.order())
    except (Unreadable, NoSchedule) as error:
        messages.error(request, refusal(error))
    return redirect("admin:registrations_report_review", report.pk)


@staff(PERMISSION)
@require_POST
@_drafts_only
def throw_away(request: HttpRequest, report: Report) -> HttpResponse:
    drafts.throw_away(report=report)
    messages.success(request, gettext("The report was thrown away; nobody was credited."))
    return redirect("admin:workshops_session_reports", report.session_id)


@staff(PERMISSION)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back all that a report added."""
    report = _report(request, pk)
    if not report.is_draft:
        why = request.POST.get("why", "")
        count = reconciliation.undo(report=report, by=request.user.pk, why=why, now=clock.now())
        said = ngettext(
            "%(count)s line of evidence was taken back.", "%(count)s lines of evidence were taken back.", count
        )
        messages.success(request, said % {"count": count})
        _log(request, report.session, gettext("Took a report of attendance back."))
    return redirect("admin:registrations_report_review", pk)


def _ask(request: HttpRequest, report: Report, form: AgainForm | None = None) -> HttpResponse:
    """What has to be known before anybody can be found in it."""
    title = gettext("One question about this file")
    if report.asks["about"] == drafts.DATE_ORDER:
        context = {"report": report, "form": form or AgainForm(report=report), "title": title}
        return _show(request, report.session, "date_order", context, status=REFUSED if form else 200)
    columns = ColumnsForm(request.POST if request.method == "POST" else None, asks=report.asks)
    if request.method == "POST" and columns.is_valid():
        try:
            drafts.name_columns(report=report, meanings=columns.meanings(), by=request.user.pk, now=clock.now())
        except (Unreadable, NoSchedule) as error:
            columns.add_error(None, refusal(error))
        else:
            return redirect("admin:registrations_report_review", report.pk)
    context = {"report": report, "form": columns, "title": gettext("Which column is which?")}
    context |= {
        "columns": report_pages.columns(columns, report.asks["preview"]),
        "has_titles": any(report.asks["header"]),
    }
    return _show(request, report.session, "columns", context, status=REFUSED if columns.errors else 200)


def _take_over(request: HttpRequest, report: Report) -> HttpResponse:
    outcome = reconciliation.take_over(report=report, choices={}, by=request.user.pk, now=clock.now())
    said = ngettext(
        "Taken over: %(count)s person credited, %(lines)s new lines of evidence.",
        "Taken over: %(count)s people credited, %(lines)s new lines of evidence.",
        outcome.people,
    )
    messages.success(request, said % {"count": outcome.people, "lines": outcome.lines})
    _log(request, report.session, gettext("Took a report of attendance over."))
    return redirect("admin:registrations_report_review", report.pk)


def _lines(request: HttpRequest, report: Report) -> Page[ReportRow]:
    """The lines of one kind, or those that need somebody, a page of them."""
    kind = request.GET.get("match", "")
    rows = report.rows.filter(match=kind) if kind in list(Kind) else report.rows.exclude(match=Kind.CERTAIN)
    return Paginator(rows.order_by("position"), SHOWN).get_page(request.GET.get("page"))


def _review(
    request: HttpRequest, report: Report, page: Page[ReportRow], errors: dict[int, str] | None = None
) -> HttpResponse:
    context = report_pages.review(report, page, errors or {}, request.POST if errors else {})
    context |= {"title": gettext("A report of attendance"), "kind": request.GET.get("match", "")}
    context["again"] = AgainForm(report=report)
    return _show(request, report.session, "review", context, status=REFUSED if errors else 200)


def _session(request: HttpRequest, pk: int) -> Session:
    session = get_object_or_404(Session.objects.select_related("series"), pk=pk)
    if not admin.site.get_model_admin(Session).has_view_permission(request, session):
        raise PermissionDenied
    return session


def _report(request: HttpRequest, pk: int) -> Report:
    found = Report.objects.select_related("session__series", "batch").defer("content")
    report = get_object_or_404(found, pk=pk)
    _session(request, report.session_id)
    return report


def _show(
    request: HttpRequest, session: Session, template: str, context: dict[str, Any], *, status: int
) -> HttpResponse:
    shown = admin.site.each_context(request) | {"session": session, "opts": Session._meta} | context
    return render(request, f"admin/registrations/report/{template}.html", shown, status=status)


def _log(request: HttpRequest, session: Session, said: str) -> None:
    page: Any = admin.site.get_model_admin(Session)
    page.log_change(request, session, said)
