"""What the readers hand on: rows as a platform wrote them, then rows with their hours, then people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise

from registrations.platforms.dates import DateOrder, Stamp


class Role(StrEnum):
    """What the file says someone was there for; where it says nothing, they are audience."""

    AUDIENCE = "audience"
    SPEAKER = "speaker"
    HOST = "host"


class Flag(StrEnum):
    """What a reader of the row should know before believing it."""

    DEVICE = "device"  # The name is a device's, a telephone number or "Zoom user".
    NO_OWNER = "no owner"  # A device's name that says nothing of whose it is: two of them need not be one person.
    CUT = "cut"  # The name was longer than NAME_LIMIT.
    UNEVEN = "uneven"  # The row has fewer or more cells than the header.
    UNREADABLE_TIME = "unreadable time"
    UNREADABLE_DURATION = "unreadable duration"
    SUMMARY_ONLY = "summary only"  # Named in the summary of the file, not in the detail: their hours are unknown.
    STILL_THERE = "still there"  # A list of arrivals and departures in which they never leave.
    NAMESAKES = (
        "namesakes"  # Without an address, and at the same time as another of this name: two devices, or two people.
    )


class Meaning(StrEnum):
    """What a column holds."""

    NAME = "name"
    GIVEN = "given name"
    FAMILY = "family name"
    EMAIL = "email"
    ACCOUNT = "account"
    ROLE = "role"
    JOINED = "joined"
    LEFT = "left"
    FIRST_JOINED = "first joined"
    LAST_LEFT = "last left"
    DURATION = "duration"
    WAITING = "waiting room"
    ROOM = "room"
    ATTENDED = "attended"
    SIGNATURE = "signature"
    ACTION = "action"
    MOMENT = "moment"
    MOMENT_UTC = "moment in UTC"
    HOST_NAME = "host name"
    HOST_EMAIL = "host email"
    MEETING = "meeting"
    REGISTERED = "registered"
    KNOWN = "known"  # Known, and of no use here.


# What staff may say of a column on the mapping page, in the order in which it is offered.
MAPPABLE = (
    Meaning.NAME,
    Meaning.GIVEN,
    Meaning.FAMILY,
    Meaning.EMAIL,
    Meaning.ROLE,
    Meaning.JOINED,
    Meaning.LEFT,
    Meaning.DURATION,
    Meaning.WAITING,
    Meaning.ROOM,
    Meaning.ATTENDED,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that could not be taken at its word; `what` is a sentence in the reader's language."""

    line: int | None
    what: str | Promise


class Unreadable(Exception):
    """The file is no report that can be read, or cannot be trusted from a line on; nothing of it counts.

    line: the line at which reading stopped, None where no line is to blame.
    what: one sentence for staff, translated when it is shown.
    """

    def __init__(self, line: int | None, what: str | Promise) -> None:
        super().__init__(line, what)
        self.line, self.what = line, what

    def __str__(self) -> str:
        return str(self.what)


@dataclass(frozen=True, slots=True)
class Row:
    """One line about one person, as the platform wrote it; no date order and no zone chosen yet.

    name: the display name without "(Guest)", "(Unverified)", "[Company]" and the like, at most NAME_LIMIT characters.
    formal_name: given and family name where the file has them in columns of their own, else "".
    email: casefolded; "" where the file gives none (also for addresses that a platform invents for its guests).
    token: what the platform itself knows the person by, "" where it says nothing; means something within one file only.
    seconds: the length that the row states, whole or rounded to minutes (`rounded`); None when none or unreadable.
    """

    line: int
    name: str
    formal_name: str
    email: str
    token: str
    role: Role
    joined: Stamp | None
    left: Stamp | None
    seconds: int | None
    rounded: bool
    flags: frozenset[Flag]


@dataclass(frozen=True, slots=True)
class Report:
    """A file that was understood.

    layout: "zoom-participants", "zoom-webinar", "teams-report", "meet", "sign-in-sheet", … (`layouts`).
    language: of the header: "es", "pt", "en" or "fr"; "" where there is no header.
    date_orders: every order under which all dates of the file are dates; more than one needs a choice; empty: no dates.
    zone: the zone the file names for its own times (only ever "UTC"), "" where it names none: ask.
    rows: who was there. Waiting rooms, breakout rooms and people who did not come are left out and counted.
    """

    layout: str
    language: str
    date_orders: tuple[DateOrder, ...]
    zone: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    waiting_rows: int
    breakout_rows: int
    no_shows: int

    @property
    def has_times(self) -> bool:
        return any(row.joined or row.left for row in self.rows)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A table whose columns say nothing to us: show its head, ask, and read again with `columns`.

    line: the line of what looks like its header. header: its cells, without a word where the file has no header.
    preview: up to five lines below it.
    suggested: position → meaning, for the columns that were recognised.
    fingerprint: by which an answer is remembered; the same for the same header in whatever file.
    """

    line: int
    header: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]
    suggested: Mapping[int, Meaning]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """The hours a session was announced for; both aware."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """What only staff can say before the times mean anything. about: "date_order"; choices: values of DateOrder."""

    about: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row with its hours in UTC, whole; None where the file does not give them or they contradict each other."""

    row: Row
    joined_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A report whose times are moments.

    order: the order its dates were read in, None where no date needs one.
    zone: in which they were read. near: whether any of them lies within 36 hours of the session;
    when not, the file is probably another session's.
    """

    report: Report
    order: DateOrder | None
    zone: str
    near: bool
    rows: tuple[PlacedRow, ...]
    problems: tuple[Problem, ...]

    @property
    def first_joined_at(self) -> datetime | None:
        """The proof of the zone: "first join 10:41, the session starts 11:00"."""
        return min((row.joined_at for row in self.rows if row.joined_at), default=None)


@dataclass(frozen=True, slots=True)
class Person:
    """Rows of one file that are surely one person's: one address, or one name that was never in two places at once.

    names: every display name under which they appear, the first one first. formal_names likewise.
    intervals: the union of their hours, in UTC, not clipped. Empty where the file has no times.
    seconds: inside the schedule, by the union, and never more than the lengths stated; None: unknown.
    stated: the sum of the lengths that the rows state, None where one does not.
    """

    names: tuple[str, ...]
    formal_names: tuple[str, ...]
    email: str
    token: str
    role: Role
    intervals: tuple[tuple[datetime, datetime], ...]
    seconds: int | None
    stated: int | None
    flags: frozenset[Flag]
    rows: tuple[PlacedRow, ...]

    @property
    def name(self) -> str:
        return self.names[0] if self.names else ""

    @property
    def is_device(self) -> bool:
        return Flag.DEVICE in self.flags
