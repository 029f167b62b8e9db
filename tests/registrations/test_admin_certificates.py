"""Staff issue certificates for all who earned one, find them by folio or name, correct names and revoke."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from iatp_events.lib import alarm, clock
from registrations.models import Attendee, Certificate
from registrations.services import certificates, erasure
from tests.admin_pages import send, staff_client
from tests.factories import NOW, certify, create_series, create_session, note, register
from workshops.models import Series, Session

pytestmark = pytest.mark.django_db
ISSUE = "registrations.issue_certificate"
VIEW = "registrations.view_certificate"


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    """Over, with two people who were there and one who was not."""
    session = create_session()
    for name in ("Ana", "Luis"):
        note(register(session, name), "staff")
    register(session, "Rosa")
    monkeypatch.setattr(clock, "now", lambda: session.ends_at)
    return session


def page_of(name: str, pk: int) -> str:
    return reverse(f"admin:registrations_certificate_{name}", args=[pk])


def test_staff_see_how_many_and_one_press_issues_them(session):
    client, page = staff_client(ISSUE), page_of("session", session.pk)

    before = client.get(page).content.decode()
    looked = Certificate.objects.count()
    said = client.post(page, follow=True).content.decode()

    assert "Issue 2 certificates" in before
    assert looked == 0
    assert set(Certificate.objects.values_list("name", flat=True)) == {"Ana", "Luis"}
    assert "2 certificates were issued" in said
    assert "Issue 2" not in said
    assert Certificate.objects.earliest("pk").issued_by.is_staff
    assert LogEntry.objects.get().object_id == str(session.pk)


def test_a_session_that_is_not_over_has_no_button(session, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: session.starts_at)
    client, page = staff_client(ISSUE), page_of("session", session.pk)

    shown = client.get(page).content.decode()
    said = client.post(page, follow=True).content.decode()

    assert "not over yet" in shown
    assert 'type="submit" class="default"' not in shown
    assert "Nothing was issued" in said
    assert Certificate.objects.count() == 0


def test_the_series_tells_its_rule_and_issues_by_it(session):
    Series.objects.update(sessions_needed=1)
    client, page = staff_client(ISSUE), page_of("series", session.series_id)

    shown = client.get(page).content.decode()
    client.post(page)

    assert "in 1 of 10 sessions" in shown
    assert Certificate.objects.filter(session=None).count() == 2


def test_a_series_without_a_rule_says_where_to_set_one():
    series = create_series()

    shown = staff_client(ISSUE).get(page_of("series", series.pk)).content.decode()

    assert "gives no certificate as a whole" in shown


@pytest.mark.parametrize("term", ["{}", "lower", "bare", "ana quispe", "Quíspe"])
def test_one_is_found_by_its_folio_however_it_is_typed_and_by_the_name(term):
    session = create_session()
    certificate = certify(register(session, "Ana Quispe").attendee, session)
    certify(register(session, "Luis Mora").attendee, session)
    folio = certificate.folio
    typed = {"{}": folio, "lower": folio.lower(), "bare": folio.replace("-", "")}.get(term, term)

    listed = staff_client(VIEW).get(reverse("admin:registrations_certificate_changelist"), {"q": typed})

    assert [row.folio for row in listed.context["cl"].result_list] == [folio]


def test_revoking_asks_for_a_reason_and_stands_in_the_history():
    session = create_session()
    certificate = certify(register(session, "Ana").attendee, session)
    client, page = staff_client(ISSUE, VIEW), page_of("revoke", certificate.pk)

    without = client.post(page, {"reason": " "})
    unrevoked = Certificate.objects.get().state
    client.post(page, {"reason": "Somebody else sat there."})

    assert (without.status_code, unrevoked) == (422, "valid")
    certificate.refresh_from_db()
    assert (certificate.state, certificate.reason) == ("revoked", "Somebody else sat there.")
    assert certificate.ended_by.is_staff
    assert "Revoked." in LogEntry.objects.get().get_change_message()


def test_what_was_revoked_by_mistake_is_issued_anew():
    session = create_session()
    certificate = certify(register(session, "Ana").attendee, session)
    certificates.revoke(certificate=certificate, reason="No.", by=None, now=NOW)
    client, page = staff_client(ISSUE, VIEW), page_of("reissue", certificate.pk)

    shown = client.get(page).content.decode()
    client.post(page)
    again = client.post(page, follow=True).content.decode()

    assert "No." in shown
    assert Certificate.objects.valid().count() == 1
    assert "Nothing was issued" in again


def test_a_name_is_corrected_for_all_certificates_at_once():
    first, second = create_session(number=1), create_session(number=2)
    ana = register(first, "Ana").attendee
    certify(ana, first)
    certify(ana, second)
    Attendee.objects.update(wanted_name="Ana María")
    client, page = staff_client(ISSUE, "registrations.view_attendee"), page_of("name", ana.pk)

    shown = client.get(page).content.decode()
    said = send(client, page)

    ana.refresh_from_db()
    assert "Ana María" in shown
    assert said.status_code == 302
    assert (ana.full_name, ana.wanted_name) == ("Ana María", "")
    assert list(Certificate.objects.valid().values_list("name", flat=True)) == ["Ana María"] * 2
    assert Certificate.objects.filter(state="replaced").count() == 2


def test_a_wish_for_another_name_can_be_declined():
    session = create_session()
    ana = register(session, "Ana").attendee
    certify(ana, session)
    Attendee.objects.update(wanted_name="Batman")

    staff_client(ISSUE).post(page_of("name", ana.pk), {"leave": "1", "name": "Batman"})

    ana.refresh_from_db()
    assert (ana.full_name, ana.wanted_name) == ("Ana", "")
    assert Certificate.objects.get().state == "valid"


def test_nobody_acts_without_the_right(session):
    certificate = certify(Attendee.objects.first(), session)
    client = staff_client(VIEW, "registrations.change_attendee", "workshops.change_session")
    pages = {
        "session": session.pk,
        "series": session.series_id,
        "name": certificate.holder_id,
        "revoke": certificate.pk,
        "reissue": certificate.pk,
    }

    answers = {client.post(page_of(name, pk), {"reason": "x", "name": "x"}).status_code for name, pk in pages.items()}

    assert answers == {403}
    assert Certificate.objects.count() == 1


def test_the_pages_lead_to_the_buttons_only_for_who_may_press_them(session):
    certificate = certify(Attendee.objects.first(), session)
    pages = {
        reverse("admin:workshops_session_change", args=[session.pk]): page_of("session", session.pk),
        reverse("admin:workshops_series_change", args=[session.series_id]): page_of("series", session.series_id),
        reverse("admin:registrations_certificate_change", args=[certificate.pk]): page_of("revoke", certificate.pk),
        reverse("admin:registrations_attendee_change", args=[certificate.holder_id]): page_of(
            "name", certificate.holder_id
        ),
    }
    rights = [f"workshops.view_{name}" for name in ("session", "series")] + [VIEW, "registrations.view_attendee"]
    may, may_not = staff_client(ISSUE, *rights), staff_client(*rights)

    assert all(button in may.get(page).content.decode() for page, button in pages.items())
    assert not any(button in may_not.get(page).content.decode() for page, button in pages.items())


def test_an_erased_holder_leaves_no_name_in_the_history():
    session = create_session()
    ana = register(session, "Zoraida Paz").attendee
    certificate = certify(ana, session)
    staff_client(ISSUE).post(page_of("revoke", certificate.pk), {"reason": "Zoraida Paz asked."})

    erasure.erase(attendee=ana, now=NOW)

    said = [f"{line.object_repr} {line.change_message}" for line in LogEntry.objects.all()]
    assert not any("Zoraida" in line for line in said)
    certificate.refresh_from_db()
    assert (certificate.name, certificate.reason) == ("", "")


def test_more_sessions_than_the_series_has_are_refused():
    series = create_series(planned_sessions=3)
    client = staff_client()

    answer = send(client, reverse("admin:workshops_series_change", args=[series.pk]), sessions_needed=4)

    assert "More than the series has sessions." in answer.content.decode()


@pytest.mark.parametrize(
    ("permissions", "index", "listed"),
    [
        ((ISSUE, VIEW, "registrations.view_attendee"), True, True),
        ((VIEW, "registrations.view_attendee"), False, False),
        ((ISSUE, VIEW), False, False),
    ],
)
def test_how_many_ask_for_another_name_stands_where_staff_begin(
    permissions: tuple[str, ...], index: bool, listed: bool
) -> None:
    session = create_session()
    register(session, "Rosa")
    ana = register(session, "Ana").attendee
    Attendee.objects.filter(pk=ana.pk).update(wanted_name="Ana María")
    client = staff_client(*permissions)

    pages = [client.get(reverse(f"admin:{page}")) for page in ("index", "registrations_certificate_changelist")]
    asking = staff_client().get(reverse("admin:registrations_attendee_changelist"), {"wanted_name__isempty": "0"})

    said = ["<strong>1 person</strong> asks for another name" in page.content.decode() for page in pages]
    assert said == [index, listed]
    assert list(asking.context["cl"].queryset) == [ana]
    assert ["?wanted_name__isempty=0" in page.content.decode() for page in pages] == said


def test_nothing_is_said_to_wait_when_nobody_asks_or_all_were_answered() -> None:
    register(create_session(), "Ana")
    Attendee.objects.update(wanted_name="Ana María")
    certificates.leave_name(attendee=Attendee.objects.get())

    page = staff_client().get(reverse("admin:index")).content.decode()

    assert 'class="waiting"' not in page
