"""Read a report, whoever wrote it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import dropwhile
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from registrations.platforms import columns, cutting, dates, layouts, lists, sections, sources
from registrations.platforms.cells import Left
from registrations.platforms.columns import Columns
from registrations.platforms.cutting import Header
from registrations.platforms.dates import DateOrder
from registrations.platforms.records import Problems, Record
from registrations.platforms.rows import Meaning, Report, Row, Unmapped, Unreadable
from registrations.platforms.sources import Source

_REGISTRATIONS = _("This is a list of registrations; it does not say who came.")
_CONTRADICTION = _("The dates of this file contradict each other: in one the day comes first, in another the month.")
_NOBODY = _("There is nobody in this file.")


def read(file: BinaryIO, *, remembered: Mapping[str, Mapping[int, Meaning]] | None = None) -> Report | Unmapped:
    """Read a report from a file opened for bytes.

    remembered: what staff said of headers that say nothing to us, fingerprint → position → meaning.
    Raises Unreadable when the file is no report, or cannot be trusted from some line on.
    """
    source = sources.of(file)
    cuts = cutting.all_of(source)
    known = remembered or {}
    if header := cutting.header(cuts, sections.is_header):
        report = _attendance(source, header, {header.record.line: cutting.same(cuts, header)})
    elif header := cutting.header(cuts, lists.is_header):
        report = _sheet(source, header, next(cut.head for cut in cuts if cut.way == header.way))
    elif lists.is_addresses(cuts[0].head):
        problems = Problems()
        rows = lists.addresses(source.records(cuts[0].way, problems), problems)
        return _report("addresses", "", rows, problems, Counter())
    else:
        header, report = cutting.table(cuts), None
    if report:
        return report
    unmapped = cutting.unmapped(header, cuts)
    return _as_told(source, header, known[unmapped.fingerprint]) if unmapped.fingerprint in known else unmapped


def _attendance(source: Source, header: Header, same: Mapping[int, Collection[int]]) -> Report | None:
    """The report below its headers; None where its hours stand in columns that say nothing to us."""
    problems = Problems()
    whole = sections.Sections(problems, same)
    whole.read(source.records(header.way, problems))
    if any(section.has_hours_unread() for section in whole.found):
        return None
    heads = [section.columns for section in whole.found]
    rows = whole.rows()
    layout = layouts.of(heads, whole.titles, _orders(rows, check=False))
    return _report(layout, _language(heads), rows, problems, whole.left_out)


def _sheet(source: Source, header: Header, head: Sequence[Record]) -> Report | None:
    """The list below its header; None where hours stand in columns that say nothing to us."""
    if Meaning.REGISTERED in header.columns.place:
        raise Unreadable(header.record.line, _REGISTRATIONS)
    problems = Problems()
    sample = [record for record in head if record.line > header.record.line and record.filled]
    if sections.section(header.record, header.columns, problems, sample).has_hours_unread():
        return None
    rows, left_out = lists.sheet(_below(source, header, problems), header.columns, problems)
    has_names = header.columns.place.keys() & {Meaning.NAME, Meaning.GIVEN, Meaning.FAMILY}
    layout = "sign-in-sheet" if has_names else "addresses"
    return _report(layout, header.columns.language, rows, problems, left_out)


def _as_told(source: Source, header: Header, meanings: Mapping[int, Meaning]) -> Report:
    """The rows below a header by the columns that staff named."""
    problems = Problems()
    told = columns.given(meanings, header.record.cells)
    if not told.has_times:
        rows, left_out = lists.sheet(_below(source, header, problems), told, problems)
        return _report("told", "", rows, problems, left_out)
    whole = sections.Sections(problems)
    whole.found.append(sections.section(header.record, told, problems))
    for record in _below(source, header, problems):
        whole.row(record, whole.found[0])
    return _report("told", "", whole.rows(), problems, whole.left_out)


def _below(source: Source, header: Header, problems: Problems) -> Iterable[Record]:
    records = source.records(header.way, problems)
    return (record for record in dropwhile(lambda one: one.line <= header.record.line, records) if record.filled)


def _report(
    layout: str, language: str, rows: Sequence[Row], problems: Problems, left_out: Mapping[Left, int]
) -> Report:
    if not rows and not sum(left_out.values()):
        raise Unreadable(None, _NOBODY)
    stamps = [stamp for row in rows for stamp in (row.joined, row.left) if stamp]
    return Report(
        layout=layout,
        language=language,
        date_orders=_orders(rows),
        zone="UTC" if stamps and all(stamp.utc for stamp in stamps) else "",
        rows=tuple(rows),
        problems=problems.told(),
        waiting_rows=left_out[Left.WAITING],
        breakout_rows=left_out[Left.BREAKOUT],
        no_shows=left_out[Left.NO_SHOW],
    )


def _orders(rows: Iterable[Row], *, check: bool = True) -> tuple[DateOrder, ...]:
    """Every order under which all dates parse. Raises Unreadable at the first row that contradicts those before it."""
    orders: tuple[DateOrder, ...] = ()
    seen: set[object] = set()
    stamps = []
    for row in rows:
        for stamp in filter(None, (row.joined, row.left)):
            if (stamp.numbers, stamp.order) in seen:
                continue
            seen.add((stamp.numbers, stamp.order))
            stamps.append(stamp)
            orders = dates.orders(stamps)
            if not orders and check:
                raise Unreadable(row.line, _CONTRADICTION)
    return orders


def _language(heads: Iterable[Columns]) -> str:
    votes = Counter(head.language for head in heads if head.language)
    return votes.most_common(1)[0][0] if votes else ""
