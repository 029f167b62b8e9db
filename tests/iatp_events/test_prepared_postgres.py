"""On PostgreSQL the plan is kept too, for as long as the connection lasts and never behind a pooler."""

from __future__ import annotations

import pytest

from tests.servers.house import House

pytestmark = pytest.mark.real_time

ASKED = """
import uuid
from datetime import timedelta
from django.db import connection
from django.utils import timezone
from iatp_events.lib.prepared import Prepared, PreparedUpdate
from registrations.models import Message
from tests import factories
from workshops.models import Series

one, two = factories.create_series("one"), factories.create_series("two", planned_sessions=3)
likes = Prepared(
    lambda slug, n, at, key: Series.objects.filter(
        slug=slug, planned_sessions=n, created_at__lt=at, contact__contains="%"
    ).exclude(pk__in=Message.objects.filter(pk=key).values("series")).values_list("slug"),
    str, int, type(timezone.now()), uuid.UUID,
)
renamed = PreparedUpdate(lambda name, slug: (Series.objects.filter(slug=slug), {"contact": name}), str, str)
later = timezone.now() + timedelta(days=1)

def ask():
    found = [renamed.run("100% it's ana", "one"), renamed.run("luis", "two"), renamed.run("x", "three")]
    found += [likes.rows("one", 10, later, uuid.uuid4()), likes.rows("two", 3, later, uuid.uuid4())]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return found + [cursor.fetchone()[0]]

answer = [ask(), ask()]
connection.close()
answer.append(ask())
connection.close()
connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True
answer.append(ask())
answer = [[list(map(list, part)) if isinstance(part, list) else part for part in asked] for asked in answer]
"""


def test_a_plan_lives_as_long_as_its_connection_and_not_behind_a_pooler(house: House) -> None:
    asked = house.run(ASKED)

    found = [1, 1, 0, [["one"]], []]
    assert asked == [[*found, 2], [*found, 2], [*found, 2], [*found, 0]]


MODELS = """
from iatp_events.lib.prepared import PreparedModels
from tests import factories
from workshops.models import Session

factories.create_session(number=3, summary={"en": "100% about"}, languages=["en", "es"])

def sessions(slug, number):
    return Session.objects.filter(series__slug=slug, number=number).select_related("series")

def told(row):
    return [[field.name, repr(getattr(row, field.attname))] for field in row._meta.concrete_fields]

prepared = PreparedModels(sessions, str, int)
expected = sessions("community-in-practice", 3).get()
answer = [told(expected) + told(expected.series)]
for _ in range(2):
    answer += [told(one) + told(one.series) for one in prepared.rows("community-in-practice", 3)]
"""


def test_rows_come_as_the_models_that_django_makes(house: House) -> None:
    expected, first, second = house.run(MODELS)

    assert first == second == expected
