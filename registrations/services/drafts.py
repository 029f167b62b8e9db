"""Reports as staff go through them: taken in, asked about, read in another way, thrown away."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Mapping
from datetime import datetime
from io import BytesIO

from django.db import transaction
from django.db.models import Q

from iatp_events.lib.folding import fold
from registrations.matching import Kind, Match, Why
from registrations.models import Alias, Attendee, ColumnMap, Report, ReportRow
from registrations.platforms import grouping
from registrations.platforms.dates import DateOrder
from registrations.platforms.rows import Meaning, Person, Placed, PlacedRow, Question, Unmapped
from registrations.services import reports
from registrations.services.reports import Reading
from workshops.models import Session

BATCH = 2_000
COLUMNS = "columns"
DATE_ORDER = "date_order"


class TakenOver(Exception):
    """The report was taken over already, or thrown away."""


@transaction.atomic
def take_in(*, session: Session, content: bytes, zone: str, by: int | None, now: datetime) -> Report:
    """Keep a file as a draft for staff to go through. Nobody is credited yet.

    What has to be answered first stands in its `asks`. Raises what `reports.read` raises.
    """
    digest = hashlib.sha256(content).hexdigest()
    draft = Report(session=session, at=now, by_id=by, digest=digest, content=zlib.compress(content), timezone=zone)
    _read(draft, content, order=None)
    return draft


@transaction.atomic
def read_again(*, report: Report, zone: str, order: DateOrder | None) -> Report:
    """Read the file of a draft with hours in another zone, or its dates in another order; decisions start anew.

    Raises TakenOver, and what `reports.read` raises.
    """
    draft = locked(report)
    draft.timezone = zone
    draft.rows.all().delete()
    _read(draft, zlib.decompress(bytes(draft.content)), order=order)
    return draft


@transaction.atomic
def name_columns(*, report: Report, meanings: Mapping[int, Meaning], by: int | None, now: datetime) -> Report:
    """Say what the columns of a draft hold, for this file and every later one with the same header."""
    draft = locked(report)
    said = {str(position): meaning for position, meaning in meanings.items()}
    ColumnMap.objects.update_or_create(
        fingerprint=draft.asks["fingerprint"], defaults={"meanings": said, "at": now, "by_id": by}
    )
    return read_again(report=draft, zone=draft.timezone, order=None)


@transaction.atomic
def throw_away(*, report: Report) -> None:
    """Forget a draft. Raises TakenOver."""
    locked(report).delete()


def locked(report: Report) -> Report:
    """The draft, locked until the transaction ends. Raises TakenOver."""
    found = Report.objects.select_for_update(of=("self",), no_key=True).filter(pk=report.pk)
    held = found.select_related("session__series").first()
    if held is None or not held.is_draft:
        raise TakenOver
    return held


def forget(*, now: datetime) -> int:
    """Delete drafts that nobody went on with, and the lines of what was taken over long ago."""
    return Report.objects.forgettable(now).delete()[0]


@transaction.atomic
def forget_alias(*, alias: Alias) -> int:
    """Let an address or a name say nothing any more of whose it is. What was taken over stays.

    Returns in how many lines of drafts, which relied on it, somebody has to be chosen again.
    """
    relying = Report.objects.filter(rows__registration__attendee=alias.attendee_id, batch__isnull=True)
    # Whoever takes one of them over at this moment is waited for.
    waiting = Report.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=relying.values("pk"))
    held = [draft.pk for draft in waiting.defer("content").order_by("pk") if draft.is_draft]
    by = Q(why=Why.ALIAS, email=alias.address) if alias.address else Q(why=Why.KNOWN_NAME)
    lines = ReportRow.objects.filter(by, report__in=held, registration__attendee=alias.attendee_id)
    alias.delete()
    return lines.update(match=Kind.AMBIGUOUS, why=Why.FORGOTTEN, decision="", registration=None)


def forget_person(*, attendee: Attendee, addresses: Collection[str]) -> None:
    """Delete what reports say of somebody, by whatever they are recognised, and drafts in which they may stand."""
    mine = set(attendee.registrations.values_list("pk", flat=True))
    Alias.objects.filter(attendee=attendee).delete()
    Report.objects.filter(session__registrations__in=mine, batch__isnull=True).delete()
    named = Q(registration__in=mine) | Q(email__in=addresses)
    if name := fold(attendee.full_name):
        named |= Q(folded__startswith=name)
    ReportRow.objects.filter(named).delete()
    # Of who has the name of several, nobody may have said whose the line was.
    open_to_all = ReportRow.objects.filter(report__session__registrations__in=mine).exclude(candidates=[])
    perhaps = [pk for pk, offered in open_to_all.values_list("pk", "candidates") if mine.intersection(offered)]
    ReportRow.objects.filter(pk__in=perhaps).delete()


def _read(draft: Report, content: bytes, *, order: DateOrder | None) -> None:
    remembered = {
        row.fingerprint: {int(position): Meaning(said) for position, said in row.meanings.items()}
        for row in ColumnMap.objects.all()
    }
    found = reports.read(
        session=draft.session, file=BytesIO(content), zone=draft.timezone, order=order, remembered=remembered
    )
    if isinstance(found, Reading):
        placed = found.placed
        draft.layout, draft.timezone, draft.date_order = placed.report.layout, placed.zone, placed.order or ""
        draft.first_joined_at, draft.problems, draft.asks = placed.first_joined_at, _problems(placed), {}
    else:
        draft.asks = _asked(found)
    draft.save()
    if isinstance(found, Reading):
        rows = (_row(draft, position, *pair) for position, pair in enumerate(found.matched, start=1))
        ReportRow.objects.bulk_create(rows, batch_size=BATCH)


def _asked(found: Question | Unmapped) -> dict[str, object]:
    if isinstance(found, Question):
        return {"about": DATE_ORDER, "choices": list(found.choices)}
    return {
        "about": COLUMNS,
        "fingerprint": found.fingerprint,
        "header": list(found.header),
        "preview": [list(row) for row in found.preview],
        "suggested": {str(position): meaning for position, meaning in found.suggested.items()},
    }


def _problems(placed: Placed) -> list[list[object]]:
    return [[problem.line, str(problem.what)] for problem in (*placed.report.problems, *placed.problems)]


def _row(draft: Report, position: int, person: Person, match: Match) -> ReportRow:
    return ReportRow(
        report=draft,
        position=position,
        name=person.name,
        email=person.email,
        part=match.part,
        stretches=[_stretch(row) for row in person.rows],
        seconds=person.seconds,
        match=match.kind,
        why=match.why,
        candidates=list(match.candidates),
        registration_id=match.registration,
    )


def _stretch(row: PlacedRow) -> list[object]:
    moments = [moment.isoformat() if moment else None for moment in (row.joined_at, row.left_at)]
    return [*moments, grouping.stated(row)]
