"""Who of the panel was there: recorded for itself, by whatever shows it, and never counted with the audience."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from registrations import presence
from registrations.choices import EvidenceKind, Part
from registrations.models import Batch, EmailAddress, Evidence, PanelEvidence, ReportRow
from registrations.models.attendees import normalise
from registrations.platforms import names
from registrations.presence import Shares, Verdict
from registrations.services.attendance import Observation
from workshops.models import Panellist, Session, Speaker
from workshops.models.panels import Panel

# Who else had a role in the meeting; a house that calls everybody a presenter is not listed whole.
OTHERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """A speaker with their seats, and what the evidence of them amounts to; None where there is none."""

    speaker: Speaker
    seats: tuple[Panellist, ...]
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Other:
    """A host, or a speaker who is on no panel, as a report names them."""

    name: str
    part: Part
    minutes: int | None


def known(session: Session) -> dict[str, int]:
    """Addresses of the panel and their names, as a report may write them, to the key of the speaker."""
    found: dict[str, int] = {}
    panel = Panellist.objects.filter(session=session).order_by("pk")
    for speaker, email, name in panel.values_list("speaker", "speaker__email", "speaker__name"):
        for key in names.keys(name):
            found.setdefault(key, speaker)
        with suppress(ValueError):
            found[normalise(email)] = speaker
    return found


def note_join(*, speaker: Speaker, session: Session, now: datetime) -> None:
    """Write down that a speaker pressed the button of their page; again changes nothing."""
    PanelEvidence.objects.get_or_create(session=session, speaker=speaker, kind=EvidenceKind.JOIN, defaults={"at": now})


def record(*, batch: Batch, seen: Iterable[tuple[ReportRow, Sequence[Observation]]], now: datetime) -> None:
    """Keep what a report says of the panel; it counts until its batch is undone."""
    panel = known(batch.session)
    lines = [
        PanelEvidence(
            session_id=batch.session_id,
            speaker_id=speaker,
            kind=one.kind,
            at=now,
            since=one.since,
            until=one.until,
            seconds=one.seconds,
            batch=batch,
        )
        for row, observations in seen
        if (speaker := _whose(row, panel)) is not None
        for one in observations
    ]
    PanelEvidence.objects.bulk_create(lines, batch_size=500)


def of_session(session: Session, *, shares: Shares) -> list[Seen]:
    """Everyone on the panel, in its order. Four queries, however many there are."""
    seats = Panel.of(list(session.panellists.select_related("speaker")), to_be_announced=False).seats
    by_speaker: defaultdict[Speaker, list[Panellist]] = defaultdict(list)
    for seat in seats:
        by_speaker[seat.speaker].append(seat)
    held = _evidence(session, list(by_speaker))
    return [
        Seen(speaker, tuple(mine), presence.judge(held[speaker.pk], schedule=session.schedule, shares=shares))
        for speaker, mine in by_speaker.items()
    ]


def others(session: Session) -> list[Other]:
    """Whoever else had a role in the meeting, as long as reports keep their lines. Two queries."""
    panel = known(session)
    rows = ReportRow.objects.filter(report__session=session, report__batch__undone_at__isnull=True)
    rows = rows.filter(report__batch__isnull=False).exclude(part=Part.AUDIENCE).order_by("-report__at", "position")
    found: dict[str, Other] = {}
    for row in rows[: OTHERS_SHOWN * 10]:
        if _whose(row, panel) is None:
            minutes = None if row.seconds is None else row.seconds // 60
            found.setdefault(row.email or row.folded, Other(str(row), Part(row.part), minutes))
    return list(found.values())[:OTHERS_SHOWN]


def _whose(row: ReportRow, panel: dict[str, int]) -> int | None:
    """By the address, where the file gives one; by the name only whom the file or the roster took for no guest."""
    if row.email:
        return panel.get(row.email)
    if row.part == Part.AUDIENCE:
        return None
    return next((panel[key] for key in names.keys(row.name) if key in panel), None)


def _evidence(session: Session, speakers: Iterable[Speaker]) -> defaultdict[int, list[Evidence]]:
    """All that stands of each, by the key of the speaker; of who registered as well, what stands there."""
    held: defaultdict[int, list[Evidence]] = defaultdict(list)
    standing = Q(batch__isnull=True) | Q(batch__undone_at__isnull=True)
    for one in PanelEvidence.objects.filter(standing, session=session).order_by("pk"):
        seen = Evidence(kind=one.kind, part=Part.SPEAKER, since=one.since, until=one.until, seconds=one.seconds)
        held[one.speaker_id].append(seen)
    addresses: dict[str, int] = {}
    for speaker in speakers:
        with suppress(ValueError):
            addresses[normalise(speaker.email)] = speaker.pk
    owners = dict(EmailAddress.objects.filter(normalised__in=addresses).values_list("attendee", "normalised"))
    mine = Evidence.objects.live().filter(registration__session=session, registration__attendee__in=owners)
    for line in mine.select_related("registration").order_by("pk"):
        held[addresses[owners[line.registration.attendee_id]]].append(line)
    return held
