"""Queries that are asked for every mail: their SQL is written once, and only the values change.

Writing the SQL of a query costs Django more than the database needs to answer it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Parameter = int | str


class Prepared:
    """A query of plain columns (texts and whole numbers) with parameters.

    build: makes the queryset of values from its parameters; called once, with stand-ins for them.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *types: type[Parameter]) -> None:
        self._build = build
        self._types = types
        self._sql = ""
        self._parameters: tuple[object, ...] = ()
        self._places: tuple[int, ...] = ()

    def rows(self, *values: Parameter) -> list[tuple[Any, ...]]:
        """One query; the rows as the database gives them."""
        if not self._sql:
            self._prepare()
        parameters: list[Any] = list(self._parameters)
        for place, value in zip(self._places, values, strict=True):
            parameters[place] = value
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _prepare(self) -> None:
        stand_ins = [_stand_in(kind, place) for place, kind in enumerate(self._types)]
        sql, parameters = self._build(*stand_ins).query.sql_with_params()
        # ValueError where Django dropped or doubled a parameter: then its place would be a guess.
        places = [parameters.index(stand_in) for stand_in in stand_ins]
        if any(parameters.count(stand_in) != 1 for stand_in in stand_ins):
            raise ValueError("a parameter stands in more than one place")
        self._parameters, self._places, self._sql = tuple(parameters), tuple(places), sql


def _stand_in(kind: type[Parameter], place: int) -> Parameter:
    # Small enough for every column: Django does not ask a database for a number that its column cannot hold.
    return 31_001 + place if kind is int else f"stand-in {place}"
