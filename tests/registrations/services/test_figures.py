"""Figures for the note: the audience that was present, by what their registrations kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations.choices import AttendanceStatus
from registrations.disclosure import Said
from registrations.models import Attendee, Initiative, Registration
from registrations.services import erasure, figures, merging
from tests.factories import NOW, create_attendee, create_session, note, register
from tests.registrations.audience import attend, men, seat_audience, silent, women
from workshops.models import Session

pytestmark = pytest.mark.django_db
AFTER = NOW + timedelta(days=30)
SAID = {"country": "CO", "gender": "woman"}


def countries(found: figures.Figures) -> dict[str, tuple[int, Said | None]]:
    return {country.code: (country.people, country.said) for country in found.countries}


def test_who_was_present_is_counted_with_countries_and_the_share_of_women() -> None:
    session = create_session()
    seat_audience(session, women(9) + men(8) + silent(3) + women(2, "PE") + [("undisclosed", "PE")])

    found = figures.of_session(session, now=AFTER)

    assert (found.present, found.said) == (23, Said(11, 8))
    # Nine and eight beside eleven and eight would tell that both of Peru are women.
    assert countries(found) == {"CO": (20, None), "PE": (3, None)}


def test_shares_by_country_stand_where_they_tell_of_nobody() -> None:
    session = create_session()
    seat_audience(session, women(9) + men(8) + women(6, "PE") + men(7, "PE"))

    assert countries(figures.of_session(session, now=AFTER)) == {"CO": (17, Said(9, 8)), "PE": (13, Said(6, 7))}


@pytest.mark.parametrize("people", [women(4) + men(30), women(30) + men(4), silent(9)])
def test_a_small_cell_hides_the_share(people: list[tuple[str, str]]) -> None:
    session = create_session()
    seat_audience(session, people)

    assert figures.of_session(session, now=AFTER).said is None


def test_speakers_hosts_and_who_was_there_in_part_are_not_present() -> None:
    session = create_session()
    attend(session, [SAID])
    attend(session, [SAID], part="speaker")
    attend(session, [SAID], part="host")
    attend(session, [SAID, SAID], status="partial")
    attend(session, [SAID], status="caught_up")

    found = figures.of_session(session, now=AFTER)

    assert found.present == 1
    counted = {status.value: people for status, people in found.statuses.items()}
    assert counted == {"present": 1, "partial": 2, "absent": 0, "excused": 0, "caught_up": 1}


def test_who_left_no_trace_was_absent_where_others_did() -> None:
    hybrid = create_session(mode="hybrid")
    register(hybrid, "Ana", mode="online")
    register(hybrid, "Eva", mode="in_person")
    note(register(hybrid, "Luis", mode="in_person"), "scan")

    found = figures.of_session(hybrid, now=AFTER)

    assert (found.present, found.statuses[AttendanceStatus.ABSENT]) == (1, 1)


def test_before_its_end_nobody_is_absent_and_the_figures_say_that_they_are_not_final() -> None:
    session, other = create_session(number=1), create_session(number=2, starts_at=NOW + timedelta(days=90))
    for one in (session, other):
        register(one, "Ana")
        attend(one, [SAID], status="absent")
        note(register(one, "Luis"), "staff")

    before, after = (figures.of_session(session, now=now) for now in (NOW, AFTER))
    series = figures.of_series(session.series, now=AFTER)

    assert [(one.present, one.statuses[AttendanceStatus.ABSENT], one.is_final) for one in (before, after)] == [
        (1, 0, False),
        (1, 2, True),
    ]
    assert (series.whole.statuses[AttendanceStatus.ABSENT], series.whole.is_final) == (2, False)


def test_a_session_without_evidence_says_that_nothing_was_recorded() -> None:
    session = create_session()
    register(session, "Ana")

    found = figures.of_session(session, now=AFTER)

    assert (found.is_recorded, found.present) == (False, 0)


def test_initiatives_are_told_by_name_without_accents_and_merged_names_are_one() -> None:
    session = create_session()
    names = ["Clúster Andino", "cluster  andino", "Clúster Andino", "Los Andes", "", "Valle"]
    attend(session, [{"country": "CO", "initiative": name} for name in names])
    party = Initiative.objects.create(name="Clúster Andino", country="CO")
    Initiative.objects.create(name="Los Andes", country="CO", merged_into=party)

    found = figures.of_session(session, now=AFTER)

    assert [(one.name, one.people) for one in found.initiatives] == [("Clúster Andino", 4), ("Valle", 1)]


def two_sessions() -> tuple[Session, Session]:
    return create_session(number=1), create_session(number=2)


def test_a_series_counts_each_person_once_by_what_they_said_last() -> None:
    first, second = two_sessions()
    ana = create_attendee("Ana")
    attend(first, [{"attendee": ana, "country": "CO", "gender": "man", "initiative": "Valle"}])
    attend(second, [{"attendee": ana, "country": "PE", "gender": "", "initiative": ""}])
    attend(second, [{"country": "CL", "initiative": "valle"}])

    found = figures.of_series(first.series, now=AFTER)

    assert (found.whole.present, found.attendances) == (2, 3)
    assert countries(found.whole) == {"CL": (1, None), "PE": (1, None)}
    assert [(one.name, one.people) for one in found.whole.initiatives] == [("Valle", 2)]


def test_the_share_of_a_series_is_that_of_people_not_of_attendances() -> None:
    first, second = two_sessions()
    rows = seat_audience(first, women(10) + men(20))
    attend(second, [{"attendee": row.attendee, "gender": row.gender, "country": "CO"} for row in rows[5:25]])
    seat_audience(second, women(5) + men(5))

    found = figures.of_series(first.series, now=AFTER)

    assert found.whole.said == Said(15, 25)
    assert [one.said for _session, one in found.sessions] == [Said(10, 20), Said(10, 20)]


def test_the_share_of_a_series_is_hidden_where_a_session_beside_it_would_tell() -> None:
    first, second = two_sessions()
    seat_audience(first, women(10) + men(20))
    seat_audience(second, women(2))

    assert figures.of_series(first.series, now=AFTER).whole.said is None


def test_sessions_of_which_nobody_knows_are_left_out() -> None:
    first, _second = two_sessions()
    seat_audience(first, women(1))

    assert [session for session, _figures in figures.of_series(first.series, now=AFTER).sessions] == [first]


def test_who_was_erased_still_counts_as_they_said() -> None:
    session = create_session()
    seat_audience(session, women(5) + men(5))
    before = figures.of_session(session, now=AFTER), figures.of_series(session.series, now=AFTER)

    erasure.erase(attendee=Attendee.objects.earliest("pk"), now=NOW)

    assert (figures.of_session(session, now=AFTER), figures.of_series(session.series, now=AFTER)) == before


def test_who_was_merged_counts_once() -> None:
    first, second = two_sessions()
    kept, gone = create_attendee("Ana"), create_attendee("Ana Ruiz")
    for session, person in ((first, kept), (first, gone), (second, gone)):
        note(Registration.objects.create(session=session, attendee=person, state="confirmed"), "staff")

    merging.merge(kept=kept, gone=gone, by=None, now=NOW)

    found = figures.of_series(first.series, now=AFTER)
    assert (found.whole.present, [one.present for _session, one in found.sessions]) == (1, [1, 1])


@pytest.mark.parametrize("people", [1, 300])
def test_figures_cost_the_same_for_one_person_and_for_three_hundred(people: int) -> None:
    session = create_session()
    seat_audience(session, [("woman", code) for code in ("CO", "PE", "CL")] * (people // 3 or 1), initiative="Valle")

    counted = []
    for ask in (lambda: figures.of_session(session, now=AFTER), lambda: figures.of_series(session.series, now=AFTER)):
        with CaptureQueriesContext(connection) as queries:
            ask()
        counted.append(len(queries))

    assert counted == [6, 12]
