"""Names that are one initiative's: staff merge doubles, take one out again, and give an initiative another name.

People keep the row of the name they typed, and that row says whose name it is; so merging moves everybody at once,
whoever registers at that moment as well, and taking a name out again loses nobody.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from registrations.choices import Suggest
from registrations.models import Initiative
from registrations.services.initiatives import key_of


class NotApart(Exception):
    """There are no two initiatives to merge: one of them is gone, or was merged meanwhile."""


@transaction.atomic
def merge(*, kept: int, others: Iterable[int], by: int | None, now: datetime) -> tuple[Initiative, list[Initiative]]:
    """Make the others, with all their names, names of the one that is kept. Returns it, and them.

    by: the key of the member of staff. Raises NotApart.
    """
    numbers = {kept, *others}
    rows = Initiative.objects.parties().select_for_update(of=("self",), no_key=True).filter(pk__in=numbers)
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) < len(numbers) or len(numbers) < 2:
        raise NotApart
    stays = found.pop(kept)
    gone = list(found.values())
    Initiative.objects.filter(merged_into__in=gone).update(merged_into=stays)
    Initiative.objects.filter(pk__in=found).update(merged_into=stays, merged_at=now, merged_by=by)
    if not stays.sector:
        stays.sector = next((row.sector for row in gone if row.sector), "")
    if stays.suggest == Suggest.BY_COUNT and any(row.suggest == Suggest.ALWAYS for row in gone):
        stays.suggest = Suggest.ALWAYS
    stays.save(update_fields=["sector", "suggest"])
    return stays, gone


def separate(*, name: int) -> bool:
    """Let a name be an initiative of its own again, with those who typed it. Returns whether it was another's."""
    rows = Initiative.objects.filter(pk=name, merged_into__isnull=False)
    return bool(rows.update(merged_into=None, merged_at=None, merged_by=None))


def taken(*, name: str, country: str, besides: int | None) -> Initiative | None:
    """Whose name this is already in this country, if it is another initiative's."""
    folded, country = key_of(name, country)
    found = Initiative.objects.filter(folded=folded, country=country).select_related("merged_into").first()
    return found.party if found is not None and found.party.pk != besides else None


@transaction.atomic
def write(*, initiative: Initiative, columns: list[str], by: int | None, now: datetime) -> None:
    """Save what staff changed; who types the old name still means this one."""
    old = Initiative.objects.select_for_update(of=("self",), no_key=True).get(pk=initiative.pk)
    before, after = (key_of(row.name, row.country.code or "") for row in (old, initiative))
    if before == after:
        initiative.save(update_fields=columns)
        return
    former = initiative.also.filter(folded=after[0], country=after[1]).first()
    if former is not None:
        # It goes by one of its other names from now on: the two change places, and a name stands once.
        Initiative.objects.filter(pk=former.pk).update(folded=f"#{former.pk}", country="")
    initiative.save(update_fields=columns)
    former = former or Initiative(merged_into=initiative, created_at=now)
    former.name, former.country, former.sector = old.name, old.country, old.sector
    former.merged_at, former.merged_by_id = now, by
    former.save()
