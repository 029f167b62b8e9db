"""Statements that are made for every mail: their SQL is written once, and only the values change.

Writing the SQL of a query costs Django more than the database needs to answer it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery

Parameter = int | str | uuid.UUID | datetime
# How a database takes a value of each type: SQLite has neither moments nor UUIDs.
_FIELDS: dict[type[Parameter], models.Field[Any, Any]] = {
    int: models.IntegerField(),
    str: models.CharField(),
    uuid.UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
}
Build = Callable[..., tuple[str, tuple[Any, ...]]]


class _Statement:
    """build: makes the SQL and its parameters; called once, with stand-ins for the values."""

    def __init__(self, build: Build, *types: type[Parameter]) -> None:
        self._build = build
        self._fields = [_FIELDS[kind] for kind in types]
        self._types = types
        self._sql = ""
        self._parameters: tuple[object, ...] = ()
        self._places: tuple[int, ...] = ()

    def parameters(self, values: tuple[Parameter, ...]) -> list[Any]:
        """The parameters of this turn; after it, `sql` is written."""
        if not self._sql:
            self._prepare()
        parameters: list[Any] = list(self._parameters)
        for place, value in zip(self._places, self._stored(values), strict=True):
            parameters[place] = value
        return parameters

    @property
    def sql(self) -> str:
        return self._sql

    def _prepare(self) -> None:
        stand_ins = [_stand_in(kind, place) for place, kind in enumerate(self._types)]
        sql, parameters = self._build(*stand_ins)
        # ValueError where Django dropped or doubled a parameter: then its place would be a guess.
        stored = self._stored(stand_ins)
        places = [parameters.index(stand_in) for stand_in in stored]
        if any(parameters.count(stand_in) != 1 for stand_in in stored):
            raise ValueError("a parameter stands in more than one place")
        self._parameters, self._places, self._sql = tuple(parameters), tuple(places), sql

    def _stored(self, values: tuple[Parameter, ...] | list[Parameter]) -> list[Any]:
        return [field.get_db_prep_value(value, connection) for field, value in zip(self._fields, values, strict=True)]


class Prepared:
    """A query of plain columns with parameters.

    build: makes the queryset of values from its parameters; called once, with stand-ins for them.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *types: type[Parameter]) -> None:
        self._statement = _Statement(lambda *values: build(*values).query.sql_with_params(), *types)

    def rows(self, *values: Parameter) -> list[tuple[Any, ...]]:
        """One query; the rows as the database gives them (SQLite: moments as texts, truths as numbers)."""
        parameters = self._statement.parameters(values)
        with connection.cursor() as cursor:
            cursor.execute(self._statement.sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class PreparedUpdate:
    """An update with parameters.

    build: makes the queryset of the rows, of one table, and what each column gets; called once, with stand-ins.
    """

    def __init__(
        self, build: Callable[..., tuple[QuerySet[Any, Any], Mapping[str, Any]]], *types: type[Parameter]
    ) -> None:
        self._statement = _Statement(lambda *values: _update(*build(*values)), *types)

    def run(self, *values: Parameter) -> int:
        """One statement; returns how many rows it found."""
        parameters = self._statement.parameters(values)
        with connection.cursor() as cursor:
            cursor.execute(self._statement.sql, parameters)
            return int(cursor.rowcount)


def _update(rows: QuerySet[Any, Any], values: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    query = cast(UpdateQuery, rows.query.chain(UpdateQuery))
    query.add_update_values(dict(values))
    return query.sql_with_params()


def _stand_in(kind: type[Parameter], place: int) -> Parameter:
    # Small enough for every column: Django does not ask a database for a number that its column cannot hold.
    number = 31_001 + place
    if kind is int:
        return number
    if kind is uuid.UUID:
        return uuid.UUID(int=number)
    if kind is datetime:
        return datetime(2001, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return f"stand-in {place}"
