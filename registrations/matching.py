"""Whose line of a report it is: certain, suggested with the reason, or left to a person. No database.

Nobody is certain by a name alone. Who has the same name as somebody else, or appears under the name of a device, is
offered to staff, never credited.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from registrations.choices import Part
from registrations.platforms import names
from registrations.platforms.rows import Flag, Person

# Words that join the parts of a name and are left out as easily as written.
_JOINING = frozenset(
    "de del la las los el y e da do das dos di du des van von der jr sr mr mrs ms dr dra ing lic sra".split()
)
# A name of more words is not taken apart any more.
MOST_WORDS = 7
# So many of the same name are shown to staff.
OFFERED = 8


class Kind(StrEnum):
    CERTAIN = "certain"
    SUGGESTED = "suggested"
    AMBIGUOUS = "ambiguous"
    DEVICE = "device"
    NONE = "none"


class Why(TextChoices):
    """The reason for a match, or for none."""

    ADDRESS = "address", pgettext_lazy("match", "registered with this address")
    ALIAS = "alias", pgettext_lazy("match", "staff confirmed this address before")
    KNOWN_NAME = "known_name", pgettext_lazy("match", "staff confirmed this name before")
    FORGOTTEN = "forgotten", pgettext_lazy("match", "staff no longer hold to what they confirmed before")
    NAME = "name", pgettext_lazy("match", "one registration has this name; the report gives no address")
    OTHER_ADDRESS = "other_address", pgettext_lazy("match", "one registration has this name, with another address")
    NAMESAKES = "namesakes", pgettext_lazy("match", "several registrations have this name")
    TWO_AT_ONCE = "two_at_once", pgettext_lazy("match", "two of this name were there at the same time")
    DEVICE = "device", pgettext_lazy("match", "the name of a device or a telephone number")
    OWNER = "owner", pgettext_lazy("match", "a device with the name of these people")
    SPEAKER = "speaker", pgettext_lazy("match", "on the panel of this session")
    HOST = "host", pgettext_lazy("match", "host of the meeting")
    NOBODY = "nobody", pgettext_lazy("match", "nobody of this session has this name or address")


@dataclass(frozen=True, slots=True)
class Entry:
    """One registration as it can be recognised. addresses: normalised."""

    registration: int
    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """candidates: keys of registrations, the only one where it is certain or suggested."""

    kind: Kind
    why: Why
    candidates: tuple[int, ...]
    part: Part

    @property
    def registration(self) -> int | None:
        sole = self.kind in (Kind.CERTAIN, Kind.SUGGESTED)
        return self.candidates[0] if sole and self.candidates else None


class Roster:
    """Who may be met in a session, ready to be looked up: a hundred thousand of them in a second."""

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        aliases: Mapping[str, int] = MappingProxyType({}),
        known_names: Mapping[str, int] = MappingProxyType({}),
        speakers: Collection[str] = (),
        hosts: Collection[str] = (),
    ) -> None:
        """aliases: address, as staff confirmed it before, to registration. known_names: likewise, by key of the name.

        speakers: addresses and keys of names of the panel. hosts: addresses of the organisers.
        """
        self._aliases, self._known_names = aliases, known_names
        self._speakers, self._hosts = frozenset(speakers), frozenset(hosts)
        self._by_address: dict[str, int] = {}
        self._by_word: defaultdict[str, set[int]] = defaultdict(set)
        self._by_words: defaultdict[frozenset[str], set[int]] = defaultdict(set)
        for entry in entries:
            self._by_address.update(dict.fromkeys(entry.addresses, entry.registration))
            for spelling in dict.fromkeys((entry.name, names.closed(entry.name))):
                words = words_of(names.key(spelling))
                self._by_words[words].add(entry.registration)
                for word in words:
                    self._by_word[word].add(entry.registration)

    def match(self, person: Person) -> Match:
        """Say whose line it is, by the strongest reason there is."""
        part = self._part(person)
        if person.email and (found := self._by_address.get(person.email)):
            return Match(Kind.CERTAIN, Why.ADDRESS, (found,), part)
        if person.email and (found := self._aliases.get(person.email)):
            return Match(Kind.CERTAIN, Why.ALIAS, (found,), part)
        if part == Part.HOST:
            return Match(Kind.NONE, Why.HOST, (), part)
        if part == Part.SPEAKER:
            return Match(Kind.NONE, Why.SPEAKER, (), part)
        if person.is_device:
            owners = self._owners(person)
            return Match(Kind.DEVICE, Why.OWNER if owners else Why.DEVICE, owners, part)
        return self._by_name(person, part)

    def _part(self, person: Person) -> Part:
        """What the file says; else what we know of the panel and the organisers."""
        if (said := Part(person.role.value)) != Part.AUDIENCE:
            return said
        if person.email:
            known = ((self._hosts, Part.HOST), (self._speakers, Part.SPEAKER))
            return next((part for addresses, part in known if person.email in addresses), Part.AUDIENCE)
        spoke = any(key in self._speakers for key in _keys(person))
        return Part.SPEAKER if spoke else Part.AUDIENCE

    def _by_name(self, person: Person, part: Part) -> Match:
        keys = _keys(person)
        found = sorted({one for key in keys for one in self._named(words_of(key))})
        if len(found) > 1:
            return Match(Kind.AMBIGUOUS, Why.NAMESAKES, tuple(found[:OFFERED]), part)
        known = next((self._known_names[key] for key in keys if key in self._known_names), None)
        if known is not None and found in ([], [known]):
            return Match(Kind.SUGGESTED, Why.KNOWN_NAME, (known,), part)
        if not found:
            return Match(Kind.NONE, Why.NOBODY, (), part)
        if Flag.NAMESAKES in person.flags:
            return Match(Kind.AMBIGUOUS, Why.TWO_AT_ONCE, tuple(found), part)
        return Match(Kind.SUGGESTED, Why.OTHER_ADDRESS if person.email else Why.NAME, tuple(found), part)

    def _named(self, words: frozenset[str]) -> set[int]:
        """Registrations whose name holds all these words, or is held by them; one word alone names nobody."""
        if len(words) < 2:
            return set()
        longer = set.intersection(*sorted((self._by_word.get(word, set()) for word in words), key=len))
        if len(words) > MOST_WORDS:
            return longer
        shorter = (frozenset(some) for size in range(2, len(words)) for some in combinations(sorted(words), size))
        return longer.union(*(self._by_words.get(some, set()) for some in shorter))

    def _owners(self, person: Person) -> tuple[int, ...]:
        """Of "iPhone de Carla" those named Carla; offered to staff, nothing more."""
        words = {word for key in _keys(person) for word in words_of(key)}
        found: set[int] = set().union(*(self._by_word.get(word, set()) for word in words))
        return tuple(sorted(found)) if len(found) <= OFFERED else ()


def words_of(key: str) -> frozenset[str]:
    """The words of a name by which it is compared: "rosa maria del carmen" → rosa, maria, carmen."""
    return frozenset(word for word in key.split() if word not in _JOINING and len(word) > 1)


def _keys(person: Person) -> tuple[str, ...]:
    written = (*person.names, *person.formal_names)
    return tuple(dict.fromkeys(key for name in written for key in names.keys(name)))
