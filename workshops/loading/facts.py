"""What a series file says, checked: unknown stays None, contradictions stand beside what holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from django_countries import countries

from workshops.choices import PanelRole, Sector
from workshops.loading import days as file_days
from workshops.loading.fields import BadFile, Fields, Texts

_SECTORS = [str(value) for value in Sector.values]
_ROLES = [str(value) for value in PanelRole.values]


@dataclass(frozen=True, slots=True)
class SpeakerFacts:
    slug: str
    name: str
    position: Texts
    organisation: str
    sector: str
    country: str


@dataclass(frozen=True, slots=True)
class SeatFacts:
    speaker: str
    role: str
    order: int
    topic: Texts
    point: Texts


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """panel is None where the file has no word about it, empty where it says that nobody is known yet."""

    number: int
    day: date | None
    start_time: time | None
    minutes: int | None
    timezone: str
    question: Texts
    panel: tuple[SeatFacts, ...] | None
    takeaways: Texts
    attendance_published: str


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """contradictions and ignored are lines for whoever loads the file."""

    slug: str
    texts: dict[str, Texts]
    timezone: str
    planned_sessions: int | None
    speakers: tuple[SpeakerFacts, ...]
    sessions: tuple[SessionFacts, ...]
    contradictions: tuple[str, ...]
    ignored: tuple[str, ...]


def read(path: Path) -> SeriesFacts:
    """Read and check a series file. Raises BadFile with one line that says where and why."""
    top = Fields(_parsed(path), "file")
    series = top.object("series")
    if series is None:
        raise top.wrong("series", "is missing.")
    speaker_fields, session_fields = top.objects("speakers"), top.objects("sessions")
    speakers = tuple(_speaker(fields) for fields in speaker_fields)
    _refuse_doubles([speaker.slug for speaker in speakers], "file.speakers", "slug")
    zone = series.zone("timezone") or "America/Santiago"
    numbers = [_number(fields) for fields in session_fields]
    _refuse_doubles(numbers, "file.sessions", "number")
    days, contradictions = file_days.settle(dict(zip(numbers, session_fields, strict=True)))
    known = {speaker.slug for speaker in speakers}
    sessions = tuple(
        _session(fields, number, days[number], zone, known)
        for number, fields in zip(numbers, session_fields, strict=True)
    )
    texts = {name: series.texts(name) for name in ("organiser", "platform", "unit", "purpose", "audience")}
    texts["name"] = series.texts("name", required=True)
    slug, planned = series.slug("slug"), series.number("planned_sessions", lowest=1, highest=1_000)
    top.text("about", longest=20_000)
    top.object("sources")
    ignored = [line for fields in (top, series, *speaker_fields, *session_fields) for line in fields.unread()]
    return SeriesFacts(slug, texts, zone, planned, speakers, sessions, tuple(contradictions), tuple(ignored))


def _parsed(path: Path) -> object:
    try:
        parsed: object = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadFile(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path}: is not UTF-8 text.") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadFile(f"{path}: is not JSON ({error}).") from None
    return parsed


def _speaker(fields: Fields) -> SpeakerFacts:
    country = fields.text("country", longest=200)
    if country and country not in countries:
        raise fields.wrong("country", f"“{country}” is not a country code such as MX (ISO 3166 alpha-2).")
    return SpeakerFacts(
        slug=fields.slug("slug"),
        name=fields.text("full_name", longest=200, required=True),
        position=fields.texts("position"),
        organisation=fields.text("organisation", longest=200),
        sector=fields.choice("sector", _SECTORS),
        country=country,
    )


def _number(fields: Fields) -> int:
    number = fields.number("number", lowest=1, highest=1_000, required=True)
    assert number is not None  # noqa: S101 - "required" said so already; this tells the type checker
    return number


def _session(fields: Fields, number: int, day: date | None, zone: str, speakers: set[str]) -> SessionFacts:
    start, end = fields.hour("start_time"), fields.hour("end_time")
    minutes = None
    if start and end:
        minutes = int((datetime.combine(date.min, end) - datetime.combine(date.min, start)).total_seconds() // 60)
        if minutes <= 0:
            raise fields.wrong("end_time", f"{end:%H:%M} does not come after the start at {start:%H:%M}.")
    challenges = fields.lists_of_texts("challenges")
    return SessionFacts(
        number=number,
        day=day,
        start_time=start,
        minutes=minutes,
        timezone=fields.zone("timezone") or zone,
        question=fields.texts("central_question"),
        panel=_panel(fields, speakers) if fields.has("panel") else None,
        takeaways={code: "\n".join(f"- {_sentence(item)}" for item in items) for code, items in challenges.items()},
        attendance_published=fields.text("attendance_published", longest=60),
    )


def _panel(session: Fields, speakers: set[str]) -> tuple[SeatFacts, ...]:
    seats = []
    for position, fields in enumerate(session.objects("panel")):
        speaker = fields.slug("speaker")
        if speaker not in speakers:
            raise fields.wrong("speaker", f"“{speaker}” is not among the file's speakers.")
        order = fields.number("order", lowest=0, highest=1_000)
        seats.append(
            SeatFacts(
                speaker=speaker,
                role=fields.choice("role", _ROLES) or PanelRole.PANELLIST,
                order=position if order is None else order,
                topic=fields.texts("topic"),
                point=fields.texts("point"),
            )
        )
    _refuse_doubles([f"{seat.speaker} as {seat.role}" for seat in seats], f"{session.where}.panel", "speaker")
    return tuple(seats)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _refuse_doubles(values: list[str] | list[int], where: str, what: str) -> None:
    seen: set[str | int] = set()
    for value in values:
        if value in seen:
            raise BadFile(f"{where}: the {what} {value} stands there twice.")
        seen.add(value)
