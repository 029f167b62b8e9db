"""A report from its first line to its last: preambles, titles, sections with headers of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from registrations.platforms import actions, cells, columns, dates, names
from registrations.platforms.cells import Left, Reader
from registrations.platforms.columns import Columns
from registrations.platforms.limits import MAX_ROWS
from registrations.platforms.records import Problems, Record
from registrations.platforms.rows import Flag, Meaning, Role, Row, Unreadable

_NUMBERED = re.compile(r"\d{1,2}\.\s")
_DIGIT = re.compile(r"\d")
_TIME_CELLS = (
    Meaning.JOINED,
    Meaning.LEFT,
    Meaning.FIRST_JOINED,
    Meaning.LAST_LEFT,
    Meaning.DURATION,
    Meaning.MOMENT,
    Meaning.MOMENT_UTC,
)
_SAMPLE = 5


@dataclass(slots=True)
class Section:
    """The rows below one header. sample: its first records, as they stand."""

    line: int
    title: str
    reader: Reader
    rows: list[Row] = field(default_factory=list)
    events: list[actions.Event] = field(default_factory=list)
    sample: list[Record] = field(default_factory=list)

    @property
    def columns(self) -> Columns:
        return self.reader.columns

    @property
    def is_numbered(self) -> bool:
        return bool(_NUMBERED.match(self.title))

    def has_hours_unread(self) -> bool:
        """Whether arrivals or departures stand in a column whose name says nothing to us."""
        place = self.columns.place
        whole = (Meaning.JOINED in place and Meaning.LEFT in place) or self.columns.is_summary
        if whole or self.columns.is_action_list:
            return False
        unknown = [at for at, label in enumerate(self.columns.labels) if label and not columns.is_known(label)]
        return any(dates.read(record.cells[at]) for record in self.sample for at in unknown if at < len(record.cells))


def is_header(head: Columns, record: Record) -> bool:
    """The words of a header may stand in a row too ("Joined", "Attendee"); hours and addresses stand in no header."""
    return head.is_attendance and not cells.has_values(record)


def section(
    record: Record, head: Columns, problems: Problems, sample: Sequence[Record] = (), title: str = ""
) -> Section:
    """A section that begins below this record, with the role that its title says."""
    return Section(
        record.line, title, Reader(head, cells.role(title) or Role.AUDIENCE, problems), sample=[*sample[:_SAMPLE]]
    )


@dataclass(slots=True)
class Sections:
    """Reads records one after the other; what it found lies in its fields.

    same: line of a header → the columns that say the same in every row below it.
    """

    problems: Problems
    same: Mapping[int, Collection[int]] = field(default_factory=dict)
    found: list[Section] = field(default_factory=list)
    left_out: Counter[Left] = field(default_factory=Counter)
    hosts: set[str] = field(default_factory=set)
    titles: list[str] = field(default_factory=list)
    _open: Section | None = None
    _title: Record | None = None
    _meeting: Columns | None = None
    _rows: int = 0
    _is_timed: bool = False

    def read(self, records: Iterable[Record]) -> None:
        for record in records:
            filled = record.filled
            if not filled:
                continue
            if self._open and _has_a_time(record, self._open.columns):
                self._is_timed = True
                self._not_a_title()
                self.row(record, self._open)
            elif len(filled) == 1:
                self._single(record, filled[0])
            else:
                self._head_or_row(record)
        self._not_a_title()

    def _single(self, record: Record, text: str) -> None:
        """A line with one cell is the title of what follows, or nothing that is known here."""
        self._not_a_title()
        self._title = record
        if _NUMBERED.match(text):
            self._open = None

    def _not_a_title(self) -> None:
        """What was held back was no title: where nobody has hours it is a name, elsewhere a line we do not know."""
        if self._title and self._open and self._is_timed:
            self.problems.add(self._title.line, _("This line was not understood."))
        elif self._title and self._open:
            self.row(self._title, self._open)
        self._title = None

    def _head_or_row(self, record: Record) -> None:
        head = columns.read(record.cells, self.same.get(record.line, ()))
        if is_header(head, record):
            title = self._title.filled[0] if self._title else ""
            self._title = None
            self.titles.append(title)
            self._open = section(record, head, self.problems, title=title)
            self.found.append(self._open)
            return
        self._not_a_title()
        if self._open:
            self.row(record, self._open)
        elif Meaning.MEETING in head.place:
            self._meeting = head
        elif self._meeting:
            self._tell_host(record, self._meeting, (Meaning.HOST_EMAIL, Meaning.HOST_NAME, Meaning.EMAIL))
            self._meeting = None

    def _tell_host(self, record: Record, head: Columns, meanings: tuple[Meaning, ...]) -> None:
        places = [head.place[meaning] for meaning in meanings if meaning in head.place]
        texts = [record.cells[place] for place in places if place < len(record.cells)]
        if text := next(filter(None, texts), ""):
            self.hosts.add(text.casefold() if cells.is_address(text.casefold()) else names.key(text))

    def row(self, record: Record, section: Section) -> None:
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise Unreadable(record.line, format_lazy(_("The file has more than {rows} rows."), rows=MAX_ROWS))
        if len(section.sample) < _SAMPLE:
            section.sample.append(record)
        row = section.reader.read(record)
        if isinstance(row, Left):
            self.left_out[row] += 1
            if row is Left.NOBODY:
                self.problems.add(record.line, _("This line names nobody."))
            return
        if section.columns.is_action_list:
            self._event(record, row, section)
        else:
            section.rows.append(row)
        self._tell_host(record, section.columns, (Meaning.HOST_EMAIL, Meaning.HOST_NAME))

    def _event(self, record: Record, row: Row, section: Section) -> None:
        arrived = actions.arrived(section.reader.cell(record, Meaning.ACTION))
        stamp = section.reader.moment(record)
        if arrived is None or stamp is None:
            self.problems.add(record.line, _("This line is neither an arrival nor a departure."))
        else:
            section.events.append(actions.Event(row, arrived, stamp))

    def rows(self) -> tuple[Row, ...]:
        """All rows; where a file has a summary and the detail, the detail (rule 4)."""
        for section in self.found:
            section.rows += actions.rows(section.events)
            section.events = []
        summaries, details = self._parted()
        rows = [row for section in details or summaries for row in section.rows]
        if details and summaries:
            rows = self._completed(rows, [row for section in summaries for row in section.rows])
        return tuple(self._with_hosts(rows))

    def _parted(self) -> tuple[list[Section], list[Section]]:
        summaries = [section for section in self.found if section.columns.is_summary]
        numbered = [section for section in self.found if section.is_numbered]
        if not summaries and len(numbered) > 1:
            summaries = numbered[:1]
        return summaries, [section for section in self.found if section not in summaries]

    def _completed(self, rows: list[Row], summary: list[Row]) -> list[Row]:
        """The detail with the addresses and roles of the summary; who is in the summary only has no hours."""
        by_name = Counter(row.name for row in summary)
        of_name = {row.name: row for row in summary if by_name[row.name] == 1}
        completed = [_complete(row, of_name.get(row.name)) for row in rows]
        known = {row.name for row in completed} | {row.email for row in completed if row.email}
        for row in summary:
            if row.name not in known and row.email not in known:
                self.problems.add(row.line, _("Named in the summary, but not in the list of arrivals and departures."))
                flags = row.flags | {Flag.SUMMARY_ONLY}
                completed.append(replace(row, joined=None, left=None, seconds=None, flags=flags))
        return completed

    def _with_hosts(self, rows: list[Row]) -> list[Row]:
        if not self.hosts:
            return rows
        return [
            replace(row, role=Role.HOST)
            if row.role is Role.AUDIENCE and (row.email in self.hosts or names.key(row.name) in self.hosts)
            else row
            for row in rows
        ]


def _has_a_time(record: Record, head: Columns) -> bool:
    return any(
        _DIGIT.search(record.cells[head.place[meaning]])
        for meaning in _TIME_CELLS
        if meaning in head.place and head.place[meaning] < len(record.cells)
    )


def _complete(row: Row, of_summary: Row | None) -> Row:
    if of_summary is None:
        return row
    email = row.email or of_summary.email
    token = row.token or of_summary.token
    role = of_summary.role if row.role is Role.AUDIENCE else row.role
    return replace(row, email=email, token=token, role=role)
