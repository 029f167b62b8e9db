"""A demonstration: moved dates, made-up people, and nothing that is mailed for it."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from iatp_events.lib.languages import CODES
from registrations.models import (
    Attendance,
    Attendee,
    Batch,
    Certificate,
    EmailAddress,
    Enrolment,
    Evidence,
    Initiative,
    Message,
    Registration,
)
from registrations.services import certificates, demonstration, initiatives
from registrations.services.certificates import Scope
from registrations.statements import Statement
from tests.factories import NOW, create_attendee, create_series
from workshops.models import Places, Series, Session

FACTS = settings.BASE_DIR / "workshops" / "data" / "community_in_practice.json"

pytestmark = pytest.mark.django_db


def load_demo(*options: object) -> str:
    out = StringIO()
    call_command("load_demo", *map(str, options), stdout=out)
    return out.getvalue()


@pytest.fixture
def series() -> Series:
    call_command("load_series", FACTS, stdout=StringIO())
    return Series.objects.get()


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Attendee, EmailAddress, Registration, Enrolment, Session))


def test_session_one_is_past_and_session_two_open_on_a_thursday(series: Series) -> None:
    load_demo()

    first, second = Session.objects.filter(number__lte=2).order_by("number")
    assert Series.objects.get().demonstration
    assert first.ends_at is not None
    assert first.ends_at < NOW
    assert (second.day, second.start_time, second.minutes) == (date(2026, 10, 15), time(11), 90)
    assert (second.state, second.mode, second.timezone) == ("open", "online", "America/Santiago")
    assert second.starts_at == datetime(2026, 10, 15, 14, 0, tzinfo=UTC)
    assert second.panel_to_be_announced
    assert second.missing_for_opening(has_panel=False) == []
    assert {places.capacity for places in Places.objects.all()} == {None}


@pytest.mark.parametrize(
    ("now", "thursday"),
    [
        (datetime(2026, 10, 5, 14, tzinfo=UTC), date(2026, 10, 15)),
        (datetime(2026, 10, 6, 14, tzinfo=UTC), date(2026, 10, 22)),
        # In Santiago it is still Monday.
        (datetime(2026, 10, 6, 1, tzinfo=UTC), date(2026, 10, 15)),
        (datetime(2026, 10, 12, 14, tzinfo=UTC), date(2026, 10, 22)),
    ],
)
def test_the_next_thursday_is_at_least_ten_days_ahead(now: datetime, thursday: date) -> None:
    assert demonstration.next_thursday(now).date() == thursday


def test_a_second_run_doubles_nobody(series: Series) -> None:
    load_demo()
    once = rows()

    output = load_demo()

    assert rows() == once
    assert "40 people (0 new), 60 registrations (0 new)" in output


def test_people_come_from_the_whole_region_and_can_receive_no_mail(series: Series) -> None:
    load_demo()

    people = Attendee.objects.all()
    assert len({str(person.country) for person in people}) > 10
    assert {person.language for person in people} == set(CODES)
    assert {"woman", "man", ""} <= {person.gender for person in people}
    domains = {address.address.rpartition("@")[2] for address in EmailAddress.objects.all()}
    assert domains == {"example.org", "example.com"}


def test_people_coordinate_initiatives_and_forms_suggest_them(series: Series) -> None:
    load_demo("--people", 10)

    written = set(Attendee.objects.values_list("initiative", flat=True))
    assert set(Attendee.objects.values_list("coordinates__name", flat=True)) == written
    assert {one.name for one in initiatives.suggestions()} == written


def test_nobody_is_mailed_for_a_registration_that_nobody_made(series: Series) -> None:
    load_demo()
    call_command("tick", stdout=StringIO())

    assert set(Message.objects.values_list("kind", "state").distinct()) == {
        ("reminder", "queued"),
        ("starting", "queued"),
        ("follow_up", "queued"),
    }
    assert Message.objects.earliest("due_at").due_at > NOW


def test_moving_the_dates_again_tells_no_made_up_person(series: Series) -> None:
    load_demo()
    later = NOW + timedelta(days=3)

    demonstration.make(series=Series.objects.get(), people=None, registrations=None, sessions=0, now=later)

    assert Session.objects.get(number=2).day == date(2026, 10, 22)
    assert not Registration.objects.exclude(told_facts=F("session__revised_facts")).exists()


def test_places_count_whoever_holds_one(series: Series) -> None:
    load_demo("--people", 50)

    for places in Places.objects.filter(session__number__lte=2):
        assert places.taken == Registration.objects.at(places).holding().count() > 20


def test_load_tests_get_as_many_sessions_and_registrations_as_they_ask_for(series: Series) -> None:
    load_demo("--people", 30, "--registrations", 100, "--sessions", 3)

    per_session = {session.number: session.registrations.count() for session in Session.objects.all()}
    assert {number: count for number, count in per_session.items() if count} == {2: 30, 11: 30, 12: 30, 13: 10}
    assert set(Session.objects.filter(number__gt=10).values_list("state", flat=True)) == {"open"}


def test_people_are_invented_when_the_registrations_need_them(series: Series) -> None:
    load_demo("--registrations", 120)

    assert (Attendee.objects.count(), Registration.objects.count()) == (60, 120)


def test_more_registrations_than_people_can_make_are_refused(series: Series) -> None:
    with pytest.raises(CommandError, match="5 people at 2 sessions make no more than 10 registrations"):
        load_demo("--people", 5, "--registrations", 11)

    assert rows()[:3] == (0, 0, 0)


def test_a_number_that_is_none_is_refused(series: Series) -> None:
    with pytest.raises(CommandError, match="“-3” is not a whole number"):
        load_demo("--people=-3")


def test_without_a_series_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="load one first with load_series"):
        load_demo()


def test_made_up_people_leave_a_series_that_is_no_demonstration_any_more(series: Series) -> None:
    load_demo("--people", 30)
    real = create_attendee("Ana")
    Registration.objects.create(
        session=Session.objects.get(number=2), attendee=real, state="confirmed", confirmed_at=NOW, created_at=NOW
    )
    call_command("load_series", FACTS, "--reset", stdout=StringIO())

    call_command("tick", stdout=StringIO())

    assert list(Attendee.objects.all()) == [real]
    assert not Initiative.objects.exists()
    assert list(Registration.objects.values_list("attendee", flat=True)) == [real.pk]
    assert {places.session.number: places.taken for places in Places.objects.all() if places.taken} == {2: 1}


def test_made_up_people_stay_in_a_demonstration(series: Series) -> None:
    load_demo()
    once = rows()
    create_series("another")

    assert demonstration.forget_leftovers() == 0
    assert rows() == once


def statuses() -> Counter[str]:
    return Counter(Attendance.objects.values_list("status", flat=True))


def test_the_past_session_was_attended_and_most_hold_a_certificate(series: Series) -> None:
    load_demo()

    first = Session.objects.get(number=1)
    assert statuses() == {"present": 16, "partial": 2}
    assert Certificate.objects.filter(session=first, state="valid").count() == 14
    outlook = certificates.outlook(scope=Scope(first.series, first), now=NOW)
    assert (outlook.new, outlook.no_longer_earned) == (2, 0)
    assert Series.objects.get().sessions_needed == 7
    assert not Message.objects.filter(kind="certificate").exists()


def test_who_was_there_is_played_once_and_anew_after_the_dates_moved(series: Series) -> None:
    load_demo()
    once, lines = statuses(), Evidence.objects.count()

    load_demo()
    again = Evidence.objects.count()
    later = NOW + timedelta(days=9)
    demonstration.make(series=Series.objects.get(), people=None, registrations=None, sessions=0, now=later)

    assert (again, statuses()) == (lines, once)
    assert Evidence.objects.live().count() == lines
    assert Certificate.objects.count() == 14


def test_every_certificate_of_a_demonstration_says_so_also_when_the_demonstration_is_over(series: Series) -> None:
    load_demo()
    found = Certificate.objects.earliest("pk")
    Series.objects.update(demonstration=False)

    pages = [Client().get(path) for path in (f"/en/certificates/{found.folio}/", f"/en/verify/?folio={found.folio}")]

    said = [page.content.decode() for page in pages]
    assert ["It certifies nothing." in page for page in said] == [True, True]
    assert not any("Authentic." in page for page in said)
    assert "paper-demo" in said[0]
    assert Statement(found).is_demonstration


def test_certificates_and_evidence_leave_with_the_made_up_people(series: Series) -> None:
    load_demo("--people", 30)
    call_command("load_series", FACTS, "--reset", stdout=StringIO())

    call_command("tick", stdout=StringIO())

    assert not any(model.objects.exists() for model in (Certificate, Evidence, Attendance, Batch))
