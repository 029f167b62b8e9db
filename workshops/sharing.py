"""Links and data that carry a session elsewhere: calendars, WhatsApp, search engines.

Everything points to our page of the session, never to the meeting itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from iatp_events.lib import languages
from workshops import when
from workshops.choices import Mode
from workshops.models import Session

_ATTENDANCE_MODES = {
    Mode.ONLINE: "OnlineEventAttendanceMode",
    Mode.IN_PERSON: "OfflineEventAttendanceMode",
    Mode.HYBRID: "MixedEventAttendanceMode",
}


def absolute(path: str) -> str:
    """An address for the world outside: built from SITE_URL, never from what a request claims."""
    return f"{settings.SITE_URL}{path}"


def session_page(session: Session, language: str = "") -> str:
    """The absolute address of a session's page, in a language or the active one."""
    with translation.override(language or translation.get_language()):
        return absolute(reverse("workshops:session", args=[session.series.slug, session.number]))


def google_calendar(session: Session) -> str:
    """A link that opens the event, filled in, in Google Calendar; empty while the hour is unknown."""
    if session.starts_at is None or session.ends_at is None:
        return ""
    page = session_page(session)
    query = {
        "action": "TEMPLATE",
        "text": f"{session.heading} · {session.series}",
        "dates": f"{_compact(session.starts_at)}/{_compact(session.ends_at)}",
        "details": page,
        "location": _place(session, page),
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(query)}"


def outlook_calendar(session: Session) -> str:
    """A link that opens the event, filled in, in Outlook on the web; empty while the hour is unknown."""
    if session.starts_at is None or session.ends_at is None:
        return ""
    page = session_page(session)
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": f"{session.heading} · {session.series}",
        "startdt": _iso(session.starts_at),
        "enddt": _iso(session.ends_at),
        "body": page,
        "location": _place(session, page),
    }
    return f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(query)}"


def whatsapp(session: Session) -> str:
    """A link that opens WhatsApp with the question, the day as far as it is known, and the page."""
    local = when.of(session)
    day = f"{local.date}, {local.hour} {local.place}" if local.hour else local.date
    lines = [str(session.heading), day, session_page(session)]
    return f"https://wa.me/?{urlencode({'text': chr(10).join(line for line in lines if line)})}"


def structured_data(session: Session) -> dict[str, Any]:
    """The session as a schema.org Event; what is unknown is left out."""
    page = session_page(session)
    status = "EventCancelled" if session.is_cancelled else "EventScheduled"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": str(session.heading),
        "url": page,
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": f"https://schema.org/{_ATTENDANCE_MODES[Mode(session.mode)]}",
        "isAccessibleForFree": True,
        "inLanguage": session.languages or session.series.languages,
    }
    known = {
        "location": _locations(session, page),
        "description": str(languages.pick(session.summary, session.series.languages)),
        "startDate": _local(session.starts_at, session) or str(session.day or ""),
        "endDate": _local(session.ends_at, session),
        "organizer": _organisation(session),
        "performer": [{"@type": "Person", "name": seat.speaker.name} for seat in session.panel.seats],
    }
    return data | {name: value for name, value in known.items() if value}


def _locations(session: Session, page: str) -> list[dict[str, str]]:
    found = []
    if session.mode != Mode.IN_PERSON:
        found.append({"@type": "VirtualLocation", "url": page})
    if session.mode != Mode.ONLINE and session.venue:
        found.append({"@type": "Place", "name": session.venue, "address": session.address or session.venue})
    return found


def _organisation(session: Session) -> dict[str, str]:
    name = str(languages.pick(session.series.organiser, session.series.languages))
    return {"@type": "Organization", "name": name} if name else {}


def _place(session: Session, page: str) -> str:
    return page if session.mode == Mode.ONLINE else ", ".join(part for part in (session.venue, session.address) if part)


def _local(moment: datetime | None, session: Session) -> str:
    return moment.astimezone(ZoneInfo(session.timezone)).isoformat() if moment else ""


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _compact(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
