"""Make an initiative of every name that people wrote, one per country, and let them coordinate it."""

from collections import Counter, defaultdict

from django.db import connections, migrations
from django.db.models import Count
from django.utils import timezone

from iatp_events.lib.folding import fold

BATCH = 500
LONGEST = 200


def key_of(name, country):
    return fold(name)[:LONGEST], str(country or "")


def make(apps, schema_editor):
    Attendee, Initiative = (apps.get_model("registrations", name) for name in ("Attendee", "Initiative"))
    people = Attendee.objects.using(schema_editor.connection.alias).exclude(initiative="").filter(erased_at=None)
    initiatives = Initiative.objects.using(schema_editor.connection.alias)
    spellings, sectors = defaultdict(Counter), defaultdict(Counter)
    groups = people.order_by().values_list("initiative", "country", "sector").annotate(Count("pk"))
    for name, country, sector, count in groups.iterator():
        key = key_of(name, country)
        spellings[key][" ".join(name.split())] += count
        sectors[key][sector] += count if sector else 0
    now = timezone.now()
    rows = (
        Initiative(
            name=_commonest(names),
            country=country,
            sector=_commonest(sectors[folded, country]),
            folded=folded,
            created_at=now,
        )
        for (folded, country), names in spellings.items()
        if folded
    )
    initiatives.bulk_create(rows, batch_size=BATCH)
    _join(people, initiatives)


def _join(people, initiatives):
    numbers = {(folded, country): pk for pk, folded, country in initiatives.values_list("pk", "folded", "country")}
    written = people.order_by("pk").values_list("pk", "initiative", "country")
    last = 0
    # Page by page: a long cursor would not see the end of what is written meanwhile.
    while page := list(written.filter(pk__gt=last)[: BATCH * 4]):
        last = page[-1][0]
        found = [(pk, numbers.get(key_of(name, country))) for pk, name, country in page]
        _write(people, [(pk, number) for pk, number in found if number is not None])


def _write(people, pairs):
    """One statement, as PostgreSQL and SQLite both know it: a CASE with so many branches takes them a minute."""
    if pairs:
        values = ", ".join(f"({pk:d}, {number:d})" for pk, number in pairs)
        table = people.model._meta.db_table
        with connections[people.db].cursor() as cursor:
            cursor.execute(
                f"WITH pairs (pk, number) AS (VALUES {values}) "
                f"UPDATE {table} SET coordinates_id = pairs.number FROM pairs WHERE {table}.id = pairs.pk"
            )


def _commonest(counted):
    """What most wrote; of as many, what sorts first."""
    return min(counted.items(), key=lambda item: (-item[1], item[0]))[0] if counted else ""


class Migration(migrations.Migration):
    dependencies = [("registrations", "0014_initiatives")]

    # Backwards there is nothing to do: what people wrote stays as they wrote it.
    operations = [migrations.RunPython(make, migrations.RunPython.noop, elidable=True)]
