"""Staff see who was at a session and why, mark several at once, and take back what was wrong."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from registrations.models import Attendance, AttendancePolicy, Batch, Evidence, Registration
from registrations.services import panels, places
from tests.admin_pages import form_of, queries_of, staff_client
from tests.factories import NOW, create_session, create_speaker, note, register, seat
from tests.registrations.audience import attend
from tests.test_links_are_safe import dump
from workshops.models import Session

pytestmark = pytest.mark.django_db
SEES = ("registrations.view_attendance", "registrations.view_registration", "workshops.view_session")
MARKS, TAKES_BACK = "registrations.add_evidence", "registrations.add_retraction"


def url(session: Session, page: str = "attendance", *more: int) -> str:
    return reverse(f"admin:workshops_session_{page}", args=[session.pk, *more])


def evidence_of(registration: Registration) -> str:
    return reverse("admin:registrations_registration_evidence", args=[registration.pk])


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def names(answer: Any) -> list[str]:
    return [str(row.attendee) for row, _status in answer.context["rows"]]


def status(registration: Registration) -> str | None:
    return Attendance.objects.filter(registration=registration).values_list("status", flat=True).first()


def furnished() -> Session:
    """Ana was seen, Luis joined, José was excused; of Éva nobody knows."""
    session = create_session()
    for name, kind in (("Ana", "staff"), ("Luis", "join"), ("José Peña", "excuse")):
        note(register(session, name), kind)
    register(session, "Éva")
    return session


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Ana", "Éva", "José Peña", "Luis"]),
        ({"status": "present"}, ["Ana"]),
        ({"status": "partial"}, ["Luis"]),
        ({"status": "none"}, ["Éva"]),
        ({"status": "nonsense"}, ["Ana", "Éva", "José Peña", "Luis"]),
        ({"q": "pena jose"}, ["José Peña"]),
        ({"q": "EVA@example"}, ["Éva"]),
        ({"q": "luis", "status": "present"}, []),
        ({"part": "speaker"}, []),
        ({"q": "  ", "p": "nonsense"}, ["Ana", "Éva", "José Peña", "Luis"]),
    ],
)
def test_people_are_found_by_status_part_and_name(asked: dict[str, str], found: list[str]) -> None:
    answer = staff_client().get(url(furnished()), asked)

    assert names(answer) == found


def test_the_page_counts_every_status() -> None:
    answer = staff_client().get(url(furnished()), {"status": "present"})

    counted = {value: people for value, _label, people, _url in answer.context["tabs"]}
    assert counted == {"": 4, "present": 1, "partial": 1, "absent": 0, "excused": 1, "caught_up": 0, "none": 1}


def test_several_are_marked_present_in_one_batch_that_is_undone_whole() -> None:
    session, client = furnished(), staff_client()
    luis, eva = (Registration.objects.get(attendee__full_name=name) for name in ("Luis", "Éva"))

    client.post(url(session), {"act": "staff", "pk": [luis.pk, eva.pk]})

    batch = Batch.objects.get()
    assert [status(luis), status(eva)] == ["present", "present"]
    assert {line.by.username for line in batch.evidence.all()} == {"staff-0"}
    assert "2 people" in LogEntry.objects.latest("pk").change_message

    client.post(url(session, "undo_batch", batch.pk), {"why": "the wrong list"})

    assert [status(luis), status(eva)] == ["partial", None]
    assert {line.retraction.why for line in batch.evidence.all()} == {"the wrong list"}


def test_all_who_are_found_can_be_excused_at_once() -> None:
    session, client = furnished(), staff_client()

    client.post(url(session) + "?status=none", {"act": "excuse", "all": "1"})

    assert status(Registration.objects.get(attendee__full_name="Éva")) == "excused"
    assert Batch.objects.get().evidence.count() == 1


def test_undoing_asks_for_a_reason() -> None:
    session, client = furnished(), staff_client()
    client.post(url(session), {"act": "staff", "all": "1"})

    answer = client.post(url(session, "undo_batch", Batch.objects.get().pk), {"why": " "})

    assert (answer.status_code, Batch.objects.get().undone_at) == (422, None)
    assert words(answer).strip().startswith("Error:")


def test_a_batch_is_undone_from_its_own_session_only() -> None:
    session, client = furnished(), staff_client()
    client.post(url(session), {"act": "staff", "all": "1"})

    answer = client.post(url(create_session(number=2), "undo_batch", Batch.objects.get().pk), {"why": "no"})

    assert (answer.status_code, Batch.objects.get().undone_at) == (404, None)


def test_a_line_is_taken_back_with_a_reason_and_stays_readable() -> None:
    registration, client = register(create_session(), "Ana"), staff_client()
    line = note(registration, "staff")

    client.post(evidence_of(registration), {"evidence": line.pk, "why": "it was her sister"})

    page = client.get(evidence_of(registration))
    assert status(registration) is None
    assert "<s>Marked by the organisers</s>" in page.content.decode()
    assert "it was her sister" in words(page)
    assert "Taken back" in LogEntry.objects.latest("pk").change_message


def test_a_line_is_not_taken_back_without_a_reason() -> None:
    registration, client = register(create_session(), "Ana"), staff_client()
    line = note(registration, "staff")

    answer = client.post(evidence_of(registration), {"evidence": line.pk, "why": ""})

    assert (answer.status_code, status(registration)) == (422, "present")


@pytest.mark.parametrize("key", ["nonsense", "0", "9" * 40, ""])
def test_a_line_that_is_not_of_this_person_is_not_found(key: str) -> None:
    session = create_session()
    registration, other = register(session, "Ana"), register(session, "Luis")
    elsewhere = note(other, "staff")
    client = staff_client()

    for typed in (key, elsewhere.pk):
        assert client.post(evidence_of(registration), {"evidence": typed, "why": "no"}).status_code == 404
    assert status(other) == "present"


@pytest.mark.parametrize(("act", "becomes"), [("staff", "present"), ("excuse", "excused"), ("recording", "caught_up")])
def test_one_person_is_marked_by_a_button(act: str, becomes: str) -> None:
    registration, client = register(create_session(), "Ana"), staff_client()

    for _twice in range(2):
        client.post(evidence_of(registration), {"act": act})

    assert (status(registration), Evidence.objects.count()) == (becomes, 1)


def test_the_page_of_a_registration_says_why_and_for_how_many_minutes() -> None:
    session = create_session()
    registration, client = register(session, "Ana"), staff_client()
    note(registration, "report", since=session.starts_at, until=session.ends_at)

    page = words(client.get(reverse("admin:registrations_registration_change", args=[registration.pk])))

    assert "Present 90 min · minutes in the meeting" in page


def test_a_policy_is_changed_after_it_was_shown_what_changes() -> None:
    session = create_session()
    note(register(session, "Ana"), "report", since=session.starts_at, until=session.ends_at)
    client = staff_client()
    inputs = form_of(client, url(session, "policy")) | {"present_from": "100", "partial_from": "100"}

    looked = client.post(url(session, "policy"), inputs)
    assert "Nobody’s attendance changes." in words(looked)
    assert AttendancePolicy.objects.get().present_from == 50

    client.post(url(session, "policy"), inputs | {"save": "1"})
    assert (AttendancePolicy.objects.get().present_from, AttendancePolicy.objects.get().version) == (100, 2)


@pytest.mark.parametrize(("present", "partial"), [("20", "50"), ("0", "0"), ("101", "20"), ("x", "20")])
def test_shares_that_make_no_sense_are_refused(present: str, partial: str) -> None:
    session, client = create_session(), staff_client()

    answer = client.post(url(session, "policy"), {"present_from": present, "partial_from": partial, "save": "1"})

    assert (answer.status_code, AttendancePolicy.objects.count()) == (422, 0)


def test_looking_changes_nothing() -> None:
    session = furnished()
    AttendancePolicy.objects.all().delete()
    client = staff_client()
    before = dump()

    for page in (url(session), url(session, "policy"), evidence_of(Registration.objects.earliest("pk"))):
        assert client.get(page).status_code == client.head(page).status_code == 200

    assert dump() == before


def test_who_may_only_see_can_do_nothing() -> None:
    session = furnished()
    ana = Registration.objects.get(attendee__full_name="Ana")
    staff_client().post(url(session), {"act": "staff", "all": "1"})
    undo, client, before = url(session, "undo_batch", Batch.objects.get().pk), staff_client(*SEES), dump()
    line = ana.evidence.earliest("pk").pk

    page = client.get(url(session)).content.decode()
    pressed = [
        client.post(url(session), {"act": "staff", "all": "1"}),
        client.post(evidence_of(ana), {"act": "excuse"}),
        client.post(evidence_of(ana), {"evidence": line, "why": "no"}),
        client.post(undo, {"why": "no"}),
        client.get(url(session, "policy")),
    ]

    assert {answer.status_code for answer in pressed} == {403}
    assert not any(word in page for word in ('name="act"', "undo/", "/policy/"))
    assert dump() == before


def test_who_may_not_see_attendance_sees_no_page_of_it() -> None:
    session = furnished()
    ana = Registration.objects.get(attendee__full_name="Ana")

    for allowed in (SEES[1:], (SEES[0],)):
        client = staff_client(*allowed)
        assert [client.get(page).status_code for page in (url(session), evidence_of(ana))] == [403, 403]


@pytest.mark.parametrize("act", ["", "join", "report", "appeal", "nonsense"])
def test_staff_write_only_what_a_button_says(act: str) -> None:
    session = furnished()
    ana, client = Registration.objects.get(attendee__full_name="Ana"), staff_client(*SEES, MARKS)

    for page in (url(session), evidence_of(ana)):
        assert client.post(page, {"act": act, "all": "1"}).status_code == 403


def test_lists_cost_the_same_for_one_person_and_for_three_hundred() -> None:
    session, client = create_session(), staff_client()
    register(session, "Ana")
    client.post(url(session), {"act": "staff", "all": "1"})
    client.get(url(session))
    before = queries_of(client, url(session))
    attend(session, [{"country": "CO"}] * 299)
    for name in ("Éva", "Rui"):
        register(session, name)
        client.post(url(session) + f"?q={name}", {"act": "excuse", "all": "1"})

    assert queries_of(client, url(session)) == before
    assert len(client.get(url(session)).context["rows"]) == 50


def test_a_ledger_costs_the_same_for_one_line_and_for_many() -> None:
    registration, client = register(create_session(), "Ana"), staff_client()
    note(registration, "staff")
    client.get(evidence_of(registration))
    before = queries_of(client, evidence_of(registration))
    for kind in ("join", "scan", "recording"):
        line = note(registration, kind)
        client.post(evidence_of(registration), {"evidence": line.pk, "why": "no"})

    assert queries_of(client, evidence_of(registration)) == before


def test_who_cancelled_can_be_marked_as_well() -> None:
    session, client = create_session(), staff_client()
    ana = register(session, "Ana")
    places.cancel(registration=ana, now=NOW)

    client.post(evidence_of(ana), {"act": "staff"})

    assert status(ana) == "present"


def test_the_panel_stands_beside_the_people_by_the_same_measure() -> None:
    session = furnished()
    rosa, ivan = create_speaker("Rosa Vega"), create_speaker("Iván Paz")
    seat(rosa, session, role="moderator")
    costs = [queries_of(staff_client(*SEES), url(session))]
    seat(rosa, session, role="closing")
    seat(ivan, session)
    panels.note_join(speaker=rosa, session=session, now=NOW)

    answer = staff_client(*SEES).get(url(session))

    assert "Rosa Vega Present in part one kind of evidence only; no minutes are known Moderator, Closing" in words(
        answer
    )
    assert "Iván Paz No evidence Panellist" in words(answer)
    assert names(answer) == ["Ana", "Éva", "José Peña", "Luis"]
    costs.append(queries_of(staff_client(*SEES), url(session)))
    assert costs[0] == costs[1]
