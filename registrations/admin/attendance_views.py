"""Who was at a session: found, marked several at once, batches taken back, and what counts as being there."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from iatp_events.lib import clock
from iatp_events.lib.doors import staff
from registrations.admin import hours
from registrations.admin.filters import is_key
from registrations.choices import AttendanceStatus, EvidenceKind, Part
from registrations.models import Attendance, AttendancePolicy, Attendee, Batch, Registration
from registrations.presence import Shares
from registrations.services import attendance, marking, panels
from workshops import when
from workshops.admin.pages import folded_term
from workshops.models import Session

SEE, MARK, TAKE_BACK = (f"registrations.{may}" for may in ("view_attendance", "add_evidence", "add_retraction"))
POLICY = "registrations.change_attendancepolicy"
PER_PAGE = 50
# Of whom there is no line, beside what there is.
UNSEEN = "none"


class ReasonForm(forms.Form):
    why = forms.CharField(label=_("Why"), max_length=200, widget=forms.TextInput(attrs={"size": 60}))


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = AttendancePolicy
        fields = ["present_from", "partial_from"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        present, partial = cleaned.get("present_from"), cleaned.get("partial_from")
        if present and partial and partial > present:
            self.add_error("partial_from", _("Who was there in part was there for less than who was present."))
        return cleaned


@staff(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, pk: int) -> HttpResponse:
    session = session_for(request, pk)
    everybody = Registration.objects.filter(session=session)
    found = _found(everybody, request)
    if request.method == "POST":
        return _mark(request, session, found)
    people = found.select_related("attendee", "attendance").order_by("attendee__folded", "pk")
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "page": page,
        "rows": [(row, status(known) if (known := getattr(row, "attendance", None)) else "") for row in page],
        "tabs": _tabs(everybody, request),
        "parts": [(part.value, part.label) for part in Part],
        "asked": {name: request.GET.get(name, "") for name in ("q", "status", "part")},
        "query": _query(request, "q", "status", "part"),
        "acts": [(EvidenceKind.STAFF, _("Mark as present")), (EvidenceKind.EXCUSE, _("Excuse"))],
        "batches": _batches(session),
        **_panel(session),
        "when": when.of(session),
        "is_final": session.ends_at is not None and session.ends_at <= timezone.now(),
    }
    return answer(request, session, "attendance", title=gettext("Attendance"), **context)


@staff(TAKE_BACK)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: int, batch: int) -> HttpResponse:
    session = session_for(request, pk)
    row = get_object_or_404(Batch.objects.select_related("by"), pk=batch, session=session)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and row.undone_at is None:
        lines = marking.undo(batch=row, by=request.user.pk, why=form.cleaned_data["why"], now=clock.now())
        said = ngettext("%(count)s line was taken back.", "%(count)s lines were taken back.", lines) % {"count": lines}
        admin.site.get_model_admin(Session).log_change(request, session, f"{row}: {said}")
        messages.success(request, said)
        return redirect("admin:workshops_session_attendance", session.pk)
    lines = row.evidence.filter(retraction__isnull=True).count()
    context = {"batch": row, "lines": lines, "form": form, "at": hours.local(row.at, session.timezone)}
    return answer(request, session, "undo_batch", title=gettext("Undo"), **context)


@staff(POLICY)
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    session = session_for(request, pk)
    form = PolicyForm(request.POST if request.method == "POST" else None, instance=_policy(session))
    changes: list[tuple[str, str, int]] | None = None
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("present_from", "partial_from")}
        if "save" in request.POST:
            return _change_policy(request, session, said)
        counted = attendance.would_become(session=session, shares=Shares(**said))
        changes = [(str(old.label), str(new.label), people) for (old, new), people in sorted(counted.items())]
    context = {"form": form, "changes": changes}
    return answer(request, session, "policy", title=gettext("What counts as being there"), **context)


def session_for(request: HttpRequest, pk: int) -> Session:
    session = get_object_or_404(Session.objects.without_texts().select_related("series"), pk=pk)
    if not admin.site.get_model_admin(Session).has_view_permission(request, session):
        raise PermissionDenied
    return session


def answer(request: HttpRequest, session: Session, template: str, **context: Any) -> HttpResponse:
    """The page; a form that was refused comes back as 422."""
    whole = admin.site.each_context(request) | {"session": session, "opts": Session._meta} | context
    form = context.get("form")
    refused = form is not None and form.is_bound and not form.is_valid()
    return render(request, f"admin/registrations/attendance/{template}.html", whole, status=422 if refused else 200)


def status(known: Attendance) -> SafeString:
    """The chip of the status, the minutes where they are known, and which rule decided."""
    why: Any = known.get_because_display()
    if known.minutes is not None:
        why = gettext("%(minutes)s min · %(why)s") % {"minutes": known.minutes, "why": why}
    chip = '<span class="chip attendance-{}">{}</span> <span class="quiet">{}</span>'
    return format_html(chip, known.status, known.get_status_display(), why)


def _found(people: QuerySet[Registration], request: HttpRequest) -> QuerySet[Registration]:
    """Those whom the address of the page asks for."""
    status, part = request.GET.get("status", ""), request.GET.get("part", "")
    if status == UNSEEN:
        people = people.filter(attendance__isnull=True)
    elif status in AttendanceStatus.values:
        people = people.filter(attendance__status=status)
    if part in Part.values:
        people = people.filter(attendance__part=part)
    if words := folded_term(request.GET.get("q", "")).split():
        people = people.filter(attendee__in=Attendee.objects.matching(words).values("pk"))
    return people


def _tabs(people: QuerySet[Registration], request: HttpRequest) -> list[tuple[str, str, int, str]]:
    """Each status with its label, how many there are, and where they are listed."""
    rows = people.order_by().values_list("attendance__status").annotate(people=Count("pk"))
    counted = {status or UNSEEN: count for status, count in rows}
    kept = _query(request, "q", "part")
    labels = [("", gettext("All")), *((one.value, str(one.label)) for one in AttendanceStatus)]
    labels.append((UNSEEN, gettext("No evidence")))
    counted[""] = sum(counted.values())
    return [(value, label, counted.get(value, 0), f"?status={value}{kept}") for value, label in labels]


def _panel(session: Session) -> dict[str, Any]:
    """What counts in the session, and what speaks for each of its panel by the same measure."""
    policy = _policy(session)
    seen = panels.of_session(session, shares=Shares(policy.present_from, policy.partial_from))
    rows = []
    for one in seen:
        known = Attendance(**asdict(one.verdict), policy_version=policy.version) if one.verdict else None
        rows.append((one, status(known) if known else ""))
    return {"policy": policy, "panel": rows, "others": panels.others(session)}


def _query(request: HttpRequest, *names: str) -> str:
    given = request.GET.copy()
    for name in [name for name in given if name not in names]:
        del given[name]
    return f"&{given.urlencode()}" if given else ""


def _mark(request: HttpRequest, session: Session, found: QuerySet[Registration]) -> HttpResponse:
    kind = request.POST.get("act", "")
    if not request.user.has_perm(MARK) or kind not in (EvidenceKind.STAFF, EvidenceKind.EXCUSE):
        raise PermissionDenied
    chosen = [int(key) for key in request.POST.getlist("pk") if is_key(key)]
    if request.POST.get("all"):
        chosen = list(found.values_list("pk", flat=True))
    if not chosen:
        messages.warning(request, gettext("Choose somebody in the list first."))
        return redirect(request.get_full_path())
    act = EvidenceKind(kind)
    lines = marking.mark_several(session=session, registrations=chosen, kind=act, by=request.user.pk, now=clock.now())
    said = ngettext("%(act)s: %(count)s person.", "%(act)s: %(count)s people.", lines)
    said %= {"act": act.label, "count": lines}
    if lines:
        admin.site.get_model_admin(Session).log_change(request, session, said)
    messages.success(request, said if lines else gettext("All of them were marked so already."))
    return redirect(request.get_full_path())


def _change_policy(request: HttpRequest, session: Session, said: dict[str, int]) -> HttpResponse:
    if attendance.change_policy(session=session, **said):
        what = gettext("Present from %(present_from)s %%, in part from %(partial_from)s %% of the minutes.") % said
        admin.site.get_model_admin(Session).log_change(request, session, what)
        messages.success(request, what)
    return redirect("admin:workshops_session_attendance", session.pk)


def _batches(session: Session) -> list[tuple[Batch, Any]]:
    rows = session.batches.select_related("by").annotate(lines=Count("evidence")).order_by("-at", "-pk")
    return [(row, hours.local(row.at, session.timezone)) for row in rows]


def _policy(session: Session) -> AttendancePolicy:
    """Unsaved where none was stamped yet: a look changes nothing."""
    return AttendancePolicy.objects.filter(session=session).first() or AttendancePolicy(session=session)
