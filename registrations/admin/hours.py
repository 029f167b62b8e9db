"""A moment as staff read it: on the clock of the series, which is named, with UTC behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.db.models import Model
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from iatp_events.lib import zones
from registrations.models import Message


def local(at: datetime | None, zone: str) -> SafeString | str:
    """ "14 Oct 2026, 11:00 Santiago"; UTC when the pointer rests on it."""
    if at is None:
        return "–"
    known = zone if zones.exists(zone) else "UTC"
    return format_html(
        '<time datetime="{}" title="{}">{} <span class="quiet">{}</span></time>',
        at.isoformat(),
        in_utc(at),
        _words(at, known),
        zones.city(known),
    )


def column(model: type[Model], name: str, zone: Callable[[Any], str] = lambda _row: "UTC") -> Any:
    """A moment of a row on the clock of `zone`: as Django shows it, nobody could tell whose hour it is."""
    label: Any = label_for_field(name, model)

    @admin.display(description=label, ordering=name)
    def shown(row: Any) -> SafeString | str:
        return local(getattr(row, name), zone(row))

    shown.__name__ = name
    return shown


def in_utc(at: datetime) -> str:
    """ "14 Oct 2026, 14:00 UTC"."""
    return f"{_words(at, 'UTC')} UTC"


def of_message(at: datetime | None, message: Message) -> SafeString | str:
    """On the clock of its session, or of its series."""
    return local(at, zone_of(message))


def in_full(at: datetime | None, message: Message) -> SafeString | str:
    """The same moment for who organises, for who reads the mail, and in UTC, each in words."""
    if at is None:
        return "–"
    there = local(at, message.attendee.timezone) if message.attendee else ""
    here = of_message(at, message)
    if not there or there == here:
        return format_html("{} · {}", here, in_utc(at))
    return format_html("{} · {} {} · {}", here, gettext("for the reader"), there, in_utc(at))


def zone_of(message: Message) -> str:
    return message.session.timezone if message.session else message.series.timezone


def _words(at: datetime, zone: str) -> str:
    there = at.astimezone(ZoneInfo(zone) if zone != "UTC" else UTC)
    return format_date(there, pgettext("date format: 14 Oct 2026, 11:00", "j M Y, H:i"))
