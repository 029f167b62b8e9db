"""Queries whose SQL is written once."""

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext

from iatp_events.lib.prepared import Prepared, PreparedModels, PreparedUpdate
from tests.factories import create_series, create_session
from workshops.models import Places, Series, Session

pytestmark = pytest.mark.django_db


def of(slug: str, sessions: int):
    return Series.objects.filter(slug=slug, planned_sessions=sessions).values_list("pk")


def test_the_same_sql_answers_for_other_values():
    one, two = create_series("one"), create_series("two", planned_sessions=3)
    prepared = Prepared(of, str, int)

    with CaptureQueriesContext(connection) as queries:
        found = [prepared.rows("one", 10), prepared.rows("two", 3), prepared.rows("two", 10)]

    assert [list(map(tuple, rows)) for rows in found] == [[(one.pk,)], [(two.pk,)], []]
    assert len(queries) == 3


def test_a_value_cannot_end_its_string():
    create_series("one")

    assert list(Prepared(of, str, int).rows("one' OR '1'='1", 10)) == []


def test_a_parameter_without_a_place_of_its_own_is_refused():
    twice = Prepared(lambda number: Series.objects.filter(pk=number, planned_sessions=number).values_list("pk"), int)

    with pytest.raises(ValueError, match="more than one place"):
        twice.rows(1)


def test_an_update_says_how_many_rows_it_found():
    one, two = create_series("one"), create_series("two")
    renamed = PreparedUpdate(lambda name, slug: (Series.objects.filter(slug=slug), {"contact": name}), str, str)

    found = [renamed.run("ana@example.org", "one"), renamed.run("luis@example.org", "two"), renamed.run("x", "three")]

    one.refresh_from_db()
    two.refresh_from_db()
    assert (found, one.contact, two.contact) == ([1, 1, 0], "ana@example.org", "luis@example.org")


def test_rows_come_as_the_models_that_django_makes():
    for slug in ("one", "two"):
        create_session(create_series(slug), number=3, summary={"en": "About"}, languages=["en", "es"])

    def sessions(slug: str, number: int):
        return Session.objects.filter(series__slug=slug, number=number).select_related("series")

    prepared = PreparedModels(sessions, str, int)
    found = [*prepared.rows("one", 3), *prepared.rows("two", 3), *prepared.rows("two", 4)]

    expected = [sessions("one", 3).get(), sessions("two", 3).get()]
    assert [told(session) for session in found] == [told(session) for session in expected]
    with CaptureQueriesContext(connection) as queries:
        assert [told(session.series) for session in found] == [told(session.series) for session in expected]
    assert len(queries) == 0
    found[0].venue = "Elsewhere"
    found[0].save()
    assert Session.objects.filter(venue="Elsewhere").count() == 1


def told(row):
    """Every column, as the types that pages read."""
    return [(field.name, repr(getattr(row, field.attname))) for field in row._meta.concrete_fields]


def full(series: int):
    places = Places.objects.filter(session=OuterRef("pk"), capacity=0)
    return Session.objects.filter(series=series).annotate(is_full=Exists(places)).order_by("number").without_texts()


def test_what_a_query_reckons_comes_with_its_rows_and_what_it_leaves_out_is_asked_for_later():
    series = create_series()
    for number, capacity in ((1, 0), (2, 5)):
        create_session(series, number=number, capacity=capacity, summary={"en": f"About {number}"})
    prepared = PreparedModels(full, int)

    found = prepared.rows(series.pk)

    assert [bool(session.is_full) for session in found] == [True, False]
    assert "summary" in found[0].get_deferred_fields()
    assert str(found[1].summary) == "About 2"


def test_of_nothing_found_there_is_no_first():
    assert PreparedModels(lambda slug: Series.objects.filter(slug=slug), str).first("nowhere") is None
