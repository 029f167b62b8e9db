"""Plain functions that make what a test is about; everything left unsaid is sensible."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from iatp_events.lib import codes, zones
from iatp_events.lib.folding import fold
from registrations import statements
from registrations.choices import EvidenceKind, Origin
from registrations.models import Attendee, Certificate, EmailAddress, Evidence, Registration, ReminderRule
from registrations.models.attendees import normalise
from registrations.services import attendance, people, places
from registrations.services.attendance import Observation
from workshops.models import Panellist, Places, Series, Session, Speaker

# A Monday, 11:00 in Santiago. Sessions are on the Thursday ten days later unless said otherwise.
NOW = datetime(2026, 10, 5, 14, 0, tzinfo=UTC)
THURSDAY = date(2026, 10, 15)
ELEVEN = time(11, 0)
SANTIAGO = "America/Santiago"


def create_series(slug: str = "community-in-practice", **fields: Any) -> Series:
    """A published series in four languages with the reminders a new series gets: 7 days, 1 day, 1 hour."""
    defaults = {
        "name": {"en": "Community in Practice", "es": "Comunidad en Práctica"},
        "organiser": {"en": "The platform"},
        "planned_sessions": 10,
        "contact": "help@example.org",
    }
    series = Series.objects.create(slug=slug, **(defaults | fields))
    for offset in (timedelta(days=7), timedelta(days=1), timedelta(hours=1)):
        create_rule(series=series, offset=offset)
    return series


def create_rule(
    *,
    offset: timedelta,
    series: Series | None = None,
    session: Session | None = None,
    active_from: datetime = NOW - timedelta(days=365),
    **fields: Any,
) -> ReminderRule:
    return ReminderRule.objects.create(series=series, session=session, offset=offset, active_from=active_from, **fields)


def create_session(
    series: Series | None = None,
    *,
    number: int = 1,
    capacity: int | None = None,
    starts_at: datetime | None = None,
    day: date | None = THURSDAY,
    start_time: time | None = ELEVEN,
    minutes: int | None = 90,
    timezone: str = SANTIAGO,
    state: str = "open",
    mode: str = "online",
    revised_at: datetime = NOW - timedelta(days=30),
    **fields: Any,
) -> Session:
    """A session, revised and with its places; `starts_at` stands for day and hour in its zone.

    capacity: of each mode's places. Without a series it joins the one there is, or makes one.
    """
    if starts_at is not None:
        local = starts_at.astimezone(ZoneInfo(timezone))
        day, start_time = local.date(), local.time()
    series = series or Series.objects.order_by("pk").first() or create_series()
    defaults = {
        "question": {"en": f"What is question {number}?", "es": f"¿Cuál es la pregunta {number}?"},
        "meeting_link": "" if mode == "in_person" else f"https://zoom.us/j/10000{number}",
        "venue": "" if mode == "online" else "Casa Central",
        "address": "" if mode == "online" else "Alameda 1058, Santiago",
        "panel_to_be_announced": True,
    }
    session = Session.objects.create(
        series=series,
        number=number,
        day=day,
        start_time=start_time,
        minutes=minutes,
        timezone=timezone,
        state=state,
        mode=mode,
        **(defaults | fields),
    )
    session.revise(now=revised_at)
    for row in Places.objects.filter(session=session) if capacity is not None else ():
        row.set_capacity(capacity)
    return session


def create_speaker(name: str = "Rosa Vega", **fields: Any) -> Speaker:
    return Speaker.objects.create(name=name, slug=fold(name).replace(" ", "-"), **fields)


def seat(speaker: Speaker, session: Session, role: str = "panellist", **fields: Any) -> Panellist:
    return Panellist.objects.create(speaker=speaker, session=session, role=role, **fields)


def address_of(name: str) -> str:
    """ "Ana Ruiz" → "ana.ruiz@example.org"."""
    return f"{fold(name).replace(' ', '.')}@example.org"


def create_attendee(
    name: str = "Ana", country: str = "CO", email: str | None = None, *, created_at: datetime = NOW, **fields: Any
) -> Attendee:
    """A known person with one address; `email=""` for one without."""
    defaults = {"timezone": zones.of_country(country), "language": "es"}
    attendee = Attendee.objects.create(full_name=name, country=country, created_at=created_at, **(defaults | fields))
    address = address_of(name) if email is None else email
    if address:
        EmailAddress.objects.create(attendee=attendee, address=address, normalised=normalise(address))
    return attendee


def register(
    session: Session,
    name: str = "Ana",
    now: datetime = NOW,
    *,
    country: str = "CO",
    email: str | None = None,
    language: str = "es",
    mode: str = "online",
    **answers: Any,
) -> Registration:
    """Register a person for one session by the act that the form calls, and return the row it made."""
    address = address_of(name) if email is None else email
    register_for([session], name, now, country=country, email=address, language=language, mode=mode, **answers)
    return Registration.objects.select_related("session__series", "attendee").get(
        session=session, attendee__addresses__normalised=normalise(address)
    )


def note(registration: Registration, kind: str = "join", at: datetime = NOW, **line: Any) -> Evidence:
    """Evidence of a kind by the act that writes it, with what it amounts to: a join alone is "in part"."""
    seen = Observation(EvidenceKind(kind), **({"key": f"{kind}:{at.isoformat()}"} | line))
    attendance.record(registration=registration, seen=seen, origin=Origin.STAFF, now=at)
    return registration.evidence.latest("pk")


def certify(holder: Attendee, session: Session, *, whole_series: bool = False, **fields: Any) -> Certificate:
    """A certificate for having been there all the time, as it is written in the holder's language."""
    about = None if whole_series else session
    with translation.override(holder.language):
        attended = statements.Attended("present", "minutes", 5400, session.day, session.minutes)
        facts = statements.facts_of(session.series, about, [attended]).stored()
    said = {"folio": codes.new(), "name": holder.full_name, "language": holder.language, "facts": facts}
    scope = {"series": session.series, "session": about, "document": session.series.document}
    return Certificate.objects.create(**(said | scope | {"holder": holder, "issued_at": NOW} | fields))


def register_for(
    sessions: list[Session],
    name: str = "Ana",
    now: datetime = NOW,
    *,
    series: Series | None = None,
    whole_series: bool = False,
    country: str = "CO",
    email: str | None = None,
    language: str = "es",
    mode: str = "online",
    **answers: Any,
) -> None:
    """Register a person for several sessions, or (`whole_series`) for all that is and will be."""
    person = people.Person(
        full_name=name,
        email=address_of(name) if email is None else email,
        country=country,
        timezone=zones.of_country(country),
        language=language,
    )
    places.register(
        series=series or sessions[0].series,
        sessions=sessions,
        whole_series=whole_series,
        person=person,
        answers=places.Answers(mode=mode, **answers),
        now=now,
    )


def states(session: Session) -> dict[str, str]:
    """{"Ana": "confirmed", …} of everyone who ever registered."""
    rows = Registration.objects.filter(session=session).select_related("attendee").order_by("pk")
    return {row.attendee.full_name: row.state for row in rows}
