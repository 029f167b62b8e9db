"""From rows to hours to people: which order, which zone, who is one person and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from registrations.platforms import grouping, placing
from registrations.platforms.dates import DateOrder
from registrations.platforms.rows import Flag, Placed, Question, Schedule, Unreadable
from tests.registrations.platforms.truth import people, placed, report

HEAD = "Name,User Email,Join Time,Leave Time,Duration (Minutes)"
HOUR = timedelta(hours=1)
JUNE = Schedule(datetime(2025, 6, 3, 15, 0, tzinfo=UTC), datetime(2025, 6, 3, 17, 0, tzinfo=UTC))


def file(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines]).encode()


def on(day: str, name="Ana", email="") -> str:
    return f"{name},{email},{day} 11:00:00,{day} 12:00:00,60"


def schedule(year: int, month: int, day: int) -> Schedule:
    starts_at = datetime(year, month, day, 15, 0, tzinfo=UTC)
    return Schedule(starts_at, starts_at + 2 * HOUR)


def where(raw: bytes, when: Schedule, **options) -> Placed | Question:
    return placing.place(report(raw), schedule=when, zone="America/Santiago", **options)


@pytest.mark.parametrize(("when", "order"), [((2025, 6, 3), "month-first"), ((2025, 3, 6), "day-first")])
def test_of_two_orders_the_one_that_lands_near_the_session_is_taken(when, order):
    assert where(file(on("06/03/2025")), schedule(*when)).order == order


def test_an_ambiguous_date_is_asked_about_and_never_guessed():
    raw = file(on("06/03/2025"))

    asked = where(raw, schedule(2025, 9, 1))
    answered = where(raw, schedule(2025, 9, 1), order=DateOrder.DAY_FIRST)

    assert asked == Question("date_order", ("month-first", "day-first"))
    assert answered.rows[0].joined_at.date().isoformat() == "2025-03-06"
    assert not answered.near


def test_two_sessions_in_one_file_that_fit_both_orders_are_asked_about():
    raw = file(on("06/03/2025"), on("03/06/2025"))

    assert isinstance(where(raw, schedule(2025, 6, 3)), Question)


def test_a_date_that_is_the_same_in_both_orders_needs_no_question():
    found = where(file(on("06/06/2025")), schedule(2025, 6, 6))
    far = where(file(on("06/06/2025")), schedule(2025, 9, 6))

    assert (found.near, far.near) == (True, False)


def test_dates_that_contradict_each_other_are_refused_with_the_line_that_shows_it():
    with pytest.raises(Unreadable) as refused:
        report(file(on("06/03/2025"), on("13/06/2025"), on("06/13/2025")))

    assert refused.value.line == 4


def test_an_answer_that_the_dates_contradict_is_not_taken():
    assert where(file(on("06/13/2025")), schedule(2025, 6, 13), order=DateOrder.DAY_FIRST).order == "month-first"


def test_a_file_of_another_session_says_so():
    assert not where(file(on("06/13/2025")), schedule(2025, 6, 3)).near


@pytest.mark.parametrize(
    ("zone", "seconds"), [("America/Santiago", 3600), ("America/Bogota", 3600), ("America/Sao_Paulo", 0)]
)
def test_the_zone_that_staff_chose_decides_the_minutes(zone, seconds):
    raw = file(on("06/03/2025", email="ana@apl.example"))

    assert [person.seconds for person in people(raw, schedule=JUNE, zone=zone)] == [seconds]


def test_an_hour_that_the_clock_shows_twice_is_read_so_that_nobody_leaves_before_joining():
    raw = file("Ana,,04/05/2025 11:40:00 PM,04/05/2025 11:20:00 PM,40")
    autumn = Schedule(datetime(2025, 4, 6, 2, 0, tzinfo=UTC), datetime(2025, 4, 6, 4, 0, tzinfo=UTC))

    assert [person.seconds for person in people(raw, schedule=autumn)] == [40 * 60]


def test_a_length_stands_in_for_an_end_that_is_not_written():
    raw = file("Ana,,06/03/2025 11:00:00,,60", "Luz,,,06/03/2025 12:00:00,30", "Eva,,06/03/2025 11:00:00,,")

    assert [person.seconds for person in people(raw, schedule=JUNE)] == [3600, 1800, None]


def test_one_name_that_comes_back_is_one_person():
    raw = file(
        "Ana,,06/03/2025 11:00:00,06/03/2025 11:10:00,10", "ANA (Guest),,06/03/2025 11:20:00,06/03/2025 11:30:00,10"
    )

    found = people(raw, schedule=JUNE)

    assert [(person.names, person.seconds) for person in found] == [(("Ana", "ANA"), 1200)]


def test_a_file_that_holds_every_line_twice_holds_nobody_twice():
    line = "Ana,,06/03/2025 11:00:00,06/03/2025 12:00:00,60"

    assert [(person.name, person.seconds) for person in people(file(line, line), schedule=JUNE)] == [("Ana", 3600)]


def test_one_name_in_two_places_at_once_stays_two_until_someone_says_otherwise():
    raw = file("Ana,,06/03/2025 11:00:00,06/03/2025 12:00:00,60", "Ana,,06/03/2025 11:30:00,06/03/2025 12:30:00,60")

    found = people(raw, schedule=JUNE)

    assert [(person.seconds, person.flags) for person in found] == [(3600, {Flag.NAMESAKES})] * 2
    assert grouping.together(found, schedule=JUNE).seconds == 5400


def test_a_name_without_an_address_is_never_joined_to_one_with():
    raw = file(on("06/03/2025", "Ana", "ana@apl.example"), "Ana,,06/03/2025 12:00:00,06/03/2025 12:10:00,10")

    assert [person.email for person in people(raw, schedule=JUNE)] == ["ana@apl.example", ""]


def test_devices_without_an_owner_are_never_joined():
    raw = file(
        "iPhone,,06/03/2025 11:00:00,06/03/2025 11:10:00,10", "iPhone,,06/03/2025 11:20:00,06/03/2025 11:30:00,10"
    )

    assert [person.is_device for person in people(raw, schedule=JUNE)] == [True, True]


def test_an_address_makes_a_person_of_a_device():
    raw = file(on("06/03/2025", "iPhone de Carla", "carla@apl.example"))

    assert [person.is_device for person in people(raw, schedule=JUNE)] == [False]


def test_two_who_are_said_to_be_one_count_what_they_cover_together():
    raw = file(
        "iPhone de Carla,,11/28/2024 11:03:30,11/28/2024 11:22:00,19",
        "Carla Muñoz,carla@apl.example,11/28/2024 11:20:00,11/28/2024 12:30:10,71",
    )
    found = people(raw)

    one = grouping.together(
        found, schedule=Schedule(datetime(2024, 11, 28, tzinfo=UTC), datetime(2024, 11, 29, tzinfo=UTC))
    )

    assert (one.name, one.email, one.seconds) == ("Carla Muñoz", "carla@apl.example", 5200)


def test_one_row_without_hours_leaves_a_persons_minutes_unknown():
    raw = file(on("06/03/2025", "Ana", "ana@apl.example"), "Ana,ana@apl.example,,,")

    assert [person.seconds for person in people(raw, schedule=JUNE)] == [None]
    assert placed(raw, schedule=JUNE).near


@pytest.mark.parametrize(
    "raw",
    [
        b"ana@apl.example\nluz@apl.example\n",
        b"Ana Ruiz <ana@apl.example>; Luz Paz <luz@apl.example>",
        b'"Ruiz, Ana" <ANA@apl.example>\nLuz luz@apl.example\n',
        b"Nombre;Correo\nAna;ana@apl.example\nLuz;luz@apl.example\n",
        b"Correo\nana@apl.example\nluz@apl.example\n",
        b"Lista\n\nNombre y apellidos,Ciudad,E-mail,Firma\nAna,,ana@apl.example,\nLuz,,luz@apl.example,\n",
    ],
)
def test_lists_without_hours_say_who_came_and_not_for_how_long(raw):
    assert [(person.email, person.seconds) for person in people(raw)] == [
        ("ana@apl.example", None),
        ("luz@apl.example", None),
    ]


def test_a_sign_in_sheet_with_names_only():
    raw = b"Taller 3\nNombre y apellido\nAna Ruiz\nLuz Paz\n"

    assert [person.name for person in people(raw)] == ["Ana Ruiz", "Luz Paz"]
    assert report(raw).layout == "sign-in-sheet"


def test_a_sign_in_sheet_whose_hours_nobody_wrote():
    raw = b"Nombre,Hora de entrada,Hora de salida,Firma\nAna Ruiz,,,\nLuz Paz,,,\n"

    assert [(person.name, person.seconds) for person in people(raw)] == [("Ana Ruiz", None), ("Luz Paz", None)]


def test_a_line_below_a_report_that_is_nobody_is_told():
    read = report(file(on("06/03/2025"), "Total: 1,,,,"))

    assert [row.name for row in read.rows] == ["Ana"]
    assert [problem.line for problem in read.problems] == [3]


def test_where_others_have_signed_who_has_not_did_not_come():
    read = report(b"Nombre,Correo,Firma\nAna,ana@apl.example,x\nLuz,luz@apl.example,\n")

    assert [row.email for row in read.rows] == ["ana@apl.example"]
    assert (read.no_shows, [problem.line for problem in read.problems]) == (1, [3])
