"""Make the database say what a series file says, and tell line by line what that changed.

What the file does not know is left as it stands: staff may know more by now. Only --reset puts the unknown back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction
from i18nfield.strings import LazyI18nString

from workshops.choices import Format, Mode, SessionState
from workshops.loading.facts import SeatFacts, SeriesFacts, SessionFacts
from workshops.models import Panellist, Series, Session, Speaker

Row = TypeVar("Row", bound=models.Model)
_DEFAULT_TEXTS = Path(__file__).resolve().parent.parent / "data" / "texts.json"


class IsDemonstration(Exception):
    """The series is a demonstration, whose dates were moved on purpose."""


@dataclass(slots=True)
class Outcome:
    """changes: what was written; notes: what whoever loads the file should know."""

    changes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@transaction.atomic
def write(facts: SeriesFacts, *, reset: bool, now: datetime) -> Outcome:
    """Create or update the series, its speakers, sessions and panels: all of it, or nothing.

    reset: put the dates, states and panels of every session back to the file's facts, and end a demonstration.
    Raises IsDemonstration when the series is one and reset is not asked for.
    """
    outcome = Outcome()
    series = Series.objects.select_for_update().filter(slug=facts.slug).first()
    if series and series.demonstration and not reset:
        raise IsDemonstration
    series = _write_series(series or Series(slug=facts.slug), facts, outcome)
    speakers = _write_speakers(facts, outcome)
    stored = {session.number: session for session in series.sessions.select_for_update().all()}
    for wanted in facts.sessions:
        session = stored.pop(wanted.number, None) or Session(series=series, number=wanted.number)
        _write_session(session, wanted, reset=reset, now=now, outcome=outcome)
        _write_panel(session, wanted.panel, speakers, reset=reset, outcome=outcome)
    for session in stored.values():
        _leave_or_hide(session, hide=reset and series.demonstration, now=now, outcome=outcome)
    if series.demonstration:
        _write(series, "series", {"demonstration": False}, outcome)
    return outcome


def _write_series(series: Series, facts: SeriesFacts, outcome: Outcome) -> Series:
    values: dict[str, Any] = facts.texts | {"timezone": facts.timezone, "planned_sessions": facts.planned_sessions}
    defaults = json.loads(_DEFAULT_TEXTS.read_text(encoding="utf-8"))
    values |= {name: texts for name, texts in defaults.items() if not _translations(getattr(series, name))}
    return _write(series, "series", values, outcome)


def _write_speakers(facts: SeriesFacts, outcome: Outcome) -> dict[str, Speaker]:
    slugs = [wanted.slug for wanted in facts.speakers]
    speakers = {speaker.slug: speaker for speaker in Speaker.objects.select_for_update().filter(slug__in=slugs)}
    for wanted in facts.speakers:
        values = {name: getattr(wanted, name) for name in ("name", "position", "organisation", "sector", "country")}
        speaker = speakers.get(wanted.slug) or Speaker(slug=wanted.slug)
        speakers[wanted.slug] = _write(speaker, f"speaker {wanted.slug}", values, outcome)
    return speakers


def _write_session(session: Session, wanted: SessionFacts, *, reset: bool, now: datetime, outcome: Outcome) -> None:
    label = f"session {wanted.number}"
    when = {"day": wanted.day, "start_time": wanted.start_time, "minutes": wanted.minutes}
    values: dict[str, Any] = {"timezone": wanted.timezone, "question": wanted.question, "takeaways": wanted.takeaways}
    values["attendance_published"] = wanted.attendance_published
    if wanted.panel is not None:
        values["panel_to_be_announced"] = not wanted.panel
    unknown: dict[str, Any] = {}
    if session.pk is None or reset:
        values |= {"state": SessionState.ANNOUNCED, "format": Format.PLENARY, "mode": Mode.ONLINE}
        unknown = {name: value for name, value in when.items() if value is None}
    if reset and session.series.demonstration:
        unknown["meeting_link"] = ""
    _write(session, label, values | when, outcome, unknown=unknown)
    before = session.revision
    if session.revise(now=now) and before:
        outcome.changes.append(f"{label}: revision: {before} -> {session.revision}")


def _write_panel(
    session: Session,
    panel: tuple[SeatFacts, ...] | None,
    speakers: dict[str, Speaker],
    *,
    reset: bool,
    outcome: Outcome,
) -> None:
    if panel is None:
        return
    seats = list(session.panellists.select_related("speaker"))
    for wanted in panel:
        seat = _seat_of(wanted, panel, seats)
        if seat:
            seats.remove(seat)
        seat = seat or Panellist(session=session, speaker=speakers[wanted.speaker])
        values = {"role": wanted.role, "order": wanted.order, "topic": wanted.topic, "point": wanted.point}
        _write(seat, f"session {session.number}: panel: {wanted.speaker}", values, outcome)
    for seat in seats:
        what = f"session {session.number}: panel: {seat.speaker.slug} ({seat.role})"
        if reset:
            seat.delete()
            outcome.changes.append(f"{what}: removed")
        else:
            outcome.notes.append(f"{what}: is not in the file; kept.")


def _seat_of(wanted: SeatFacts, panel: tuple[SeatFacts, ...], seats: list[Panellist]) -> Panellist | None:
    """The stored seat that the file's seat means: of the same role, or of one the file no longer gives the speaker."""
    own = [seat for seat in seats if seat.speaker.slug == wanted.speaker]
    named = {seat.role for seat in panel if seat.speaker == wanted.speaker}
    same = [seat for seat in own if seat.role == wanted.role]
    return next(iter(same or [seat for seat in own if seat.role not in named]), None)


def _leave_or_hide(session: Session, *, hide: bool, now: datetime, outcome: Outcome) -> None:
    """A session the file does not know stays; one that a demonstration made up leaves the public's sight."""
    if not hide:
        outcome.notes.append(f"session {session.number}: is not in the file; kept.")
    elif session.state != SessionState.DRAFT:
        _write(session, f"session {session.number}", {"state": SessionState.DRAFT}, outcome)
        session.revise(now=now)


def _write(
    row: Row, label: str, values: dict[str, Any], outcome: Outcome, *, unknown: dict[str, Any] | None = None
) -> Row:
    """Save what differs. Empty values say nothing; `unknown` holds those that are to be written all the same."""
    is_new = row.pk is None
    lines = []
    for name, value in (
        {name: value for name, value in values.items() if value not in (None, "", {})} | (unknown or {})
    ).items():
        lines += _change(row, name, value)
    if is_new or lines:
        row.save()
        outcome.changes += [f"{label}: created"] if is_new else [f"{label}: {line}" for line in lines]
    return row


def _change(row: models.Model, name: str, value: Any) -> list[str]:
    """Set one column; return old and new, one line per language where it has several."""
    old = getattr(row, name)
    if not isinstance(value, dict):
        if old == value:
            return []
        setattr(row, name, value)
        return [f"{name}: {_shown(old)} -> {_shown(value)}"]
    before = _translations(old)
    changed = {code: text for code, text in value.items() if before.get(code) != text}
    if changed:
        setattr(row, name, LazyI18nString(before | changed))
    return [f"{name} [{code}]: {_shown(before.get(code))} -> {_shown(text)}" for code, text in changed.items()]


def _translations(value: Any) -> dict[str, str]:
    translations = getattr(value, "data", value)
    if isinstance(translations, dict):
        return {code: text for code, text in translations.items() if text}
    return {"en": str(translations)} if translations else {}


def _shown(value: Any) -> str:
    """One line, whatever the value holds."""
    text = "" if value is None else " / ".join(str(value).splitlines())
    return text or "not known"
