"""One row of a report: from its cells to a Row, or to the reason why it is not counted."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from iatp_events.lib.folding import fold
from registrations.platforms import dates, durations, names
from registrations.platforms.columns import Columns
from registrations.platforms.dates import Stamp
from registrations.platforms.records import Problems, Record
from registrations.platforms.rows import Flag, Meaning, Role, Row

_ADDRESS = re.compile(
    r"[^\s@<>,;:\"()\[\]]{1,64}@[^\s@<>,;:\"()\[\]]{1,253}\.[^\W\d_]{2,63}|[^\s@]{1,64}@[\w.-]+\.xn--[\w-]+"
)
# Addresses that a platform invents for whoever gave none.
_INVENTED = ("@guest.webex.localhost", ".webex.localhost")
_NOTHING = frozenset({"", "-", "--", "—", "n/a", "na"})
_NO = frozenset({"no", "n", "nao", "non", "false", "0", "absent", "ausente", "absente", "falso"})
_YES = frozenset({"yes", "y", "si", "s", "sim", "oui", "true", "1", "verdadero", "verdadeiro", "vrai"})
_BREAKOUT = re.compile(
    r"breakout|salas? (?:para|de|em) grupo|sesion(?:es)? (?:para|de|en) grupo|sess(?:ao|oes) (?:de|em) grupo"
    r"|salas? simultane|sous-groupe|petits? groupe|sous-commission"
)
_ROLES = (
    (Role.HOST, re.compile(r"organi[sz]|host|anfitri|\bhote|produc|propietari|proprietari")),
    (
        Role.SPEAKER,
        re.compile(
            r"presenter|presentador|apresentador|presentateur|panel|ponente|speaker|palestrante|orador|interven|animateur|moderador"
        ),
    ),
)


class Left(StrEnum):
    """Why a row is not counted."""

    WAITING = "waiting"
    BREAKOUT = "breakout"
    NO_SHOW = "no show"
    NOBODY = "nobody"


@dataclass(slots=True)
class Reader:
    """Reads the rows below one header."""

    columns: Columns
    role: Role
    problems: Problems

    def cell(self, record: Record, meaning: Meaning) -> str:
        place = self.columns.place.get(meaning)
        return record.cells[place] if place is not None and place < len(record.cells) else ""

    def read(self, record: Record) -> Row | Left:
        if why := self._left_out(record):
            return why
        flags: set[Flag] = set()
        name, formal = self.name(record, flags)
        email, token = self.address(record)
        if not (name or email):
            return Left.NOBODY
        if len(record.cells) != self.columns.width:
            flags.add(Flag.UNEVEN)
        summary = self.columns.is_summary
        stated = self._stated(record, flags)
        return Row(
            line=record.line,
            name=name,
            formal_name=formal,
            email=email,
            token=token,
            role=self._role(record),
            joined=self._stamp(record, Meaning.FIRST_JOINED if summary else Meaning.JOINED, flags),
            left=self._stamp(record, Meaning.LAST_LEFT if summary else Meaning.LEFT, flags),
            seconds=stated[0] if stated else None,
            rounded=bool(stated and stated[1]),
            flags=frozenset(flags),
        )

    def name(self, record: Record, flags: set[Flag]) -> tuple[str, str]:
        """The display name, cleaned, and the name in columns of its own."""
        parts = [part for part in (self.cell(record, Meaning.GIVEN), self.cell(record, Meaning.FAMILY)) if part]
        formal, own = names.clean(" ".join(parts)) if parts else ("", frozenset())
        written = self.cell(record, Meaning.NAME)
        name, found = names.clean(written) if written else (formal, own)
        flags |= found if name else set()
        return name, formal

    def address(self, record: Record) -> tuple[str, str]:
        """The address, "" where there is none, and what else the platform knows the person by."""
        written, account = self.cell(record, Meaning.EMAIL).casefold(), self.cell(record, Meaning.ACCOUNT).casefold()
        if written.endswith(_INVENTED):
            return "", written
        if is_address(written):
            return plain_address(written), account
        return (plain_address(account), account) if is_address(account) and "#ext#" not in account else ("", account)

    def moment(self, record: Record) -> Stamp | None:
        """The hour of an arrival or departure; None, and told, where it cannot be read."""
        if Meaning.MOMENT in self.columns.place:
            return self._stamp(record, Meaning.MOMENT, set())
        stamp = self._stamp(record, Meaning.MOMENT_UTC, set())
        return replace(stamp, utc=True) if stamp else None

    def _left_out(self, record: Record) -> Left | None:
        place = self.columns.place
        if Meaning.WAITING in place and fold(self.cell(record, Meaning.WAITING)) in _YES:
            return Left.WAITING
        if Meaning.ROOM in place and _BREAKOUT.search(fold(self.cell(record, Meaning.ROOM)[:200])):
            return Left.BREAKOUT
        absent = Meaning.ATTENDED in place and fold(self.cell(record, Meaning.ATTENDED)) in _NO
        return Left.NO_SHOW if absent else None

    def _role(self, record: Record) -> Role:
        return role(self.cell(record, Meaning.ROLE)) or self.role

    def _stamp(self, record: Record, meaning: Meaning, flags: set[Flag]) -> Stamp | None:
        text = self.cell(record, meaning)
        if text in _NOTHING:
            return None
        if (stamp := dates.read(text)) is None:
            flags.add(Flag.UNREADABLE_TIME)
            self.problems.add(record.line, format_lazy(_("“{text}” is no time that can be read."), text=text[:40]))
        return stamp

    def _stated(self, record: Record, flags: set[Flag]) -> tuple[int, bool] | None:
        text = self.cell(record, Meaning.DURATION)
        if text in _NOTHING:
            return None
        if (read := durations.read(text, self.columns.unit)) is None:
            flags.add(Flag.UNREADABLE_DURATION)
            self.problems.add(record.line, format_lazy(_("“{text}” is no length that can be read."), text=text[:40]))
        return read


def plain_address(address: str) -> str:
    """The form in which addresses are compared: casefolded, the domain as IDNA where that can be."""
    local, _at, domain = address.casefold().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"


def has_values(record: Record) -> bool:
    """Whether an address or an hour stands in the row."""
    return any(cell and (is_address(cell.casefold()) or dates.read(cell)) for cell in record.cells)


def is_address(text: str) -> bool:
    return "@" in text and bool(_ADDRESS.fullmatch(text))


def role(text: str) -> Role | None:
    """What a role's or a section's name says in any of the four languages; None where it says audience or nothing."""
    plain = fold(text[:200]) if text else ""
    return next((role for role, pattern in _ROLES if plain and pattern.search(plain)), None)
