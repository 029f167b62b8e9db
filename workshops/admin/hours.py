"""What the hour of a session means for the region, and what staff should look at twice."""

from datetime import datetime, timedelta

from django.utils.translation import gettext, ngettext

from iatp_events.lib import zones
from workshops import when
from workshops.models import Session


def in_ten_cities(session: Session) -> list[when.When]:
    """The when of a session in one city per habit of the region's clocks; empty while it is unknown."""
    return [when.of(session, zone) for zone in zones.TEN_CITIES] if session.starts_at else []


def cautions(session: Session, *, now: datetime) -> list[str]:
    """What is allowed but unusual. One query."""
    found = []
    if session.starts_at and session.starts_at < now and not session.is_cancelled:
        found.append(gettext("This session lies in the past."))
    if session.day and session.start_time and not session.minutes:
        found.append(gettext("The hour is shown once the length is known."))
    if (before := _before(session)) and (shift := when.shifted_clock(session, before)):
        found.append(_clock_moved(session, before, shift))
    return found


def _before(session: Session) -> Session | None:
    if session.starts_at is None:
        return None
    earlier = Session.objects.filter(series=session.series_id, starts_at__lt=session.starts_at).exclude(pk=session.pk)
    return earlier.select_related("series").order_by("-starts_at").first()


def _clock_moved(session: Session, before: Session, shift: timedelta) -> str:
    minutes = abs(round(shift.total_seconds() / 60))
    sentence = ngettext(
        "The clock of %(city)s moves by %(minutes)s minute between session %(before)s and this one: "
        "the same hour there is another hour elsewhere.",
        "The clock of %(city)s moves by %(minutes)s minutes between session %(before)s and this one: "
        "the same hour there is another hour elsewhere.",
        minutes,
    )
    return sentence % {"city": zones.city(session.timezone), "minutes": minutes, "before": before.number}
