"""What the desk remembers of former reports is read by staff, and forgotten when it was wrong."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from registrations.choices import Decision
from registrations.models import Alias, Attendance, Attendee, ColumnMap, Registration, Report, ReportRow
from registrations.services import drafts, erasure, reconciliation
from registrations.services.reconciliation import Choice
from tests.admin_pages import staff_client
from tests.factories import NOW, create_session, register
from workshops.models import Session

pytestmark = pytest.mark.django_db
LIST = reverse("admin:registrations_alias_changelist")


def draft(session: Session, name: str, email: str, joined: str = "11:00") -> Report:
    content = f"Name,Email,Join Time,Leave Time\n{name},{email},{joined},12:00\n".encode()
    return drafts.take_in(session=session, content=content, zone="America/Santiago", by=None, now=NOW)


def remembered(name: str = "Anita", email: str = "anita@home.example") -> tuple[Registration, Alias]:
    """Ana's registration, and what staff confirmed of her at the desk."""
    ana = register(create_session(), "Ana Ruiz Soto")
    report = draft(ana.session, name, email)
    chosen = {report.rows.get().pk: Choice(Decision.CREDIT, ana.pk)}
    reconciliation.take_over(report=report, choices=chosen, by=None, now=NOW)
    return ana, Alias.objects.get()


def forget(alias: Alias) -> str:
    url = reverse("admin:registrations_alias_delete", args=[alias.pk])
    client = staff_client("registrations.delete_alias", "registrations.view_alias")
    assert "What was taken over stays" in client.get(url).content.decode()
    return client.post(url, {"post": "yes"}, follow=True).content.decode()


def test_staff_find_what_was_confirmed_by_the_address_and_by_the_person() -> None:
    ana, alias = remembered()
    client = staff_client("registrations.view_alias")

    found = [client.get(LIST, {"q": term}).content.decode() for term in ("ANITA@home", "ruíz", "nobody")]

    assert [str(alias) in page for page in found] == [True, True, False]
    assert reverse("admin:registrations_attendee_change", args=[ana.attendee_id]) in found[0]


def test_what_is_forgotten_credits_nobody_from_now_on_and_what_was_taken_over_stays() -> None:
    ana, alias = remembered()
    assert draft(ana.session, "Anita", alias.address, "11:05").rows.get().match == "certain"

    forget(alias)
    later = draft(ana.session, "Anita", "anita@home.example", "11:10").rows.get()

    assert (later.match, later.registration) == ("none", None)
    assert Attendance.objects.get().registration == ana


@pytest.mark.parametrize("email", ["anita@home.example", ""])
@pytest.mark.parametrize("decided", [True, False])
def test_a_report_that_waits_asks_again_whose_the_line_is(email: str, decided: bool) -> None:
    ana, alias = remembered("Anita la de Puebla", email)
    waiting = draft(ana.session, "Anita la de Puebla", email, "11:05")
    if decided:
        chosen = {waiting.rows.get().pk: Choice(Decision.CREDIT, ana.pk)}
        reconciliation.decide(report=waiting, choices=chosen)

    page = forget(alias)
    outcome = reconciliation.take_over(report=waiting, choices={}, by=None, now=NOW)

    assert "1 line has to be decided again" in page
    assert outcome.people == 0
    assert waiting.rows.get().why == "forgotten"


def test_other_lines_of_a_report_that_waits_keep_what_was_decided() -> None:
    ana, alias = remembered()
    waiting = draft(ana.session, "Ana Ruiz Soto", str(ana.attendee.addresses.get()), "11:05")

    forget(alias)

    assert (waiting.rows.get().match, waiting.rows.get().registration) == ("certain", ana)


def test_the_log_says_that_it_was_forgotten_and_never_what() -> None:
    ana, alias = remembered()

    forget(alias)

    line = LogEntry.objects.get()
    assert (line.object_repr, line.object_id) == ("Ana Ruiz Soto", str(ana.attendee_id))
    assert "anita" not in f"{line.object_repr} {line.change_message}"


def test_several_are_forgotten_at_once() -> None:
    ana, alias = remembered()
    Alias.objects.create(attendee=ana.attendee, name_key="la de puebla", confirmed_at=NOW)
    waiting = draft(ana.session, "Anita", alias.address, "11:05")
    chosen = {"action": "delete_selected", "_selected_action": list(Alias.objects.values_list("pk", flat=True))}

    staff_client().post(LIST, chosen | {"post": "yes"})

    assert not Alias.objects.exists()
    assert waiting.rows.get().registration is None


def test_what_was_confirmed_of_a_person_is_erased_with_them() -> None:
    ana, _alias = remembered()

    erasure.erase(attendee=Attendee.objects.get(pk=ana.attendee_id), now=NOW)

    assert "anita" not in staff_client().get(LIST).content.decode()
    assert not ReportRow.objects.filter(name="Anita").exists()


def test_columns_that_staff_named_are_read_and_forgotten() -> None:
    known = ColumnMap.objects.create(fingerprint="ab" * 32, meanings={"2": "joined", "0": "name"}, at=NOW)
    client = staff_client("registrations.view_columnmap", "registrations.delete_columnmap")

    page = client.get(reverse("admin:registrations_columnmap_changelist")).content.decode()
    client.post(reverse("admin:registrations_columnmap_delete", args=[known.pk]), {"post": "yes"})

    assert "1 Name · 3 Joined at" in page
    assert not ColumnMap.objects.exists()


def test_nothing_of_it_is_written_by_hand() -> None:
    remembered()
    client = staff_client()

    pages = [client.get(reverse(f"admin:registrations_{name}_add")) for name in ("alias", "columnmap")]

    assert [page.status_code for page in pages] == [403, 403]
