"""Everything we hold about a person, read from what the tables say of themselves: a new one is never forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Field, ForeignKey, Model, Q, QuerySet

from registrations.models import Attendee, EmailAddress, Evidence, Message, Registration
from workshops.models import Series, Session

Row = dict[str, object]

# What opens a door, guards a lease, or only repeats another column.
_LEFT_OUT = {
    *("id", "folded", "normalised", "told_facts", "browser_digest", "nonce", "key", "moved"),
    *("lease_token", "lease_until", "bundle", "round", "revision", "link_version", "calendar_version"),
    *("sign_in_version", "candidates", "ReportRow.position"),
}
_SAID_IN_WORDS = (Series, Session)


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing we hold; its rows are read as they are asked for."""

    name: str
    rows: Iterable[Row]


@dataclass(frozen=True, slots=True)
class Held:
    """How much of each kind there is."""

    registrations: int
    answers: int
    enrolments: int
    messages: int
    evidence: int


def held(*, attendee: Attendee) -> Held:
    """Two queries, however much there is."""
    written = Count("pk", filter=~Q(support_needed="") | ~Q(question="") | ~Q(typed={}), distinct=True)
    counted = attendee.registrations.aggregate(
        registrations=Count("pk", distinct=True), answers=written, evidence=Count("evidence", distinct=True)
    )
    of_person = Attendee.objects.filter(pk=attendee.pk).aggregate(
        enrolments=Count("enrolments", distinct=True), messages=Count("messages", distinct=True)
    )
    return Held(**counted, **of_person)


def parts(*, attendee: Attendee) -> Iterator[Part]:
    """The profile, then all that belongs to the person, and all that belongs to their registrations and addresses.

    Each row is a flat one: moments as ISO 8601, sessions and series by their names.
    """
    yield Part("profile", [_row(attendee)])
    for name, rows in _belongings(attendee):
        yield Part(name, _rows(rows))


def _belongings(attendee: Attendee) -> Iterator[tuple[str, QuerySet[Model]]]:
    for relation in Attendee._meta.related_objects:
        field = relation.field.name
        yield str(relation.get_accessor_name()), relation.related_model._base_manager.filter(**{field: attendee})
    for owner, path in ((Registration, "attendee"), (EmailAddress, "attendee")):
        for relation in owner._meta.related_objects:
            if relation.related_model is not Message:
                wanted = {f"{relation.field.name}__{path}": attendee}
                yield str(relation.get_accessor_name()), relation.related_model._base_manager.filter(**wanted)


def _rows(rows: QuerySet[Model]) -> Iterator[Row]:
    fields = rows.model._meta.concrete_fields
    named = [field.name for field in fields if field.related_model in (*_SAID_IN_WORDS, Registration)]
    # Of all these the name is told, and that of a session asks its series for the language.
    beyond = {"session": "session__series", "registration": "registration__session__series"}
    named = [beyond.get(name, name) for name in named] + (["retraction"] if rows.model is Evidence else [])
    for row in rows.select_related(*named).order_by("pk").iterator(chunk_size=200):
        yield _row(row)


def _row(row: Model) -> Row:
    said: Row = {}
    for field in row._meta.concrete_fields:
        if field.related_model is Registration and (registration := getattr(row, field.name)) is not None:
            said["session"] = str(registration.session)
        elif _is_told(field):
            said[field.name] = _value(row, field)
    if isinstance(row, Evidence):
        # The reason is the team's, and may name somebody else.
        said["taken_back_at"] = row.retraction.at.isoformat(timespec="seconds") if row.is_retracted else None
    return said


def _is_told(field: Field[object, object]) -> bool:
    if isinstance(field, ForeignKey):
        return field.related_model in _SAID_IN_WORDS
    return not _LEFT_OUT & {field.name, f"{field.model.__name__}.{field.name}"}


def _value(row: Model, field: Field[object, object]) -> object:
    value = getattr(row, field.name)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value if value is None or isinstance(value, bool | int | float | dict | list) else str(value)
