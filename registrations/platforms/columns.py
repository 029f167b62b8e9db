"""Which column holds what, by the header's words in four languages and by where the columns stand."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from iatp_events.lib.folding import fold
from registrations.platforms import durations
from registrations.platforms.header_words import STEMS, WORDS
from registrations.platforms.rows import Meaning

_NAMES = frozenset({Meaning.NAME, Meaning.GIVEN, Meaning.FAMILY})
_ARRIVALS = frozenset({Meaning.JOINED, Meaning.FIRST_JOINED})
_DEPARTURES = frozenset({Meaning.LEFT, Meaning.LAST_LEFT})
_TIMES = _ARRIVALS | _DEPARTURES | {Meaning.DURATION}
_BRACKETS = re.compile(r"\([^)]*\)")
_MARKS = re.compile(r"[^\w?]+|_")
# A header longer than this is a question someone was asked at registration.
_LABEL_LIMIT = 90
_BARE_NAMES = frozenset({"name", "nombre", "nome", "nom"})


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands where in the rows below one header. unit: seconds in a bare number of its duration column."""

    place: Mapping[Meaning, int]
    labels: tuple[str, ...]
    language: str
    unit: int = 60
    exact: bool = False

    @property
    def width(self) -> int:
        return len(self.labels)

    @property
    def has_times(self) -> bool:
        return bool(self.place.keys() & _TIMES) or self.is_action_list

    @property
    def is_action_list(self) -> bool:
        return Meaning.ACTION in self.place and bool(self.place.keys() & {Meaning.MOMENT, Meaning.MOMENT_UTC})

    @property
    def is_summary(self) -> bool:
        return Meaning.FIRST_JOINED in self.place or Meaning.LAST_LEFT in self.place

    @property
    def is_attendance(self) -> bool:
        """Whether it names people, and a time or a length beside them."""
        if self.place.keys() & _NAMES:
            return self.has_times
        return Meaning.EMAIL in self.place and bool(self.place.keys() & (_ARRIVALS | _DEPARTURES))

    @property
    def is_list(self) -> bool:
        """People without hours: an address or a name by its own word, not by a beginning that may mean anything."""
        return self.exact and bool(self.place.keys() & (_NAMES | {Meaning.EMAIL}))


@lru_cache(maxsize=1024)
def label(cell: str) -> str:
    """The words of a header cell as WORDS has them: "Name (Original Name)" → "name"."""
    plain = fold(cell)
    return " ".join(_MARKS.sub(" ", _BRACKETS.sub(" ", plain) or plain).split())


def fingerprint(header: Iterable[str]) -> str:
    """By which a header is known again: its words in their order, whatever their case, accents and spaces."""
    return hashlib.sha256("\x1f".join(fold(cell) for cell in header).rstrip("\x1f").encode()).hexdigest()


def _exact_words() -> dict[str, tuple[Meaning, frozenset[str]]]:
    found: dict[str, tuple[Meaning, frozenset[str]]] = {}
    for meaning, languages in WORDS.items():
        for language, words in languages.items():
            for word in words.split("|"):
                others = found[word][1] if word in found else frozenset()
                found.setdefault(word, (meaning, frozenset()))
                found[word] = (found[word][0], others | ({language} if language else set()))
    return found


_EXACT = _exact_words()
_STEMS = tuple((meaning, re.compile(pattern)) for meaning, pattern in STEMS)


def _meaning(cell: str) -> tuple[Meaning | None, bool]:
    """What a header cell means, and whether its whole name says so."""
    return _meaning_of(cell) if len(cell) <= _LABEL_LIMIT else (None, False)


@lru_cache(maxsize=1024)
def _meaning_of(cell: str) -> tuple[Meaning | None, bool]:
    words = label(cell)
    if words in _EXACT:
        return _EXACT[words][0], True
    return next((meaning for meaning, pattern in _STEMS if pattern.search(words)), None), False


def is_known(cell: str) -> bool:
    return _meaning(cell)[0] is not None


def read(cells: Sequence[str], same: Collection[int] = ()) -> Columns:
    """Read a row as if it were a header; `Columns.is_attendance` says whether it is one.

    same: columns that say one and the same in every row below, as what a flat report tells of its meeting.
    """
    exact: dict[Meaning, list[int]] = defaultdict(list)
    likely: dict[Meaning, list[int]] = defaultdict(list)
    languages: Counter[str] = Counter()
    for position, cell in enumerate(cells):
        meaning, is_exact = _meaning(cell) if cell else (None, False)
        if meaning is not None:
            (exact if is_exact else likely)[meaning].append(position)
            languages.update(_EXACT[label(cell)][1] if is_exact else ())
    places = {**likely, **exact}
    place = _choose(places, cells, same)
    return Columns(
        place=place,
        labels=tuple(cells),
        language=_language(languages),
        unit=durations.unit(cells[place[Meaning.DURATION]]) if Meaning.DURATION in place else 60,
        exact=bool(exact.keys() & (_NAMES | {Meaning.EMAIL})),
    )


def given(place: Mapping[int, Meaning], header: Sequence[str]) -> Columns:
    """The columns as staff named them."""
    placed = {meaning: position for position, meaning in place.items()}
    position = placed.get(Meaning.DURATION)
    unit = durations.unit(header[position]) if position is not None and position < len(header) else 60
    return Columns(place=placed, labels=tuple(header), language="", unit=unit, exact=True)


def _language(votes: Counter[str]) -> str:
    best = max(votes.values(), default=0)
    return next((language for language in ("en", "es", "pt", "fr") if best and votes[language] == best), "")


def _choose(all_places: Mapping[Meaning, list[int]], cells: Sequence[str], same: Collection[int]) -> dict[Meaning, int]:
    """One position for each meaning. Of two columns of one name the one beside the person's own columns is taken:
    the other speaks of the host or of the whole meeting (Z4)."""
    places = {
        meaning: [position for position in positions if position not in same] or positions
        for meaning, positions in all_places.items()
    }
    timed = [places[meaning][0] for meaning in (*_ARRIVALS, Meaning.MOMENT, *_DEPARTURES) if meaning in places]
    place = {meaning: _nearest(positions, timed) for meaning, positions in places.items()}
    if names := places.get(Meaning.NAME):
        original = [position for position in names if "original" in fold(cells[position])]
        place[Meaning.NAME] = _nearest(original or names, timed)
        place |= {
            meaning: _nearest(places[meaning], [place[Meaning.NAME]])
            for meaning in (Meaning.EMAIL, Meaning.ROLE)
            if meaning in places
        }
    _tell_the_host(place, all_places)
    return _parts_of_names(place, cells)


def _nearest(positions: list[int], anchors: list[int]) -> int:
    """The position nearest to an anchor, the later of two; the first position where there is no anchor."""
    if not anchors:
        return positions[0]
    return min(positions, key=lambda position: (min(abs(position - anchor) for anchor in anchors), -position))


def _tell_the_host(place: dict[Meaning, int], places: Mapping[Meaning, list[int]]) -> None:
    if Meaning.MEETING not in place:
        return
    for own, host in ((Meaning.NAME, Meaning.HOST_NAME), (Meaning.EMAIL, Meaning.HOST_EMAIL)):
        others = [position for position in places.get(own, []) if position != place[own]]
        if len(others) == 1:
            place.setdefault(host, others[0])


def _parts_of_names(place: dict[Meaning, int], cells: Sequence[str]) -> dict[Meaning, int]:
    """Beside a family name, "Nombre" is the given one; beside "Prénom", "Nom" is the family's."""
    if Meaning.NAME in place and label(cells[place[Meaning.NAME]]) in _BARE_NAMES:
        if Meaning.FAMILY in place and Meaning.GIVEN not in place:
            place[Meaning.GIVEN] = place.pop(Meaning.NAME)
        elif Meaning.GIVEN in place and Meaning.FAMILY not in place:
            place[Meaning.FAMILY] = place.pop(Meaning.NAME)
    return place
