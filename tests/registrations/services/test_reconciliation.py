"""What staff confirm of a report becomes evidence, once, and can be taken back whole."""

from datetime import timedelta

import pytest

from registrations.choices import Decision
from registrations.models import Alias, Attendance, Attendee, Batch, Evidence, Registration, Report, ReportRow
from registrations.services import clockwork, drafts, erasure, reconciliation
from registrations.services.drafts import TakenOver
from registrations.services.reconciliation import Choice, NotOfThisSession, Outcome
from tests.factories import NOW, create_session, register
from tests.registrations.platforms.truth import sample
from tests.registrations.reports import registration_of, session_of_samples
from workshops.models import Places, Session

pytestmark = pytest.mark.django_db

ZOOM, TEAMS = "zoom_meeting_participants_en.csv", "teams_attendance_report_en_utf16le.csv"


def draft(session: Session, content: bytes | str = ZOOM) -> Report:
    raw = sample(content) if isinstance(content, str) else content
    found = drafts.take_in(session=session, content=raw, zone="America/Santiago", by=None, now=NOW)
    assert isinstance(found, Report)
    return found


def take_over(report: Report, **choices: Choice) -> Outcome:
    """choices: by the name of the line, its blanks as underscores."""
    rows = {row.name.replace(" ", "_"): row.pk for row in report.rows.filter(email="")}
    rows |= {row.email.partition("@")[0]: row.pk for row in report.rows.exclude(email="")}
    chosen = {rows[name]: choice for name, choice in choices.items()}
    return reconciliation.take_over(report=report, choices=chosen, by=None, now=NOW)


def came(email: str) -> tuple[str, int | None] | None:
    row = Attendance.objects.filter(registration__attendee__addresses__normalised=email).first()
    return (row.status, row.seconds) if row else None


def test_only_who_is_certain_counts_by_itself() -> None:
    session = session_of_samples()

    outcome = take_over(draft(session))

    assert (outcome.people, outcome.walk_ins) == (15, 0)
    assert came("joao.araujo@apl.example") == ("present", 4978)
    assert came("ximena.guell@bio.example") == ("absent", 715)
    assert came("lupita@talavera.example") == ("partial", 2100)
    assert came("nusta.quispe@textil.example") is None
    assert Attendance.objects.filter(part="speaker").count() == 3


def test_the_same_file_twice_and_another_layout_of_it_add_nothing() -> None:
    session = session_of_samples()
    first = take_over(draft(session))
    before = list(Attendance.objects.order_by("pk").values_list("registration", "status", "seconds"))

    again = [take_over(draft(session)).lines, take_over(draft(session, TEAMS)).lines]

    assert first.lines > 0
    assert again == [0, 0]
    assert list(Attendance.objects.order_by("pk").values_list("registration", "status", "seconds")) == before


def test_a_second_file_adds_only_the_hours_that_are_new() -> None:
    session = create_session()
    register(session, "Ana Ruiz", email="ana@x.example")
    head = b"Name,Email,Join Time,Leave Time\n"
    one = head + b"Ana,ana@x.example,11:00,11:20\n"

    lines = [take_over(draft(session, content)).lines for content in (one, one + b"Ana,ana@x.example,11:30,12:00\n")]

    assert lines == [1, 1]
    assert came("ana@x.example") == ("present", 50 * 60)


def test_what_staff_choose_is_credited_remembered_and_the_rest_left_out() -> None:
    session = session_of_samples()
    jose, carla = registration_of("jl.rodriguez@metal.example"), registration_of("carla.munoz@salmon.example")
    luz = registration_of("luzmarina.ocampo@gmail.example")
    credit = Decision.CREDIT

    take_over(
        draft(session),
        José_Luis_Rodríguez=Choice(credit, jose.pk),
        iPhone_de_Carla=Choice(credit, carla.pk),
        lmocampo=Choice(credit, luz.pk),
    )

    assert came("jl.rodriguez@metal.example") == ("present", 5100)
    assert came("carla.munoz@salmon.example") == ("present", 5190)
    assert came("luzmarina.ocampo@gmail.example") == ("present", 4800)
    assert came("jb.etienne@cafe.example") is None
    remembered = set(Alias.objects.values_list("attendee", "address", "name_key"))
    assert remembered == {
        (jose.attendee_id, "", "jose luis rodriguez"),
        (carla.attendee_id, "", "iphone de carla"),
        (luz.attendee_id, "lmocampo@camara.example", ""),
    }
    assert ReportRow.objects.get(name="Zoom user").decision == "ignore"


def test_who_came_without_a_registration_gets_one_above_any_capacity_and_no_mail_of_changes() -> None:
    session = session_of_samples()
    taken = Places.objects.get().taken
    Places.objects.get().set_capacity(taken)

    outcome = take_over(draft(session), nueva=Choice(Decision.WALK_IN), Zoom_user=Choice(Decision.WALK_IN))
    clockwork.find_work(clock=lambda: NOW)

    walk_in = registration_of("nueva@municipio.example")
    assert (outcome.walk_ins, walk_in.state, walk_in.source) == (2, "confirmed", "walk_in")
    assert came("nueva@municipio.example") == ("present", 5400)
    assert Places.objects.get().taken == taken + 2
    assert not walk_in.messages.filter(kind__in=["changed", "confirmation"]).exists()
    assert Attendee.objects.get(full_name="Zoom user").addresses.count() == 0


def test_a_report_is_undone_whole_and_can_come_again() -> None:
    session = session_of_samples()
    report = draft(session)
    lines = take_over(report, nueva=Choice(Decision.WALK_IN)).lines
    taken = Places.objects.get().taken

    undone = [reconciliation.undo(report=report, by=None, why="Another session’s", now=NOW) for _ in range(2)]

    assert undone == [lines, 0]
    assert not Attendance.objects.exists()
    assert registration_of("nueva@municipio.example").state == "removed"
    assert Places.objects.get().taken == taken - 1
    assert Batch.objects.get().undone_at == NOW
    assert take_over(draft(session), nueva=Choice(Decision.WALK_IN)).lines == lines
    assert registration_of("nueva@municipio.example").state == "confirmed"


def test_a_report_is_taken_over_once_and_names_only_its_own_session() -> None:
    session = session_of_samples()
    elsewhere = register(create_session(number=5), "Eva Paz")
    report = draft(session)

    with pytest.raises(NotOfThisSession):
        take_over(report, Zoom_user=Choice(Decision.CREDIT, elsewhere.pk))
    assert not Evidence.objects.exists()
    take_over(report)
    for act in (lambda: take_over(report), lambda: drafts.throw_away(report=report)):
        with pytest.raises(TakenOver):
            act()
    assert bytes(Report.objects.get().content) == b""


def test_drafts_are_forgotten_in_days_and_lines_in_months_and_evidence_stays() -> None:
    session = session_of_samples()
    take_over(draft(session))
    draft(session)
    counts = []

    for days in (1, 3, 91):
        drafts.forget(now=NOW + timedelta(days=days))
        counts.append(Report.objects.count())

    assert counts == [2, 1, 0]
    assert Evidence.objects.exists()


def test_who_was_erased_is_in_no_report_and_still_counted() -> None:
    session = session_of_samples()
    take_over(draft(session))
    joao = Attendee.objects.get(full_name__startswith="João")

    erasure.erase(attendee=joao, now=NOW)

    assert not ReportRow.objects.filter(name__contains="João").exists()
    assert Attendance.objects.filter(registration__attendee=joao, status="present").exists()
    assert Registration.objects.filter(attendee=joao).exists()
