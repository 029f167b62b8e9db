"""What the pages of the desk show, read in a few queries however long a report is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from registrations.admin import hours
from registrations.admin.report_forms import ColumnsForm
from registrations.choices import Decision, RegistrationState
from registrations.matching import Kind, Why
from registrations.models import Registration, Report, ReportRow
from workshops.models import Session

ABSENT_SHOWN = 200
LABELS = {
    Kind.CERTAIN: pgettext_lazy("match", "certain"),
    Kind.SUGGESTED: pgettext_lazy("match", "suggested"),
    Kind.AMBIGUOUS: pgettext_lazy("match", "several of this name"),
    Kind.DEVICE: pgettext_lazy("match", "devices and telephones"),
    Kind.NONE: pgettext_lazy("match", "not registered"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a report. offered: registrations that staff may choose. said: what the form holds."""

    row: ReportRow
    why: str
    minutes: int | None
    offered: list[Registration]
    said: str
    address: str
    error: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an unknown header, with what its first lines hold."""

    field: Any
    cells: list[str]


def of_session(session: Session) -> list[tuple[Report, SafeString | str]]:
    """All reports of a session, the newest first, with how many people each names and when it was read."""
    rows = session.reports.defer("content").select_related("batch", "by").annotate(people=Count("rows"))
    return [(report, hours.local(report.at, session.timezone)) for report in rows.order_by("-at", "-pk")]


def columns(form: ColumnsForm, preview: Sequence[Sequence[str]]) -> list[Column]:
    return [
        Column(field, [row[position] for row in preview if position < len(row)]) for position, field in enumerate(form)
    ]


def review(
    report: Report, page: Iterable[ReportRow], errors: Mapping[int, str], data: Mapping[str, str]
) -> dict[str, Any]:
    """Everything about one report: its hours proven, how many of each kind, the lines of one page, who is absent."""
    rows = list(page)
    counted = Counter(dict(report.rows.order_by().values_list("match").annotate(Count("pk"))))
    credited = Q(decision=Decision.CREDIT) | Q(decision="", match=Kind.CERTAIN)
    same = Report.objects.filter(session=report.session_id, digest=report.digest, batch__isnull=False)
    return {
        "report": report,
        "layout": report.platform,
        "read_at": hours.local(report.at, report.session.timezone),
        "is_refused": bool(errors),
        "page": page,
        "lines": _lines(rows, errors, data),
        "counts": [(str(kind), LABELS[kind], counted[kind]) for kind in Kind if counted[kind]],
        "everyone": sum(counted.values()),
        "credited": report.rows.filter(credited).count(),
        "walk_ins": report.rows.filter(decision=Decision.WALK_IN).count(),
        "first_join": _local(report),
        "same": same.filter(batch__undone_at__isnull=True).exclude(pk=report.pk).first(),
        "absent": _absent(report),
        "absent_shown": ABSENT_SHOWN,
        "decisions": [(choice.value, choice.label) for choice in Decision if choice != Decision.CREDIT],
    }


def _local(report: Report) -> SafeString | str:
    return hours.local(report.first_joined_at, report.session.timezone) if report.first_joined_at else ""


def _lines(rows: Sequence[ReportRow], errors: Mapping[int, str], data: Mapping[str, str]) -> list[Line]:
    named = {pk for row in rows for pk in (*row.candidates, row.registration_id) if pk is not None}
    found = Registration.objects.filter(pk__in=named).select_related("attendee")
    known = {row.pk: row for row in found.prefetch_related("attendee__addresses")}
    return [
        Line(
            row=row,
            why=str(Why(row.why).label),
            minutes=None if row.seconds is None else row.seconds // 60,
            offered=_offered(row, known),
            said=data.get(f"line-{row.pk}", _decided(row)),
            address=data.get(f"address-{row.pk}", ""),
            error=errors.get(row.pk, ""),
        )
        for row in rows
    ]


def _offered(row: ReportRow, known: Mapping[int, Registration]) -> list[Registration]:
    keys = dict.fromkeys([*row.candidates, row.registration_id])
    return [known[key] for key in keys if key in known]


def _decided(row: ReportRow) -> str:
    if row.decision == Decision.CREDIT:
        return str(row.registration_id)
    return row.decision or (str(row.registration_id) if row.match == Kind.CERTAIN else "")


def _absent(report: Report) -> QuerySet[Registration]:
    """Who meant to come and has no evidence of any kind; nor is named by this report."""
    met = report.rows.filter(registration__isnull=False).values("registration")
    expected = Registration.objects.filter(session=report.session_id, state=RegistrationState.CONFIRMED)
    missing = expected.filter(attendance__isnull=True).exclude(pk__in=met).select_related("attendee")
    return missing.order_by("attendee__folded", "pk")
