"""At most so many people of one initiative, and of one country, at a session where staff set it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count

from registrations.models import Initiative, Registration
from registrations.services import initiatives
from workshops.models import Session


class By(StrEnum):
    INITIATIVE = "initiative"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Full:
    """A session that takes nobody more of somebody's initiative or country."""

    number: int
    by: By
    most: int


class CapReached(Exception):
    """As many people of this initiative or country as staff allow are registered already."""

    def __init__(self, full: list[Full]) -> None:
        super().__init__(f"caps reached: {full}")
        self.full = full


class Room:
    """How many of each initiative and country some sessions have; as true as the lock its caller holds.

    Who is confirmed, offered a place or waiting counts, with what the registration said when it was made; names that
    staff merged are one. Sessions without a cap cost nothing.
    """

    def __init__(self, sessions: Iterable[Session]) -> None:
        self._caps = {session.pk: _caps(session) for session in sessions if _caps(session)}
        self._people: Counter[tuple[int, By, str]] = Counter()
        by_initiative = any(By.INITIATIVE in caps for caps in self._caps.values())
        self._names = Initiative.objects.other_names() if by_initiative else {}
        if self._caps:
            live = Registration.objects.live().filter(session__in=self._caps).order_by()
            kinds = live.values_list("session_id", "initiative", "country").annotate(people=Count("pk"))
            for session, initiative, country, people in kinds:
                for key in self._keys(session, initiative, country):
                    self._people[key] += people

    @property
    def is_capped(self) -> bool:
        return bool(self._caps)

    def full(self, session: Session, *, initiative: str, country: str) -> list[Full]:
        """The caps of this session that one more person would exceed."""
        caps = self._caps.get(session.pk, {})
        counted = {by: self._people[pk, by, key] for pk, by, key in self._keys(session.pk, initiative, country)}
        return [Full(session.number, by, most) for by, most in caps.items() if counted.get(by, -1) >= most]

    def require(self, sessions: Iterable[Session], *, initiative: str, country: str) -> None:
        """Raise CapReached where one of the sessions takes nobody more like this person."""
        full = [one for session in sessions for one in self.full(session, initiative=initiative, country=country)]
        if full:
            raise CapReached(full)

    def admit(self, registration: Registration) -> bool:
        """Count one more registration, not written yet; False where it no longer fits."""
        session, said = registration.session, (registration.initiative, registration.country)
        if self.full(session, initiative=said[0], country=said[1]):
            return False
        self._people.update(self._keys(session.pk, *said))
        return True

    def _keys(self, session: int, initiative: str, country: str) -> list[tuple[int, By, str]]:
        """What a person counts under; who names no initiative counts under none."""
        named = initiatives.key_of(str(initiative), str(country))
        keys = ((By.INITIATIVE, self._names.get(named, named[0])), (By.COUNTRY, str(country)))
        return [(session, by, key) for by, key in keys if key]


def as_said(registration: Registration, *, initiative: str, country: str) -> None:
    """Let a registration say what its form said in what its session counts by; unsaved.

    The answer to a form then hangs on what was typed alone, and what was judged is what counts.
    """
    caps = _caps(registration.session)
    if By.INITIATIVE in caps:
        registration.initiative = initiative
    if caps:
        # By its country a name is told from the same name elsewhere.
        registration.country = country


def _caps(session: Session) -> dict[By, int]:
    set_by_staff = {By.INITIATIVE: session.most_per_initiative, By.COUNTRY: session.most_per_country}
    return {by: most for by, most in set_by_staff.items() if most is not None}
