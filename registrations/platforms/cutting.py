"""How a file is cut into cells: by the way in which its head shows a header, or at least a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext_lazy as _

from registrations.platforms import cells, columns
from registrations.platforms.columns import Columns
from registrations.platforms.limits import HEAD
from registrations.platforms.records import Problems, Record
from registrations.platforms.rows import Unmapped, Unreadable
from registrations.platforms.sources import Source

_NO_TABLE = _("There is no table of people in this file.")
_PREVIEW = 5
# Fewer rows may be alike by chance.
_ENOUGH = 3
_CELL_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to cut a file and the first records it gives; `stopped` where it could not go on."""

    way: str
    head: tuple[Record, ...]
    stopped: Unreadable | None


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was found: how the file is cut, where it stands, what its columns hold."""

    way: str
    record: Record
    columns: Columns


def all_of(source: Source) -> tuple[Cut, ...]:
    return tuple(_cut(source, way) for way in source.ways)


def _cut(source: Source, way: str) -> Cut:
    head: list[Record] = []
    stopped = None
    try:
        head.extend(islice(source.records(way, Problems()), HEAD))
    except Unreadable as fault:
        stopped = fault
    return Cut(way, tuple(head), stopped)


def header(cuts: Sequence[Cut], fits: Callable[[Columns, Record], bool]) -> Header | None:
    """The first header of each cut that fits, and of these the one that says most."""
    found = [
        next((Header(cut.way, record, head) for record, head in _heads(cut) if fits(head, record)), None)
        for cut in cuts
    ]
    return max(filter(None, found), key=lambda header: len(header.columns.place), default=None)


def _heads(cut: Cut) -> list[tuple[Record, Columns]]:
    return [(record, columns.read(record.cells)) for record in cut.head if record.filled]


def same(cuts: Sequence[Cut], header: Header) -> frozenset[int]:
    """The columns that say one and the same in every row below a header, as far as is looked."""
    head = next(cut.head for cut in cuts if cut.way == header.way)
    below = [record.cells for record in head if record.line > header.record.line and record.filled]
    if len(below) < _ENOUGH:
        return frozenset()
    return frozenset(position for position, values in enumerate(zip(*below, strict=False)) if len(set(values)) == 1)


def table(cuts: Sequence[Cut]) -> Header:
    """The row that looks like a header of nothing we know: the first of the rows that are as wide as most.

    Raises Unreadable where there is no table, with what stopped the reading if something did.
    """
    widths = [(cut, *_width(cut)) for cut in cuts]
    cut, width, rows = max(widths, key=lambda found: (found[2] > 1 and found[1] > 1, found[2] * found[1]))
    stopped = next((one.stopped for one in cuts if one.stopped), None)
    if stopped or width < 2 or rows < 2:
        raise stopped or Unreadable(None, _NO_TABLE)
    record = next(record for record in cut.head if len(record.cells) == width and len(record.filled) > 1)
    if cells.has_values(record):
        # The file begins with its first person: what stands above them is a header without words.
        record = Record(record.line - 1, [""] * width)
    return Header(cut.way, record, columns.read(record.cells))


def _width(cut: Cut) -> tuple[int, int]:
    """How wide the most rows are, and how many they are."""
    counted = Counter(len(record.cells) for record in cut.head if len(record.filled) > 1)
    return counted.most_common(1)[0] if counted else (0, 0)


def unmapped(header: Header, cuts: Sequence[Cut]) -> Unmapped:
    """What the mapping page shows of a header."""
    head = next(cut.head for cut in cuts if cut.way == header.way)
    below = [record for record in head if record.line > header.record.line and record.filled][:_PREVIEW]
    known_by = header.record if header.record.filled or not below else below[0]
    return Unmapped(
        line=header.record.line,
        header=_shown(header.record),
        preview=tuple(_shown(record) for record in below),
        suggested={position: meaning for meaning, position in header.columns.place.items()},
        fingerprint=columns.fingerprint(known_by.cells),
    )


def _shown(record: Record) -> tuple[str, ...]:
    return tuple(cell[:_CELL_SHOWN] for cell in record.cells)
