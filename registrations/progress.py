"""How far a person is on the way to the certificate of a series. No database.

Counted in halves: to be there is two of them, to have caught up is one where the series says so, in part is none.
"""

from __future__ import annotations

from dataclasses import dataclass

from registrations.choices import AttendanceStatus, Part
from workshops.models import Series


def halves(series: Series, status: str, part: str) -> int:
    """What one session counts; only the audience is counted."""
    if part != Part.AUDIENCE:
        return 0
    if status == AttendanceStatus.PRESENT:
        return 2
    return 1 if status == AttendanceStatus.CAUGHT_UP and series.caught_up_counts_half else 0


def is_earned(series: Series, counted: int) -> bool:
    """Whether so many halves are enough; never where the series gives no certificate as a whole."""
    return series.sessions_needed is not None and counted >= 2 * series.sessions_needed


@dataclass(frozen=True, slots=True)
class Progress:
    """counted: halves so far; ahead: how many sessions of the series are still to come."""

    needed: int
    planned: int
    counted: int
    ahead: int

    @property
    def so_far(self) -> str:
        """ "3" or "3½"."""
        whole, half = divmod(self.counted, 2)
        return (f"{whole or ''}½") if half else str(whole)

    @property
    def missing(self) -> int:
        """How many sessions are still needed; half a session is only ever made whole by one more."""
        return max(0, -((self.counted - 2 * self.needed) // 2))

    @property
    def is_reached(self) -> bool:
        return self.missing == 0

    @property
    def is_possible(self) -> bool:
        return self.missing <= self.ahead
