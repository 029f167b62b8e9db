"""Who gets a certificate, what it says, and what becomes of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from iatp_events.lib import alarm
from registrations import cases, truth
from registrations.models import Attendee, Certificate, Message, Registration
from registrations.services import certificates, erasure, merging
from registrations.services.certificates import Outlook, Scope
from tests.factories import NOW, certify, create_series, create_session, note, register
from workshops.models import Session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "ring", lambda task: None)


def minutes(registration: Registration, stayed: int, **line: object) -> None:
    starts = registration.session.starts_at
    note(registration, "report", at=starts, since=starts, until=starts + timedelta(minutes=stayed), **line)


def issue(session: Session) -> int:
    return certificates.issue(scope=Scope(session.series, session), by=None, now=session.ends_at)


def issue_series(session: Session) -> int:
    return certificates.issue(scope=Scope(session.series), by=None, now=NOW + timedelta(days=300))


def held_by(name: str) -> list[Certificate]:
    return list(Certificate.objects.filter(holder__full_name=name).order_by("pk"))


def test_whoever_was_present_gets_one_and_nobody_else():
    session = create_session()
    minutes(register(session, "Ana"), 82)
    minutes(register(session, "Luis"), 30)
    minutes(register(session, "Rosa"), 90, part="speaker")
    note(register(session, "Eva"), "recording")
    note(register(session, "Iván"), "staff")
    register(session, "Olga")

    made = issue(session)

    assert made == 2
    assert set(Certificate.objects.values_list("name", flat=True)) == {"Ana", "Iván"}


def test_it_says_name_title_date_and_minutes_in_the_persons_language():
    session = create_session(number=3)
    minutes(register(session, "Ana", language="es"), 82)

    issue(session)

    (certificate,) = held_by("Ana")
    assert (certificate.name, certificate.document, certificate.language) == ("Ana", "constancia", "es")
    assert certificate.facts == {
        "title": ["¿Cuál es la pregunta 3?", "es"],
        "series": ["Comunidad en Práctica", "es"],
        "organiser": ["The platform", "en"],
        "number": 3,
        "planned": 10,
        "attended": 1,
        "caught_up": 0,
        "first_day": "2026-10-15",
        "day": "2026-10-15",
        "minutes": 82,
        "length": 90,
        "demonstration": False,
    }


def test_minutes_that_decided_nothing_are_not_told():
    session = create_session()
    ana = register(session, "Ana")
    minutes(ana, 3)
    note(ana, "scan")

    issue(session)

    assert held_by("Ana")[0].facts["minutes"] is None


def test_what_was_issued_stays_when_the_session_is_written_anew():
    session = create_session()
    minutes(register(session, "Ana"), 90)
    issue(session)

    Session.objects.update(question={"es": "Otra"}, day="2027-01-01")

    assert held_by("Ana")[0].facts["title"] == ["¿Cuál es la pregunta 1?", "es"]


def test_pressing_again_issues_only_what_is_new():
    session = create_session()
    minutes(register(session, "Ana"), 90)
    first = issue(session)
    minutes(register(session, "Luis"), 90)

    again = [issue(session), issue(session)]

    assert (first, again) == (1, [1, 0])
    assert Message.objects.filter(kind="certificate").count() == 2


def test_before_the_end_nobody_has_attended():
    session = create_session()
    note(register(session, "Ana"), "staff")

    with pytest.raises(certificates.NotOver):
        certificates.issue(scope=Scope(session.series, session), by=None, now=session.ends_at - timedelta(seconds=1))

    assert Certificate.objects.count() == 0


def test_a_session_that_was_called_off_certifies_nobody():
    session = create_session()
    note(register(session, "Ana"), "staff")
    Session.objects.update(state="cancelled")
    session.refresh_from_db()

    with pytest.raises(certificates.NotOver):
        issue(session)


def walk(series_sessions: list[Session], name: str, kinds: list[str]) -> None:
    for session, kind in zip(series_sessions, kinds, strict=False):
        registration = register(session, name)
        if kind:
            note(registration, kind)


@pytest.mark.parametrize(("half", "who"), [(False, {"Ana"}), (True, {"Ana", "Eva"})])
def test_the_series_asks_for_so_many_sessions_and_may_count_halves(half, who):
    series = create_series(sessions_needed=3, caught_up_counts_half=half, planned_sessions=5)
    sessions = [create_session(series, number=n, starts_at=NOW + timedelta(days=7 * n)) for n in range(1, 6)]
    walk(sessions, "Ana", ["staff", "staff", "", "staff"])
    walk(sessions, "Eva", ["staff", "staff", "recording", "recording"])
    walk(sessions, "Luis", ["staff", "staff", "recording"])

    issue_series(sessions[0])

    assert set(Certificate.objects.values_list("name", flat=True)) == who
    assert Certificate.objects.filter(session=None).count() == len(who)


def test_the_certificate_of_a_series_tells_sessions_days_and_their_length():
    series = create_series(sessions_needed=2, caught_up_counts_half=True)
    sessions = [create_session(series, number=n, starts_at=NOW + timedelta(days=7 * n)) for n in (1, 2, 3)]
    walk(sessions, "Ana", ["staff", "staff", "recording"])

    issue_series(sessions[0])

    facts = held_by("Ana")[0].facts
    assert (facts["number"], facts["attended"], facts["caught_up"], facts["length"]) == (None, 2, 1, 180)
    assert (facts["first_day"], facts["day"]) == ("2026-10-12", "2026-10-26")


def test_a_series_without_a_rule_certifies_nobody():
    session = create_session(create_series(sessions_needed=None))
    note(register(session, "Ana"), "staff")

    assert issue_series(session) == 0


def test_staff_see_beforehand_what_the_button_will_do():
    session = create_session()
    ana, _eva, luis, rosa = (register(session, name) for name in ("Ana", "Eva", "Luis", "Rosa"))
    for one in (ana, luis):
        note(one, "staff")
    certify(luis.attendee, session)
    certify(rosa.attendee, session)

    seen = certificates.outlook(scope=Scope(session.series, session), now=session.ends_at)

    assert seen == Outlook(earned=2, new=1, valid=2, revoked=0, no_longer_earned=1)


def test_the_mail_is_written_with_the_certificate_and_names_it():
    session = create_session()
    minutes(register(session, "Ana"), 90)

    issue(session)

    mail = Message.objects.get(kind="certificate")
    assert (mail.attendee.full_name, mail.certificate, mail.session) == ("Ana", held_by("Ana")[0], session)


def test_the_number_of_queries_does_not_grow_with_the_people(django_assert_num_queries):
    asked = []
    for number, people in ((1, 1), (2, 9)):
        session = create_session(number=number)
        for person in range(people):
            note(register(session, f"Person {person}"), "staff")
        with django_assert_num_queries(8) as queries:
            issue(session)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_the_database_keeps_a_second_valid_one_out():
    session = create_session()
    ana = register(session, "Ana").attendee
    certify(ana, session)

    with pytest.raises(IntegrityError, match=r"one_valid|UNIQUE"), transaction.atomic():
        certify(ana, session)

    certify(ana, session, whole_series=True)
    with pytest.raises(IntegrityError, match=r"one_valid|UNIQUE"), transaction.atomic():
        certify(ana, session, whole_series=True)


def test_a_corrected_name_replaces_the_folio_and_the_old_one_names_the_new():
    session = create_session()
    minutes(register(session, "Ana"), 90)
    issue(session)
    (old,) = held_by("Ana")

    replaced = certificates.rename(attendee=old.holder, name="Ana María", by=None, now=NOW + timedelta(days=20))

    old, new = held_by("Ana María")
    assert (replaced, old.state, old.name, old.replaced_by) == (1, "replaced", "Ana", new)
    assert (new.state, new.name, new.facts) == ("valid", "Ana María", old.facts)
    assert new.folio != old.folio
    assert Message.objects.filter(kind="certificate", certificate=new).count() == 1


def test_the_mail_of_a_replaced_certificate_does_not_leave():
    session = create_session()
    minutes(register(session, "Ana"), 90)
    issue(session)
    certificates.rename(attendee=Attendee.objects.get(), name="Ana María", by=None, now=session.ends_at)

    reasons = {
        case.message.certificate.state: truth.reason_to_skip(case, session.ends_at)
        for case in cases.read(Message.objects.filter(kind="certificate"))
    }

    assert reasons == {"replaced": "superseded", "valid": None}


def test_a_name_that_stays_replaces_nothing():
    session = create_session()
    ana = register(session, "Ana").attendee
    certify(ana, session)

    assert certificates.rename(attendee=ana, name="Ana", by=None, now=NOW) == 0


def test_revoked_it_stays_so_also_when_staff_issue_again():
    session = create_session()
    minutes(register(session, "Ana"), 90)
    issue(session)
    (certificate,) = held_by("Ana")

    certificates.revoke(certificate=certificate, reason="Not there.", by=None, now=NOW)
    again = issue(session)

    (certificate,) = held_by("Ana")
    assert (again, certificate.state, certificate.reason) == (0, "revoked", "Not there.")
    with pytest.raises(certificates.NotNeeded):
        certificates.revoke(certificate=certificate, reason="Again.", by=None, now=NOW)


def test_one_that_was_revoked_by_mistake_is_issued_anew():
    session = create_session()
    ana = register(session, "Ana").attendee
    old = certify(ana, session)
    certificates.revoke(certificate=old, reason="A mistake.", by=None, now=NOW)

    new = certificates.reissue(certificate=old, by=None, now=NOW)

    old.refresh_from_db()
    assert (old.state, old.replaced_by, new.state) == ("replaced", new, "valid")
    with pytest.raises(certificates.NotNeeded):
        certificates.reissue(certificate=old, by=None, now=NOW)


def test_erased_the_name_is_gone_and_the_folio_stays():
    session = create_session()
    ana = register(session, "Ana Quispe").attendee
    certificate = certify(ana, session, reason="Ana Quispe asked.")

    erasure.erase(attendee=ana, now=NOW)

    certificate.refresh_from_db()
    assert (certificate.name, certificate.reason, certificate.state) == ("", "", "valid")
    assert "ana" not in certificate.folded
    assert certificate.facts["title"] == ["¿Cuál es la pregunta 1?", "es"]


def test_whoever_was_erased_gets_none():
    session = create_session()
    ana = register(session, "Ana")
    note(ana, "staff")
    erasure.erase(attendee=ana.attendee, now=session.ends_at)

    assert issue(session) == 0


def test_merged_both_certificates_are_the_one_persons_and_one_of_them_holds():
    first, second = create_session(number=1), create_session(number=2)
    kept, gone = register(first, "Ana").attendee, register(first, "Ana Q.").attendee
    own, double = certify(kept, first), certify(gone, first)
    other = certify(gone, second)

    merging.merge(kept=kept, gone=gone, by=None, now=NOW)

    for row in (own, double, other):
        row.refresh_from_db()
    assert {row.holder for row in (own, double, other)} == {kept}
    assert (own.state, other.state) == ("valid", "valid")
    assert (double.state, double.replaced_by) == ("replaced", own)
