"""A report is matched to registrations: certain by address, suggested by name, never credited by a name alone."""

import io

import pytest

from registrations.models import Alias, Attendee, EmailAddress, Evidence, Registration, ReportRow
from registrations.models import Report as Draft
from registrations.platforms.rows import Question, Unmapped
from registrations.services import drafts, reports
from registrations.services.reports import NoSchedule, Reading
from tests.factories import NOW, create_session, register
from tests.registrations.platforms.truth import TRUTH, sample
from tests.registrations.reports import registration_of, session_of_samples
from workshops.models import Session

pytestmark = pytest.mark.django_db

EXPECTED = TRUTH["expected_matching"]
PEOPLE = {person["id"]: person for person in TRUTH["people"]}
WITH_ADDRESSES = (
    "zoom_meeting_participants_en.csv",
    "zoom_meeting_participants_en_with_meeting_data.csv",
    "zoom_meeting_participants_es.csv",
    "teams_attendance_report_en_utf16le.csv",
    "webex_attendee_report_utf16le.csv",
)


def read(session: Session, content: bytes, zone: str = "America/Santiago") -> Reading:
    found = reports.read(session=session, file=io.BytesIO(content), zone=zone)
    assert isinstance(found, Reading), found
    return found


def kinds(found: Reading) -> dict[str, tuple[str, str | None]]:
    """By address or name as reported: the kind of match, and the address of the registration."""
    owners = dict(Registration.objects.values_list("pk", "attendee__addresses__normalised"))
    return {
        person.email or person.name: (str(match.kind), owners.get(match.registration or 0))
        for person, match in found.matched
    }


def reported(key: str) -> str:
    person = PEOPLE[key]
    return str(person["reported_email"].casefold() or person["display"])


@pytest.mark.parametrize("name", WITH_ADDRESSES)
def test_every_layout_is_matched_as_the_truth_says(name: str) -> None:
    session = session_of_samples()

    found = read(session, sample(name))

    said = kinds(found)
    for key in EXPECTED["by_email"]:
        address = PEOPLE[key]["registered_email"] or "carla.munoz@salmon.example"
        assert said[reported(key)] == ("certain", address), key
    for key in EXPECTED["by_unique_name_suggest"]:
        assert said[reported(key)] == ("suggested", PEOPLE[key]["registered_email"]), key
    assert said["José Luis Rodríguez"] == ("ambiguous", None)
    assert [said[reported(key)][0] for key in EXPECTED["device_name_needs_a_person"]] == ["device"]
    assert said["nueva@municipio.example"] == ("none", None)
    assert said["Zoom user"] == ("device", None)
    absent = Registration.objects.filter(pk__in=found.absent).order_by("pk")
    assert [row.attendee.full_name for row in absent] == ["Tomás Echeverría Íñiguez", "Conceição Magalhães"]


def test_a_homonym_is_offered_to_staff_and_credited_to_nobody() -> None:
    session = session_of_samples()

    found = read(session, sample("zoom_meeting_participants_en.csv"))

    match = next(match for person, match in found.matched if person.name == "José Luis Rodríguez" and not person.email)
    both = {registration_of("jl.rodriguez@metal.example").pk, registration_of("joseluis@turismo.example").pk}
    assert (set(match.candidates), match.registration) == (both, None)


def test_the_panel_and_the_organisers_are_not_audience_whatever_the_file_says() -> None:
    session = session_of_samples()
    session.series.contact = "equipo@iapt.example"

    found = read(session, sample("zoom_meeting_participants_en.csv"))

    parts = {person.email: str(match.part) for person, match in found.matched if match.part != "audience"}
    assert parts == {
        "equipo@iapt.example": "host",
        "mortuzar@ponente.example": "speaker",
        "thiago@polo.example": "speaker",
        "ypena@redcluster.example": "speaker",
    }


def test_a_name_that_is_turned_round_in_brackets_or_without_accents_is_found() -> None:
    session = create_session()
    for name in ("Ñusta Quispe Mamani", "Rosa María del Carmen Ruiz", "Ana Ruiz", "Shan O’Brien", "Zoe DAndrade"):
        register(session, name)
    names = ["quispe, nusta", "Cluster Cacao (Rosa Ruiz)", "Ana Lucía Ruiz Gómez", "Ana", "Ruiz"]
    names += ["Shan OBrien", "shan o'brien", "Zoë D’Andrade"]
    lines = "\n".join(["Name,Join Time,Leave Time", *(f'"{name}",11:00,12:00' for name in names)])

    found = read(session, lines.encode())

    owners = dict(Registration.objects.values_list("pk", "attendee__full_name"))
    assert [(str(match.kind), owners.get(match.registration or 0)) for _person, match in found.matched] == [
        ("suggested", "Ñusta Quispe Mamani"),
        ("suggested", "Rosa María del Carmen Ruiz"),
        ("suggested", "Ana Ruiz"),
        ("none", None),
        ("none", None),
        ("suggested", "Shan O’Brien"),
        ("suggested", "Shan O’Brien"),
        ("suggested", "Zoe DAndrade"),
    ]


def test_what_staff_confirmed_before_makes_an_address_certain_and_a_name_a_suggestion() -> None:
    session = create_session()
    ana, luis = register(session, "Ana Ruiz"), register(session, "Luis Paz")
    confirmed = {"confirmed_at": NOW}
    Alias.objects.create(attendee=ana.attendee, address="anita@home.example", **confirmed)
    Alias.objects.create(attendee=luis.attendee, name_key="el gordo", **confirmed)
    lines = "Name,Email,Join Time,Leave Time\nA.,anita@home.example,11:00,12:00\nEl Gordo,,11:00,12:00"

    found = read(session, lines.encode())

    assert [(str(match.kind), match.registration) for _person, match in found.matched] == [
        ("certain", ana.pk),
        ("suggested", luis.pk),
    ]


def test_a_question_and_unknown_columns_are_handed_on_and_a_session_without_hours_is_refused() -> None:
    session = create_session(starts_at=NOW.replace(month=4, day=3))
    either = b"Name,Email,Join Time,Leave Time\nAna,a@b.example,03/04/2026 11:00,03/04/2026 12:00"
    elsewhere = either.replace(b"03/04/2026", b"05/06/2026")

    assert isinstance(reports.read(session=session, file=io.BytesIO(either), zone="UTC"), Reading)
    assert isinstance(reports.read(session=session, file=io.BytesIO(elsewhere), zone="UTC"), Question)
    assert isinstance(reports.read(session=session, file=io.BytesIO(b"uno;dos\nx;y\n"), zone="UTC"), Unmapped)
    bare = create_session(number=9, day=None, start_time=None, minutes=None, state="announced")
    with pytest.raises(NoSchedule):
        reports.read(session=bare, file=io.BytesIO(either), zone="UTC")


def test_to_read_changes_nothing_and_costs_the_same_for_one_line_and_for_three_hundred(
    django_assert_max_num_queries,
) -> None:
    session = session_of_samples()
    head = "Name,Email,Join Time,Leave Time"

    for count in (1, 300):
        lines = "\n".join([head, *(f"Person {n},p{n}@x.example,11:00,12:00" for n in range(count))])
        with django_assert_max_num_queries(7):
            assert len(read(session, lines.encode()).matched) == count

    assert (Evidence.objects.count(), Draft.objects.count()) == (0, 0)


def test_a_draft_keeps_who_was_read_and_credits_nobody() -> None:
    session = session_of_samples()

    draft = drafts.take_in(
        session=session,
        content=sample("zoom_meeting_participants_es.csv"),
        zone="America/Santiago",
        by=None,
        now=NOW,
    )

    assert isinstance(draft, Draft)
    assert (draft.layout, draft.is_draft, draft.rows.count()) == ("zoom-participants", True, 23)
    assert ReportRow.objects.get(email="joao.araujo@apl.example").seconds == 4978
    assert Evidence.objects.count() == 0


def test_erasing_takes_somebody_out_of_every_report() -> None:
    session = session_of_samples()
    content = sample("zoom_meeting_participants_en.csv")
    drafts.take_in(session=session, content=content, zone="America/Santiago", by=None, now=NOW)
    ximena = Attendee.objects.get(full_name__startswith="Ximena")
    Alias.objects.create(attendee=ximena, name_key="xime", confirmed_at=NOW)
    addresses = list(EmailAddress.objects.filter(attendee=ximena).values_list("normalised", flat=True))

    drafts.forget_person(attendee=ximena, addresses=addresses)

    assert not Draft.objects.exists()
    assert not ReportRow.objects.filter(email__in=addresses).exists()
    assert not Alias.objects.exists()
