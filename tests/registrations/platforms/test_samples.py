"""Every layout of one session gives the same people and the same minutes."""

import pytest

from registrations.platforms import names
from registrations.platforms.dates import DateOrder
from registrations.platforms.rows import Role
from tests.registrations.platforms.truth import TRUTH, minutes, people, placed, report, sample, true_minutes

TO_THE_SECOND = (
    "zoom_meeting_participants_en.csv",
    "zoom_meeting_participants_en_with_meeting_data.csv",
    "zoom_meeting_participants_es.csv",
    "teams_attendance_report_en_utf16le.csv",
    "webex_attendee_report_utf16le.csv",
)


@pytest.mark.parametrize("name", TO_THE_SECOND)
def test_a_layout_with_seconds_gives_the_truth_to_the_second(name):
    assert minutes(sample(name)) == true_minutes()


def test_the_webinar_report_knows_everyones_registered_address():
    found = {person.email: person.seconds for person in people(sample("zoom_webinar_attendee_report_en.csv"))}

    expected = {
        person["registered_email"]: person["seconds_inside_schedule"]
        for person in TRUTH["people"]
        if person["intervals_utc"] and person["registered_email"]
    }
    assert found == {**expected, "": 2520}


def test_meet_gives_the_minutes_that_a_row_with_its_gaps_hidden_can_give():
    found = minutes(sample("google_meet_attendance_en.csv"))

    roster = {names.key(person["display"]): person for person in TRUTH["people"]}
    gaps_outside_what_is_stated = {"yadira pena ibanez": 5400, "hernan yegros benitez": 5400}
    assert len(found) == len([person for person in TRUTH["people"] if person["intervals_utc"]])
    for name, email, seconds in found:
        by_email = [person for person in roster.values() if email and person["reported_email"].casefold() == email]
        for person in by_email:
            true = gaps_outside_what_is_stated.get(name, person["seconds_inside_schedule"])
            assert abs(seconds - true) <= 60, name


@pytest.mark.parametrize(
    ("name", "layout", "language", "order"),
    [
        ("zoom_meeting_participants_en.csv", "zoom-participants", "en", DateOrder.MONTH_FIRST),
        ("zoom_meeting_participants_en_with_meeting_data.csv", "zoom-participants", "en", DateOrder.MONTH_FIRST),
        ("zoom_meeting_participants_es.csv", "zoom-participants", "es", DateOrder.DAY_FIRST),
        ("zoom_webinar_attendee_report_en.csv", "zoom-webinar", "en", DateOrder.NAMED),
        ("teams_attendance_report_en_utf16le.csv", "teams-report", "en", DateOrder.MONTH_FIRST),
        ("webex_attendee_report_utf16le.csv", "webex", "en", DateOrder.YEAR_FIRST),
        ("google_meet_attendance_en.csv", "meet", "en", DateOrder.HOUR_ONLY),
    ],
)
def test_a_file_says_what_it_is(name, layout, language, order):
    read = report(sample(name))

    assert (read.layout, read.language, read.date_orders) == (layout, language, (order,))
    assert read.problems == ()


@pytest.mark.parametrize(
    ("name", "host", "speakers"),
    [
        ("zoom_webinar_attendee_report_en.csv", {"equipo@iapt.example"}, 3),
        ("teams_attendance_report_en_utf16le.csv", {"equipo@iapt.example"}, 3),
        ("webex_attendee_report_utf16le.csv", {"equipo@iapt.example"}, 3),
        ("zoom_meeting_participants_en_with_meeting_data.csv", {"equipo@iapt.example"}, 0),
        ("zoom_meeting_participants_en.csv", set(), 0),
    ],
)
def test_hosts_and_speakers_are_told_where_the_file_tells_them(name, host, speakers):
    found = people(sample(name))

    assert {person.email for person in found if person.role is Role.HOST} == host
    assert len([person for person in found if person.role is Role.SPEAKER]) == speakers


def test_who_is_no_person_to_be_matched_is_flagged():
    found = people(sample("zoom_meeting_participants_en.csv"))

    assert [person.name for person in found if person.is_device] == ["iPhone de Carla", "56912345678", "Zoom user"]


def test_waiting_rooms_breakouts_and_no_shows_are_counted_and_left_out():
    waited = report(sample("zoom_meeting_participants_en.csv"))
    in_groups = report(sample("webex_attendee_report_utf16le.csv"))
    absent = report(sample("zoom_webinar_attendee_report_en.csv"))

    assert (waited.waiting_rows, in_groups.breakout_rows, absent.no_shows) == (2, 1, 3)


def test_the_first_arrival_proves_the_zone():
    right = placed(sample("zoom_meeting_participants_en.csv"))
    wrong = placed(sample("zoom_meeting_participants_en.csv"), zone="Europe/Madrid")

    assert right.first_joined_at.isoformat() == "2024-11-28T13:41:02+00:00"
    assert wrong.first_joined_at.isoformat() == "2024-11-28T09:41:02+00:00"
