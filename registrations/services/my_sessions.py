"""Read the series of one person: as many queries for one registration as for three hundred."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q

from registrations import turns
from registrations.mine import Mine, MySeries
from registrations.models import Attendance, Attendee, Certificate, Enrolment, Evidence, Registration
from registrations.services import certificates
from workshops import standing
from workshops.models import Series, Session

# No page of these shows them.
MOST_TO_CHOOSE_FROM = 50
LONG_TEXTS = ("summary", "agenda", "cancellation_reason", "attendance_published")


def of(attendee: Attendee, *, now: datetime, zone: str) -> list[MySeries]:
    """Every published series that the person is or was registered or enrolled in; what is ahead comes first.

    zone: the reader's.
    """
    held = {registration.session_id: registration for registration in _registrations(attendee)}
    enrolments = {row.series_id: row for row in Enrolment.objects.filter(attendee=attendee)}
    certified = {(row.series_id, row.session_id): row for row in certificates.of(attendee)}
    found = [
        MySeries(
            series,
            tuple(_mine(row, held.get(row.pk), certified.get((series.pk, row.pk)), now, zone) for row in sessions),
            enrolments.get(series.pk),
            certified.get((series.pk, None)),
            now,
        )
        for series, sessions in _sessions(held, enrolments)
    ]
    return sorted(found, key=lambda one: not (one.ahead or one.open))


def next_of(found: Iterable[MySeries]) -> Mine | None:
    """The session that this person comes to next, over all their series."""
    coming = [mine for one in found for mine in one.ahead if not mine.session.is_cancelled and mine.session.starts_at]
    return min(coming, key=lambda mine: (not mine.holds_place, mine.session.starts_at), default=None)


def session_for(key: int) -> Session | None:
    """A session that the public knows."""
    return Session.objects.published().select_related("series").filter(pk=key).first()


def session_named(series: str, number: int) -> Session | None:
    """A session that the public knows, by the name of its series and its number."""
    found = Session.objects.published().select_related("series").filter(series__slug=series, number=number)
    return found.defer(*LONG_TEXTS).first()


def open_to_groups(*, now: datetime) -> list[Session]:
    """Sessions to which colleagues can be invited, the nearest first."""
    found = Session.objects.published().taking_registrations(now)
    near = found.filter(starts_at__gt=now + turns.OPEN_TO_ALL).defer(*LONG_TEXTS).select_related("series")
    return list(near.order_by("starts_at", "pk")[:MOST_TO_CHOOSE_FROM])


def series_for(key: int) -> Series | None:
    return Series.objects.published().filter(pk=key).first()


def registration_of(attendee: Attendee, key: int) -> Registration | None:
    """A registration, if it is this person's."""
    mine = Registration.objects.select_related("session__series", "attendee").filter(attendee=attendee)
    return mine.filter(pk=key).first()


def _registrations(attendee: Attendee) -> Iterable[Registration]:
    there = {"registration__session": OuterRef("session"), "registration__mode": OuterRef("mode")}
    beside = Attendance.objects.witnessed().filter(**there)
    evidence = Prefetch("evidence", Evidence.objects.live().order_by("at", "pk"))
    mine = Registration.objects.filter(attendee=attendee).with_place_in_line().annotate(recorded=Exists(beside))
    return mine.select_related("appeal", "attendance").prefetch_related(evidence)


def _sessions(
    held: dict[int, Registration], enrolments: dict[int, Enrolment]
) -> Iterable[tuple[Series, list[Session]]]:
    """The sessions of each series, the newest series first."""
    registered = Session.objects.filter(pk__in=held, series=OuterRef("pk"))
    mine = Series.objects.published().filter(Exists(registered) | Q(pk__in=enrolments)).order_by("-created_at", "pk")
    by_series: defaultdict[int, list[Session]] = defaultdict(list)
    known = list(mine)
    for session in (
        Session.objects.published().filter(series__in=known).defer(*LONG_TEXTS).with_places().order_by("number")
    ):
        by_series[session.series_id].append(session)
    for series in known:
        for session in by_series[series.pk]:
            session.series = series
        yield series, by_series[series.pk]


def _mine(
    session: Session, registration: Registration | None, certificate: Certificate | None, now: datetime, zone: str
) -> Mine:
    stands = standing.of(session, now=now, zone=zone)
    if registration is None:
        return Mine(stands, None, (), is_recorded=False, certificate=certificate, now=now)
    registration.session = session
    evidence = tuple(registration.evidence.all())
    recorded = bool(getattr(registration, "recorded", False))
    return Mine(stands, registration, evidence, is_recorded=recorded, certificate=certificate, now=now)
