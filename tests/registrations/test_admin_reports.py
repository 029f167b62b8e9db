"""The desk: a file, its hours proven, its people decided, taken over by one button and taken back by another."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from registrations.models import Attendance, ColumnMap, Evidence, Registration, Report, ReportRow
from tests.admin_pages import queries_of, staff_client
from tests.factories import create_session, register
from tests.registrations.platforms.truth import sample
from tests.registrations.reports import registration_of, session_of_samples
from workshops.models import Session

pytestmark = pytest.mark.django_db
RIGHTS = ("workshops.view_session", "registrations.add_report", "registrations.view_report")
ZOOM = "zoom_meeting_participants_en.csv"


def desk() -> Client:
    return staff_client(*RIGHTS)


def send(client: Client, session: Session, content: bytes, zone: str = "America/Santiago") -> object:
    file = SimpleUploadedFile("report.csv", content)
    return client.post(reverse("admin:workshops_session_reports", args=[session.pk]), {"file": file, "timezone": zone})


def page(report: Report, name: str = "review") -> str:
    return reverse(f"admin:registrations_report_{name}", args=[report.pk])


def drafted(client: Client, content: bytes | str = ZOOM) -> Report:
    session = session_of_samples()
    answer = send(client, session, sample(content) if isinstance(content, str) else content)
    report = Report.objects.get()
    assert answer.status_code == 302, answer.content  # type: ignore[attr-defined]
    assert answer["Location"] == page(report)  # type: ignore[index]
    return report


def line(name: str) -> ReportRow:
    return ReportRow.objects.filter(name=name, email="").get()


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))  # type: ignore[attr-defined]


def test_a_file_is_shown_before_anybody_is_credited() -> None:
    client = desk()
    report = drafted(client)

    shown = text(client.get(page(report)))

    assert "The first person joined at" in shown
    assert "10:41" in shown
    # The moment of the reading, on the session's clock.
    listed = text(client.get(reverse("admin:workshops_session_reports", args=[report.session_id])))
    assert ("5 Oct 2026, 11:00 Santiago" in shown, "5 Oct 2026, 11:00 Santiago" in listed) == (True, True)
    for words in (
        "these need your eye",
        "José Luis Rodríguez",
        "several registrations have this name",
        "iPhone de Carla",
    ):
        assert words.casefold() in shown.casefold()
    assert "João Araújo" not in shown
    assert "João Araújo" in text(client.get(page(report), {"match": "certain"}))
    assert "3 people who meant to come are not known to have been there" in shown
    assert not Evidence.objects.exists()


def test_decisions_are_kept_and_then_taken_over_with_who_is_certain() -> None:
    client = desk()
    report = drafted(client)
    carla = registration_of("carla.munoz@salmon.example")

    saved = client.post(
        page(report),
        {
            "save": "1",
            f"address-{line('iPhone de Carla').pk}": " Carla.Munoz@salmon.example ",
            f"line-{line('José Luis Rodríguez').pk}": str(registration_of("jl.rodriguez@metal.example").pk),
            f"line-{line('Zoom user').pk}": "ignore",
        },
        follow=True,
    )
    kept = not Evidence.objects.exists()
    client.post(page(report), {"accept": "1"})
    done = client.post(page(report), {"take_over": "1"}, follow=True)

    assert kept
    assert "Saved. Nobody is credited before" in text(saved)
    assert ("These need your eye" in text(saved), "These need your eye" in text(done)) == (True, False)
    assert "Taken over: 19 people credited" in text(done)
    seconds = dict(Attendance.objects.values_list("registration__attendee__addresses__normalised", "seconds"))
    assert (seconds["carla.munoz@salmon.example"], seconds["jl.rodriguez@metal.example"]) == (5190, 5100)
    assert seconds["nusta.quispe@textil.example"] == 5380
    assert carla.evidence.count() == 2


def test_an_address_that_nobody_is_registered_with_is_said_at_its_line_and_nothing_is_lost() -> None:
    client = desk()
    report = drafted(client)
    row = line("Zoom user")

    answer = client.post(
        page(report), {"take_over": "1", f"line-{row.pk}": "else", f"address-{row.pk}": "no@one.example"}
    )

    assert answer.status_code == 422
    assert "<title>Error:" in answer.content.decode()
    assert "Nobody is registered for this session with “no@one.example”." in text(answer)
    assert 'value="no@one.example"' in answer.content.decode()
    assert Report.objects.get().is_draft


@pytest.mark.parametrize("value", ["99999", "x", "-1", "1; DROP", "9" * 40])
def test_a_registration_that_is_none_of_this_session_is_not_credited(value: str) -> None:
    client = desk()
    report = drafted(client)

    answer = client.post(page(report), {"take_over": "1", f"line-{line('Zoom user').pk}": value}, follow=True)

    assert answer.status_code == 200
    assert not Evidence.objects.filter(registration=99999).exists()
    assert line("Zoom user").registration is None


def test_a_report_is_taken_back_by_one_button_and_who_comes_second_is_told() -> None:
    client = desk()
    report = drafted(client)
    client.post(page(report), {"take_over": "1"})

    late = client.post(page(report), {"take_over": "1"}, follow=True)
    back = client.post(page(report, "undo"), {"why": "Another session’s"}, follow=True)

    assert "taken over or thrown away meanwhile" in text(late)
    assert "lines of evidence were taken back" in text(back)
    assert not Attendance.objects.exists()


def test_a_draft_is_thrown_away() -> None:
    client = desk()
    report = drafted(client)

    answer = client.post(page(report, "throw_away"), follow=True)

    assert "thrown away" in text(answer)
    assert not Report.objects.exists()
    assert client.get(page(report)).status_code == 404


def test_hours_are_read_again_in_another_zone() -> None:
    client = desk()
    report = drafted(client)

    client.post(page(report, "again"), {"timezone": "America/Bogota", "date_order": ""})

    # Bogotá is two hours behind: everybody came when it was over.
    assert ReportRow.objects.get(email="joao.araujo@apl.example").seconds == 0
    assert Report.objects.get().timezone == "America/Bogota"


def test_dates_that_can_be_read_in_two_ways_are_asked_about() -> None:
    client = desk()
    lines = "Name,Email,Join Time,Leave Time\nAna,joao.araujo@apl.example,05/06/2024 11:00,05/06/2024 12:00\n"
    report = drafted(client, lines.encode())

    asked = client.get(page(report))
    refused = client.post(page(report, "again"), {"timezone": "America/Santiago", "date_order": ""})
    client.post(page(report, "again"), {"timezone": "America/Santiago", "date_order": "day-first"})

    assert "can be read in two ways" in text(asked)
    assert '<option value="" selected>' in asked.content.decode()
    assert refused.status_code == 422
    assert (Report.objects.get().date_order, Report.objects.get().asks) == ("day-first", {})


def test_columns_are_said_once_and_remembered_for_the_next_file() -> None:
    client = desk()
    header = b"Kto;Gde;Nachalo;Konets\n"
    report = drafted(client, header + b"Ana;joao.araujo@apl.example;11:00;12:00\n")

    asked = client.get(page(report))
    refused = client.post(page(report), {"column-0": "joined", "column-2": "joined"})
    client.post(page(report), {"column-0": "name", "column-1": "email", "column-2": "joined", "column-3": "left"})

    assert "Kto" in text(asked)
    assert "joao.araujo@apl.example" in text(asked)
    assert refused.status_code == 422
    assert ReportRow.objects.get().seconds == 3600
    session = Session.objects.get()
    listed = text(client.get(reverse("admin:workshops_session_reports", args=[session.pk])))
    assert ("A file" in listed, "Told" in listed) == (True, False)
    send(client, session, header + "Ñusta;nusta.quispe@textil.example;11:00;11:30\n".encode())
    assert ReportRow.objects.get(email="nusta.quispe@textil.example").seconds == 1800
    assert ColumnMap.objects.count() == 1


def test_the_columns_of_a_file_without_a_header_have_numbers() -> None:
    client = desk()
    lines = b"Joao;joao.araujo@apl.example;11:00;12:00\nNusta;nusta.quispe@textil.example;11:00;11:30\n"
    report = drafted(client, lines)

    asked = text(client.get(page(report)))
    said = {"column-0": "name", "column-1": "email", "column-2": "joined", "column-3": "left"}
    client.post(page(report), said)

    assert [f"Column {number} " in asked for number in (0, 1, 4, 5)] == [False, True, True, False]
    assert "without a header" in asked
    assert "joao.araujo@apl.example" in asked
    assert list(ReportRow.objects.order_by("position").values_list("seconds", flat=True)) == [3600, 1800]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "report"),
        (b"", "empty"),
        (b'Name,Email,Join Time,Leave Time\n"Ana,a@b.example,1,2\n', "Line 2"),
        (b"Name,Email,Join Time,Leave Time\n", "nobody"),
    ],
)
def test_what_is_no_report_is_refused_in_words(content: bytes, said: str) -> None:
    client = desk()

    answer = send(client, session_of_samples(), content)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "errorlist" in answer.content.decode()  # type: ignore[attr-defined]
    assert not Report.objects.exists()


def test_a_script_in_a_name_stays_text() -> None:
    client = desk()
    report = drafted(client, b"Name,Email,Join Time,Leave Time\n<script>alert(1)</script>,,11:00,12:00\n")

    assert "<script>alert(1)" not in client.get(page(report)).content.decode()


def test_without_the_right_there_is_no_desk() -> None:
    report = drafted(desk())
    client = staff_client("workshops.view_session")

    addresses = [page(report), reverse("admin:workshops_session_reports", args=[report.session_id])]

    assert [client.get(address).status_code for address in addresses] == [403, 403]
    assert (
        "Reports of attendance"
        not in client.get(reverse("admin:workshops_session_change", args=[report.session_id])).content.decode()
    )


def test_the_pages_cost_the_same_for_one_line_and_for_a_hundred() -> None:
    client = desk()
    session = create_session()
    register(session, "Ana Ruiz")
    costs = []

    for count in (1, 90):
        head = "Name,Email,Join Time,Leave Time\n"
        send(client, session, (head + "".join(f"Ana Ruiz {n},,11:00,12:00\n" for n in range(count))).encode())
        report = Report.objects.latest("pk")
        costs.append(queries_of(client, page(report)))

    assert costs[0] == costs[1]
    assert costs[0] <= 16
    assert Registration.objects.count() == 1
