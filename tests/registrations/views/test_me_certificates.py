"""What one's own pages say of certificates: those one has, how many sessions are missing, and the name on them."""

from datetime import timedelta

import pytest
import time_machine

from registrations.models import Attendee, Certificate
from registrations.services import certificates, erasure
from tests.factories import NOW, certify, create_series, create_session, note, register
from tests.registrations.views.mine import signed_in, text
from tests.registrations.views.test_me_profile import typed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAGE, PROFILE = "/en/me/", "/en/me/profile/"


def ana(*, attended: int = 3, **rule) -> Attendee:
    """Ana attended so many sessions of ten; six were held."""
    series = create_series(**({"sessions_needed": 7} | rule))
    for number in range(1, 7):
        registration = register(create_session(series, number=number, starts_at=NOW + number * DAY), "Ana")
        if number <= attended:
            note(registration, "staff")
    return Attendee.objects.get()


def page_of(attendee: Attendee, path: str = PAGE) -> str:
    with time_machine.travel(NOW + 20 * DAY, tick=False):
        return text(signed_in(attendee).get(path))


def test_the_head_of_the_series_says_how_many_are_missing():
    assert "3 of 10; 4 more and the certificate is yours" in page_of(ana())


def test_who_caught_up_has_half_where_the_series_says_so():
    attendee = ana(caught_up_counts_half=True)
    note(attendee.registrations.get(session__number=4), "recording")

    assert "3½ of 10; 4 more and the certificate is yours" in page_of(attendee)


def test_what_is_out_of_reach_is_not_promised():
    page = page_of(ana(attended=2))

    assert "2 of 10; the certificate of the series takes 7" in page
    assert "is yours" not in page


def test_what_is_earned_and_what_is_issued():
    attendee = ana(sessions_needed=3)
    earned = page_of(attendee)
    scope = certificates.Scope(attendee.registrations.first().session.series)
    certificates.issue(scope=scope, by=None, now=NOW + 20 * DAY)

    assert "3 of 10: the certificate of the series is yours" in earned
    assert f'href="/en/certificates/{Certificate.objects.get().folio}/"' in page_of(attendee)


def test_a_series_without_a_rule_says_nothing_of_it():
    page = page_of(ana(sessions_needed=None))

    assert "certificate is yours" not in page
    assert "my-progress" not in page


def test_a_past_session_leads_to_its_certificate_and_not_to_one_that_holds_no_longer():
    attendee = ana()
    sessions = [registration.session for registration in attendee.registrations.order_by("session__number")]
    holds, revoked = (certify(attendee, session) for session in sessions[:2])
    certificates.revoke(certificate=revoked, reason="No.", by=None, now=NOW)

    page = page_of(attendee)

    assert f"/en/certificates/{holds.folio}/" in page
    assert revoked.folio not in page


def test_a_name_on_a_certificate_is_asked_for_and_not_changed():
    attendee = ana()
    certify(attendee, attendee.registrations.first().session)

    answer = signed_in(attendee).post(PROFILE, typed(attendee, full_name="Ana María", position="Directora"))

    attendee.refresh_from_db()
    assert answer["Location"] == "/es/me/profile/?said=name"
    assert (attendee.full_name, attendee.wanted_name, attendee.position) == ("Ana", "Ana María", "Directora")
    assert attendee.folded == "ana"
    assert "Your certificates say “Ana”." in page_of(attendee, PROFILE)
    assert 'value="Ana María"' in page_of(attendee, PROFILE)


def test_writing_the_certified_name_again_takes_the_wish_back():
    attendee = ana()
    certify(attendee, attendee.registrations.first().session)
    Attendee.objects.update(wanted_name="Ana María")

    answer = signed_in(attendee).post(PROFILE, typed(attendee, full_name="Ana"))

    assert answer["Location"] == "/es/me/profile/?said=saved"
    assert Attendee.objects.get().wanted_name == ""


def test_without_a_certificate_that_holds_a_name_is_ones_own():
    attendee = ana()
    revoked = certify(attendee, attendee.registrations.first().session)
    certificates.revoke(certificate=revoked, reason="No.", by=None, now=NOW)

    signed_in(attendee).post(PROFILE, typed(attendee, full_name="Ana María"))

    attendee.refresh_from_db()
    assert (attendee.full_name, attendee.wanted_name) == ("Ana María", "")


def test_the_wish_goes_with_the_person():
    attendee = ana()
    Attendee.objects.update(wanted_name="Ana María")

    erasure.erase(attendee=attendee, now=NOW)

    assert Attendee.objects.get().wanted_name == ""


def test_ones_own_data_holds_the_certificates():
    attendee = ana()
    certificate = certify(attendee, attendee.registrations.first().session)

    answer = signed_in(attendee).get("/en/me/data/json/")

    body = b"".join(answer.streaming_content).decode()
    assert certificate.folio in body
    assert '"certificates"' in body
