"""Which initiative a name means, and which names are offered to everyone.

What one person wrote is nobody else's to read: a name is offered when staff said so, or when people share it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db import transaction
from django.db.models import Count, Exists, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from iatp_events.lib.folding import fold
from iatp_events.lib.prepared import PreparedModels
from registrations.choices import Suggest
from registrations.models import Attendee, Initiative, Registration
from registrations.models.initiatives import LONGEST_NAME, InitiativeQuerySet

PEOPLE_WHO_SHARE = 2
# What a page carries, of names that are no longer than this; what an answer carries, and what a process keeps.
MOST_SUGGESTED, LONGEST_SUGGESTED, MOST_MATCHING, MOST_KEPT = 60, 100, 8, 3_000
MOST_FOR_STAFF = 200
KEPT_FOR = 60.0
BATCH = 500

Key = tuple[str, str]


def _coordinated(folded: str, country: str) -> QuerySet[Initiative, Initiative]:
    """The one of this name and country, if anybody coordinates it."""
    somebody = Exists(Attendee.objects.filter(coordinates=OuterRef("pk")))
    return Initiative.objects.filter(somebody, folded=folded, country=country)


_COORDINATED = PreparedModels(_coordinated, str, str)


class Suggestion(NamedTuple):
    """A tuple, because the cache unpacks thousands of them."""

    number: int
    name: str
    plain: str
    searched: str

    @property
    def label(self) -> str:
        """The name without accents, where it has any: browsers find a suggestion by its label as well."""
        return "" if self.plain == self.name.casefold() else self.plain


def key_of(name: str, country: str) -> Key:
    """What makes two names one initiative's."""
    return fold(name)[:LONGEST_NAME], country


def find_or_make(*, name: str, country: str, sector: str, now: datetime) -> Initiative | None:
    """The row of this name in this country; None for no name. Two at once find the same one."""
    folded, country = key_of(name, country)
    if not folded:
        return None
    found = _COORDINATED.first(folded, country)
    if found is not None:
        return found
    named = Initiative.objects.filter(folded=folded, country=country)
    # One that nobody coordinates may be on its way to being forgotten: see `forget_unused`.
    found = named.select_for_update(no_key=True).first()
    if found is None:
        Initiative.objects.bulk_create([_made(name, country, sector, now)], ignore_conflicts=True)
        found = named.get()
    return found


def join(attendee: Attendee, *, now: datetime) -> None:
    """Let a person coordinate what they say they do; unsaved.

    Who only moves to another country, or writes the name with other accents, stays with their initiative.
    """
    current, (folded, country) = attendee.coordinates, key_of(attendee.initiative, attendee.country.code or "")
    if current is None or current.folded != folded:
        named = {"name": attendee.initiative, "country": country, "sector": attendee.sector}
        attendee.coordinates = find_or_make(**named, now=now)


def join_many(people: Sequence[Attendee], *, now: datetime, suggest: str = "") -> None:
    """The same for many who are new; unsaved. A constant number of statements per batch."""
    keys = {id(person): key_of(person.initiative, person.country.code or "") for person in people}
    wanted = {key: person for person in people if (key := keys[id(person)])[0]}
    found = _found(wanted)
    missing = [
        _made(person.initiative, key[1], person.sector, now, suggest)
        for key, person in wanted.items()
        if key not in found
    ]
    if missing:
        Initiative.objects.bulk_create(missing, ignore_conflicts=True, batch_size=BATCH)
        found = _found(wanted)
    for person in people:
        person.coordinates = found.get(keys[id(person)])


@transaction.atomic
def forget_unused(rows: InitiativeQuerySet) -> int:
    """Forget those among the rows that nobody coordinates; returns how many.

    Whoever joins one that nobody coordinates locks it first, so that it is not forgotten under their hands.
    """
    locked = Initiative.objects.select_for_update().filter(pk__in=rows.unused().values("pk")).order_by("pk")
    return Initiative.objects.filter(pk__in=[row.pk for row in locked]).unused().delete()[0]


def spelling(attendee: Attendee) -> str:
    """The name as it is offered to everyone, where the person wrote that with other accents; else as they wrote it."""
    offered = (one.name for one in offered_to_everyone() if one.number == attendee.coordinates_id)
    return next(offered, attendee.initiative.strip())


def suggestions() -> list[Suggestion]:
    """What a page carries: those that most people coordinate, by name."""
    kept: list[Suggestion] | None = caches["process"].get("initiatives-of-a-page")
    if kept is None:
        short = [one for one in offered_to_everyone() if len(one.name) <= LONGEST_SUGGESTED]
        kept = sorted(short[:MOST_SUGGESTED], key=lambda one: one.plain)
        caches["process"].set("initiatives-of-a-page", kept, KEPT_FOR)
    return kept


def most_coordinated() -> list[str]:
    """To staff: the names of the initiatives that most people coordinate, each once. One query, however many."""
    people = Attendee.objects.not_erased().filter(coordinates__isnull=False).order_by()
    parties = people.annotate(party=Coalesce("coordinates__merged_into__name", "coordinates__name")).values("party")
    most = parties.annotate(people=Count("pk")).order_by("-people", "party")[:MOST_FOR_STAFF]
    return sorted((row["party"] for row in most), key=fold)


def is_known(name: str) -> bool:
    """Whether somebody wrote this name, or staff did."""
    return Initiative.objects.known_as(name).exists() or Attendee.objects.filter(initiative__iexact=name).exists()


def matching(typed: str) -> list[Suggestion]:
    """A few that hold every word typed, accents and order forgiven."""
    words = fold(typed).split()
    found = (one for one in offered_to_everyone() if all(word in one.searched for word in words))
    return [one for one, _few in zip(found, range(MOST_MATCHING), strict=False)] if words else []


def offered_to_everyone() -> list[Suggestion]:
    """Those that most people coordinate first; kept in the process for a minute."""
    kept: list[Suggestion] | None = caches["process"].get("initiatives")
    if kept is None:
        kept = _offered()
        caches["process"].set("initiatives", kept, KEPT_FOR)
    return kept


def with_counts(parties: InitiativeQuerySet) -> InitiativeQuerySet:
    """Say of each how many coordinate it (`people_count`), and how many of their registrations stand."""
    people = Attendee.objects.coordinating(OuterRef(OuterRef("pk"))).order_by()
    registrations = Registration.objects.live().filter(
        attendee__in=Attendee.objects.coordinating(OuterRef(OuterRef(OuterRef("pk")))).values("pk")
    )
    return parties.annotate(people_count=_count(people), registration_count=_count(registrations.order_by()))


def _count(rows: QuerySet[Any]) -> Subquery:
    # Counted by the subquery itself: a grouped one would be empty where there is nobody.
    return Subquery(rows.annotate(counted=Func("pk", function="COUNT")).values("counted"), IntegerField())


def look_again() -> None:
    """What staff change shows at once where they changed it; elsewhere within a minute."""
    caches["process"].delete_many(["initiatives", "initiatives-of-a-page"])


def _offered() -> list[Suggestion]:
    people, written = _proven()
    shared = [party for party, count in people.items() if count >= PEOPLE_WHO_SHARE]
    offered = Q(suggest=Suggest.ALWAYS) | Q(suggest=Suggest.BY_COUNT, pk__in=shared)
    rows = Initiative.objects.parties().filter(offered).order_by("folded", "country")
    searched: dict[int, list[str]] = {}
    named: dict[int, tuple[str, str]] = {}
    for pk, name, folded, suggest, also in rows.values_list("pk", "name", "folded", "suggest", "also__folded"):
        named[pk] = (name if suggest else _spelt(folded, written[pk]) or name, folded)
        searched.setdefault(pk, [folded]).append(also or "")
    most = sorted(named, key=lambda pk: -people[pk])
    once = {named[pk][1]: pk for pk in reversed(most)}
    kept = [pk for pk in most if once[named[pk][1]] == pk][:MOST_KEPT]
    return [Suggestion(pk, *named[pk], " ".join(searched[pk])) for pk in kept]


def _proven() -> tuple[Counter[int], dict[int, Counter[str]]]:
    """How many people of proven addresses coordinate each initiative, and what they wrote."""
    people: Counter[int] = Counter()
    written: dict[int, Counter[str]] = defaultdict(Counter)
    proven = Attendee.objects.filter(coordinates__isnull=False).not_erased().proven().order_by()
    parties = proven.annotate(party=Coalesce("coordinates__merged_into", "coordinates")).values("party", "initiative")
    for party, name, count in parties.annotate(people=Count("pk")).values_list("party", "initiative", "people"):
        people[party] += count
        written[party][" ".join(name.split())] += count
    return people, written


def _spelt(folded: str, written: Counter[str]) -> str:
    """As most of those people write it: whoever came first, unproven, must not choose the letters for everybody."""
    return next((name for name, _count in written.most_common() if key_of(name, "")[0] == folded), "")


def _made(name: str, country: str, sector: str, now: datetime, suggest: str = "") -> Initiative:
    written = " ".join(name.split())[:LONGEST_NAME]
    return Initiative(name=written, country=country, sector=sector, created_at=now, suggest=suggest)


def _found(keys: Iterable[Key]) -> dict[Key, Initiative]:
    names = {folded for folded, _country in keys}
    rows = Initiative.objects.filter(folded__in=names)
    return {(row.folded, str(row.country or "")): row for row in rows}
