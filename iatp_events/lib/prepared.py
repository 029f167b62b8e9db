"""Statements that are made for every mail or every guest: written once, planned once; only their values change.

Writing the SQL of a query costs Django more than the database needs to answer it, and planning it costs PostgreSQL
more than running it. Both are kept: the SQL for the process, the plan for the connection.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any, Generic, TypeVar, cast
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=models.Model)
Parameter = int | str | uuid.UUID | datetime
# How a database takes a value of each type: SQLite has neither moments nor UUIDs.
_FIELDS: dict[type[Parameter], models.Field[Any, Any]] = {
    int: models.IntegerField(),
    str: models.CharField(),
    uuid.UUID: models.UUIDField(),
    datetime: models.DateTimeField(),
}
_numbers = count(1)


class _Statement:
    """build: makes the SQL and its parameters; called once, with stand-ins for the values."""

    def __init__(self, build: Callable[..., tuple[str, tuple[Any, ...]]], *types: type[Parameter]) -> None:
        self._build = build
        self._types = types
        self._name = f"prepared_{next(_numbers)}"
        self._planned_on: WeakSet[Any] = WeakSet()

    def execute(self, cursor: CursorWrapper, values: tuple[Parameter, ...]) -> None:
        stored = self._stored(values)
        if _keeps_plans():
            self._plan(cursor)
            cursor.execute(f"EXECUTE {self._name} ({', '.join(['%s'] * len(stored))})", stored)
        else:
            sql, parameters, places = self._written
            turn = list(parameters)
            for place, value in zip(places, stored, strict=True):
                turn[place] = value
            cursor.execute(sql, turn)

    def rows(self, values: tuple[Parameter, ...]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            self.execute(cursor, values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _plan(self, cursor: CursorWrapper) -> None:
        if connection.connection in self._planned_on:
            return
        sql, parameters, places = self._written
        # What never changes stands in the statement, or no partial index could be used.
        written = [cursor.mogrify("%s", [parameter]).decode() for parameter in parameters]
        for number, place in enumerate(places, start=1):
            written[place] = f"${number}"
        cursor.execute(f"PREPARE {self._name} AS {sql % tuple(written)}".replace("%", "%%"), [])
        self._planned_on.add(connection.connection)

    @cached_property
    def _written(self) -> tuple[str, tuple[Any, ...], tuple[int, ...]]:
        """The SQL, its parameters, and the places of those that change."""
        stand_ins = tuple(_stand_in(kind, place) for place, kind in enumerate(self._types))
        sql, parameters = self._build(*stand_ins)
        # ValueError where Django dropped or doubled a parameter: then its place would be a guess.
        stored = self._stored(stand_ins)
        places = tuple(parameters.index(stand_in) for stand_in in stored)
        if any(parameters.count(stand_in) != 1 for stand_in in stored):
            raise ValueError("a parameter stands in more than one place")
        return sql, tuple(parameters), places

    def _stored(self, values: tuple[Parameter, ...]) -> list[Any]:
        fields = [_FIELDS[kind] for kind in self._types]
        return [field.get_db_prep_value(value, connection) for field, value in zip(fields, values, strict=True)]


class Prepared:
    """A query of plain columns with parameters.

    build: makes the queryset of values from its parameters; called once, with stand-ins for them.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *types: type[Parameter]) -> None:
        self._statement = _Statement(lambda *values: build(*values).query.sql_with_params(), *types)

    def rows(self, *values: Parameter) -> list[tuple[Any, ...]]:
        """One query; the rows as the database gives them (SQLite: moments as texts, truths as numbers)."""
        return self._statement.rows(values)


class PreparedModels(Generic[M]):
    """A query of whole rows, with what it joins by `select_related`, with parameters.

    build: as for `Prepared`, but the queryset of models. One that locks rows must first be asked inside a transaction,
    as Django itself sees to; afterwards nobody sees to it.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], *types: type[Parameter]) -> None:
        self._build, self._types = build, types
        self._statement = _Statement(lambda *values: build(*values).query.sql_with_params(), *types)

    def rows(self, *values: Parameter) -> list[M]:
        """One query; the rows as models."""
        with connection.cursor() as cursor:
            self._statement.execute(cursor, values)
            found = cursor.fetchall()
        compiler, converters, names, first, last, joined = self._shape
        models_found = []
        for row in compiler.apply_converters(found, converters):
            model = compiler.klass_info["model"].from_db(DEFAULT_DB_ALIAS, names, row[first:last])
            for populator in joined:
                populator.populate(row, model)
            for name, column in compiler.annotation_col_map.items():
                setattr(model, name, row[column])
            models_found.append(model)
        return models_found

    def first(self, *values: Parameter) -> M | None:
        return next(iter(self.rows(*values)), None)

    @cached_property
    def _shape(self) -> tuple[Any, Any, list[str], int, int, Any]:
        """Which columns make which model, as Django's own iteration over rows works it out each time."""
        stand_ins = (_stand_in(kind, place) for place, kind in enumerate(self._types))
        compiler: Any = self._build(*stand_ins).query.get_compiler(DEFAULT_DB_ALIAS)
        compiler.setup_query()
        select, columns = compiler.select, compiler.klass_info["select_fields"]
        first, last = columns[0], columns[-1] + 1
        names = [column[0].target.attname for column in select[first:last]]
        # The stubs tell of the next Django.
        joined = get_related_populators(compiler.klass_info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        return compiler, compiler.get_converters([column[0] for column in select]), names, first, last, joined


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
        with connection.cursor() as cursor:
            self._statement.execute(cursor, values)
            return int(cursor.rowcount)


class PreparedSql:
    """A statement written by hand, for what a queryset cannot say.

    build: gives the SQL and its parameters in order, each value once; called once, with stand-ins.
    """

    def __init__(self, build: Callable[..., tuple[str, tuple[Any, ...]]], *types: type[Parameter]) -> None:
        self._statement = _Statement(build, *types)

    def rows(self, *values: Parameter) -> list[tuple[Any, ...]]:
        """One statement; the rows it returns, as the database gives them."""
        return self._statement.rows(values)


def _keeps_plans() -> bool:
    """Behind a pooler that hands connections out by transaction a plan may be kept on somebody else's connection."""
    pooled = bool(connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"))
    return connection.vendor == "postgresql" and not pooled


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
