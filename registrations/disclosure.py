"""Which numbers about gender may stand on a page without telling what a single person said.

Two cells each time: women, and who said something else. A pair is shown when both hold at least `LEAST` people; and
nothing is shown whose difference from what is shown beside it would be a smaller cell.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

LEAST = 5
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Said:
    """How many said that they are women, and how many said something else; who said nothing is in neither."""

    women: int = 0
    others: int = 0

    def __add__(self, other: Said) -> Said:
        return Said(self.women + other.women, self.others + other.others)

    def __sub__(self, other: Said) -> Said:
        return Said(self.women - other.women, self.others - other.others)

    @property
    def people(self) -> int:
        return self.women + self.others

    @property
    def percent(self) -> int:
        """Women among those who said, rounded half up."""
        return (200 * self.women + self.people) // (2 * self.people) if self.people else 0

    @property
    def is_safe(self) -> bool:
        return min(self.women, self.others) >= LEAST

    @property
    def tells_nothing(self) -> bool:
        """As the remainder of a subtraction: nobody is left over, or enough of both."""
        return self.is_safe or self == Said()


def parts(whole: Mapping[K, Said]) -> dict[K, Said]:
    """Those parts of a whole that may be shown beside its sum: what is left over is safe as well."""
    shown = {key: said for key, said in whole.items() if said.is_safe}
    rest = sum((said for key, said in whole.items() if key not in shown), Said())
    while not rest.tells_nothing:
        smallest = min(shown, key=lambda key: (shown[key].people, str(key)), default=None)
        if smallest is None:
            return {}
        rest += shown.pop(smallest)
    return shown


def union(whole: Said, shown: Collection[Said]) -> Said | None:
    """What may be shown of people who came to any of several sessions, beside what is shown of each session.

    Without one session, who never came to that one would be left; without all, who came to two.
    """
    remainders = [whole - one for one in shown]
    if len(shown) > 1:
        remainders.append(sum(shown, Said()) - whole)
    return whole if whole.is_safe and all(one.tells_nothing for one in remainders) else None
