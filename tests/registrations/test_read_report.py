"""`manage.py read_report` says what a file would be taken for, as the contract gives it."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from registrations.models import Evidence, Report
from tests.registrations.platforms.truth import SAMPLES
from tests.registrations.reports import session_of_samples

pytestmark = pytest.mark.django_db

WEBINAR = SAMPLES / "zoom_webinar_attendee_report_en.csv"


def run(file: Path, session: str = "community-in-practice/2", *options: str) -> str:
    out = io.StringIO()
    call_command("read_report", str(file), "--session", session, *options, stdout=out)
    return out.getvalue()


def test_the_json_has_every_field_of_the_contract() -> None:
    session_of_samples()

    told = json.loads(run(SAMPLES / "zoom_meeting_participants_en.csv", "community-in-practice/2", "--json"))

    assert set(told) == {"layout", "language", "date_order", "questions", "people", "absent", "problems"}
    assert (told["layout"], told["language"], told["questions"]) == ("zoom-participants", "en", [])
    assert told["absent"] == ["tomas@minero.example", "conceicao@moda.example"]
    joao = next(person for person in told["people"] if person["email"] == "joao.araujo@apl.example")
    assert joao == {
        "name": "João Araújo",
        "email": "joao.araujo@apl.example",
        "role": "audience",
        "seconds_in_schedule": 4978,
        "match": "certain",
        "registration": "joao.araujo@apl.example",
        "why": "registered with this address",
    }
    assert not Evidence.objects.exists()
    assert not Report.objects.exists()


def test_without_json_it_is_one_line() -> None:
    session_of_samples()

    assert run(WEBINAR).startswith("zoom-webinar: 20 people, 2 absent")


def test_an_unclear_date_is_a_question(tmp_path: Path) -> None:
    session_of_samples()
    file = tmp_path / "report.csv"
    file.write_text("Name,Email,Join Time,Leave Time\nAna,a@b.example,05/06/2026 11:00,05/06/2026 12:00\n")

    told = json.loads(run(file, "community-in-practice/2", "--json"))

    assert told["questions"] == [{"about": "date_order", "choices": ["month-first", "day-first"]}]
    assert told["people"] == []


@pytest.mark.parametrize(
    ("content", "session", "options", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "community-in-practice/2", (), ""),
        (b"", "community-in-practice/2", (), ""),
        (b'Name,Email,Join Time,Leave Time\n"Ana,a@b.example,1,2\n', "community-in-practice/2", (), "line 2"),
        (b"Name,Email,Join Time\n", "community-in-practice/77", (), "no session"),
        (b"Name,Email,Join Time\n", "nonsense", (), "no session"),
        (b"Name,Email,Join Time\n", "community-in-practice/2", ("--timezone", "Mars/Base"), "no"),
    ],
)
def test_what_is_no_report_ends_with_two_and_one_line(
    tmp_path: Path, content: bytes, session: str, options: tuple[str, ...], said: str
) -> None:
    session_of_samples()
    file = tmp_path / "report.csv"
    file.write_bytes(content)

    with pytest.raises(CommandError) as refused:
        run(file, session, *options)

    assert refused.value.returncode == 2
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    session_of_samples()

    with pytest.raises(CommandError) as refused:
        run(tmp_path / "nothing.csv")

    assert refused.value.returncode == 2
