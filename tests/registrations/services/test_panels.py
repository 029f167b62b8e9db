"""Who of the panel was there is recorded for itself, and nobody of it is counted with the audience."""

from datetime import timedelta

import pytest

from registrations.choices import EvidenceKind, Origin
from registrations.models import Attendance, PanelEvidence, Report
from registrations.presence import Shares
from registrations.services import attendance, drafts, figures, panels, policies, reconciliation
from registrations.services.attendance import Observation
from tests.factories import NOW, create_session, create_speaker, note, register, seat
from workshops.models import Session

pytestmark = pytest.mark.django_db
HEAD = "Name,Email,Role,Join Time,Leave Time\n"
SHARES = Shares(50, 20)


def taken_over(session: Session, *lines: str) -> Report:
    report = drafts.take_in(
        session=session,
        content=(HEAD + "\n".join(lines) + "\n").encode(),
        zone="America/Santiago",
        by=None,
        now=NOW,
    )
    reconciliation.take_over(report=report, choices={}, by=None, now=NOW)
    return report


def seen(session: Session) -> dict[str, tuple[str, int | None] | None]:
    """Status and minutes by speaker."""
    rows = panels.of_session(session, shares=SHARES)
    return {
        str(row.speaker): (str(row.verdict.status), row.verdict.seconds and row.verdict.seconds // 60)
        if row.verdict
        else None
        for row in rows
    }


@pytest.fixture
def session() -> Session:
    """Marta moderates, Rosa speaks, Iván says the last word; nobody of them is registered."""
    found = create_session()
    seat(create_speaker("Marta Sol", email="marta@x.example"), found, role="moderator")
    seat(create_speaker("Rosa Vega Luna"), found)
    seat(create_speaker("Iván Paz", email="ivan@x.example"), found, role="closing")
    return found


def test_a_report_shows_the_panel_by_address_or_by_name_without_a_registration(session) -> None:
    taken_over(session, "M. Sol,marta@x.example,,11:00,12:00", "ROSA VEGA LUNA,,,11:00,11:20")
    taken_over(session, '"Vega Luna, Rosa",,,11:05,11:25')

    assert seen(session) == {"Marta Sol": ("present", 60), "Rosa Vega Luna": ("partial", 25), "Iván Paz": None}
    assert not Attendance.objects.exists()


def test_the_same_hours_twice_count_once_and_a_report_taken_back_counts_no_more(session) -> None:
    line = "Marta,marta@x.example,,11:00,11:30"
    reports = [taken_over(session, line), taken_over(session, line, "Iván,ivan@x.example,,11:00,12:30")]
    both = seen(session)

    for report in reversed(reports):
        reconciliation.undo(report=report, by=None, why="Wrong", now=NOW)
        both |= {f"{report.pk}": seen(session)["Marta Sol"]}

    assert both["Marta Sol"] == both[str(reports[1].pk)] == ("partial", 30)
    assert both[str(reports[0].pk)] is None
    assert seen(session)["Iván Paz"] is None


def test_the_button_of_their_page_is_evidence_once(session) -> None:
    marta = session.panellists.get(role="moderator").speaker

    for minutes in (0, 5):
        panels.note_join(speaker=marta, session=session, now=NOW + timedelta(minutes=minutes))

    assert PanelEvidence.objects.get().at == NOW
    assert seen(session)["Marta Sol"] == ("partial", None)


def test_of_who_is_registered_as_well_the_ledger_speaks_too(session) -> None:
    marta = register(session, "Marta Sol", email="marta@x.example")
    note(marta, "staff")

    assert seen(session)["Marta Sol"] == ("present", None)


def test_hosts_and_speakers_from_elsewhere_are_named_while_the_report_keeps_them(session) -> None:
    taken_over(session, "Equipo,equipo@x.example,Host,10:50,12:40", "Marta,marta@x.example,Host,11:00,12:00")

    found = [(one.name, str(one.part), one.minutes) for one in panels.others(session)]
    drafts.forget(now=NOW + timedelta(days=91))

    assert found == [("Equipo", "host", 90)]
    assert panels.others(session) == []
    assert seen(session)["Marta Sol"] == ("present", 60)


def test_nobody_of_the_panel_is_in_the_figures(session) -> None:
    register(session, "Marta Sol", email="marta@x.example")
    taken_over(session, "Marta Sol,marta@x.example,,11:00,12:30")

    assert figures.of_session(session, now=NOW).present == 0


@pytest.mark.parametrize("kind", ["join", "staff", "scan", "room_code"])
def test_who_sits_on_the_panel_is_no_audience_whatever_shows_them(session, kind: str) -> None:
    marta, other = (
        register(session, "Marta Sol", email="Marta@X.example"),
        register(session, "Marta Sol", email="m@y.example"),
    )
    for one in (marta, other):
        note(one, kind)

    found = dict(Attendance.objects.values_list("registration", "part"))
    assert found == {marta.pk: "speaker", other.pk: "audience"}
    assert seen(session)["Marta Sol"] is not None


def test_a_speaker_at_the_door_is_no_audience(session) -> None:
    with_policy, without = session, create_session(number=2)
    policies.of(with_policy)
    seat(with_policy.panellists.get(role="moderator").speaker, without)
    for one in (with_policy, without):
        marta, ana = register(one, "Marta Sol", email="marta@x.example"), register(one, "Ana")
        for registration in (marta, ana):
            line = Observation(EvidenceKind.SCAN, f"scan:{registration.pk}")
            attendance.record_once(registration=registration, seen=line, origin=Origin.DOOR, at=NOW)

        parts = Attendance.objects.filter(registration__session=one).values_list("registration", "part")
        assert dict(parts) == {marta.pk: "speaker", ana.pk: "audience"}
