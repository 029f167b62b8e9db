"""Whoever has a folio asks whether it holds; the answer is the same for everyone and says no more than it must."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.html import escape

from iatp_events.lib import codes
from registrations.models import Attendee, Certificate
from registrations.services import certificates, erasure
from tests.factories import NOW, certify, create_session, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


@pytest.fixture
def certificate() -> Certificate:
    session = create_session(number=3)
    ana = register(session, "Ana Quispe", country="PE", email="ana@example.org")
    Attendee.objects.update(organisation="Clúster Andino")
    return certify(ana.attendee, session)


def ask(folio: str, language: str = "en"):
    return Client().get(f"/{language}/verify/", {"folio": folio})


def words(response) -> str:
    main = re.search(r"<main.*</main>", response.content.decode(), re.S)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_the_page_asks_for_a_folio():
    page = Client().get("/en/verify/")

    assert page.status_code == 200
    assert "Type the folio" in words(page)


def test_an_authentic_one_says_name_title_date_and_length(certificate):
    page = ask(certificate.folio)

    said = words(page)
    assert page.status_code == 200
    assert "Authentic." in said
    for fact in ("Ana Quispe", "¿Cuál es la pregunta 3?", "Thursday 15 October 2026", "90 minutes", certificate.folio):
        assert fact in said
    assert 'lang="es"' in page.content.decode()


@pytest.mark.parametrize("path", ["/en/verify/?folio={}", "/en/certificates/{}/"])
def test_it_says_nothing_else_about_the_person(certificate, path):
    page = Client().get(path.format(certificate.folio)).content.decode()

    for private in ("ana@example.org", "Andino", "Peru", ">PE<", f"/{certificate.holder.pk}/"):
        assert private not in page


@pytest.mark.parametrize("change", [str.lower, lambda folio: folio.replace("-", " "), lambda folio: f" {folio} "])
def test_it_may_be_typed_as_one_likes(certificate, change):
    assert "Authentic." in words(ask(change(certificate.folio)))


def test_a_replaced_one_names_the_one_that_holds(certificate):
    certificates.rename(attendee=certificate.holder, name="Ana María Quispe", by=None, now=NOW)
    new = Certificate.objects.valid().get()

    page = ask(certificate.folio)

    assert "Replaced." in words(page)
    assert "Authentic" not in words(page)
    assert f"/en/certificates/{new.folio}/" in page.content.decode()


def test_a_revoked_one_says_so_and_not_why(certificate):
    certificates.revoke(certificate=certificate, reason="Somebody else sat there.", by=None, now=NOW)

    said = words(ask(certificate.folio))

    assert "Revoked." in said
    assert "Authentic" not in said
    assert "Somebody else" not in said


def test_a_folio_that_nobody_issued_is_told_from_one_that_is_mistyped(certificate):
    wrong = ("A" if certificate.folio[0] != "A" else "B") + certificate.folio[1:]

    assert "No certificate has this folio." in words(ask(codes.new()))
    assert "This is no folio of ours." in words(ask(wrong))


def test_an_erased_holder_still_verifies_without_a_name(certificate):
    erasure.erase(attendee=certificate.holder, now=NOW)

    said = words(ask(certificate.folio))

    assert "Authentic." in said
    assert "Erased" in said
    assert "Quispe" not in said


@pytest.mark.parametrize(
    "path", ["/en/verify/", "/en/verify/?folio={}", "/en/certificates/{}/", "/certificates/{}.pdf"]
)
def test_no_page_sets_a_cookie_is_stored_or_indexed(certificate, path):
    response = Client().get(path.format(certificate.folio))

    assert response.status_code == 200
    assert (dict(response.cookies), response["X-Robots-Tag"], response["Cache-Control"]) == (
        {},
        "noindex",
        "private, no-store",
    )


def test_guessing_is_stopped_and_does_not_tell_what_exists(certificate, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"folios_per_address": 3}
    asked = [ask(codes.new()).status_code for _ in range(4)]

    late = [
        ask(certificate.folio),
        Client().get(f"/en/certificates/{certificate.folio}/"),
        Client().get(f"/certificates/{certificate.folio}.pdf"),
    ]

    assert asked == [200, 200, 200, 429]
    assert {page.status_code for page in late} == {429}
    assert not any("Quispe" in page.content.decode() for page in late)


def test_looking_again_at_ones_own_is_no_guessing(certificate, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"folios_per_address": 1}

    paths = [f"/en/certificates/{certificate.folio}/", f"/certificates/{certificate.folio}.pdf"] * 3

    assert {Client().get(path).status_code for path in paths} == {200}


def test_the_page_of_a_certificate_speaks_its_language_inside_and_the_readers_around(certificate):
    page = Client().get(f"/en/certificates/{certificate.folio}/").content.decode()

    assert '<html lang="en"' in page
    assert '<article class="paper paper-valid" lang="es"' in page
    assert "jueves 15 de octubre de 2026" in page
    assert "<svg" in page


def test_a_folio_in_small_letters_leads_to_the_page_and_a_wrong_one_nowhere(certificate):
    small = Client().get(f"/en/certificates/{certificate.folio.lower()}/")
    unknown = Client().get(f"/en/certificates/{codes.new()}/")

    assert (small.status_code, small["Location"]) == (302, f"/en/certificates/{certificate.folio}/")
    assert unknown.status_code == 404
    assert Client().get("/certificates/nonsense.pdf", follow=True).status_code == 404


def test_a_name_is_text_and_never_markup(certificate):
    Certificate.objects.update(name='<b onclick="x">Ana & co</b>')

    page = ask(certificate.folio).content.decode()

    assert escape('<b onclick="x">Ana & co</b>') in page
    assert "<b onclick" not in page


def test_what_no_longer_holds_or_names_nobody_is_no_file_to_print(certificate):
    certificates.revoke(certificate=certificate, reason="No.", by=None, now=NOW)

    response = Client().get(f"/certificates/{certificate.folio}.pdf")
    page = Client().get(f"/en/certificates/{certificate.folio}/").content.decode()

    assert (response.status_code, response["Location"]) == (302, f"/es/certificates/{certificate.folio}/")
    assert ".pdf" not in page
    assert "Revoked." in page


@pytest.mark.parametrize("path", ["/en/verify/?folio={}", "/en/certificates/{}/", "/certificates/{}.pdf"])
def test_a_check_costs_one_query_or_two(certificate, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        Client().get(path.format(certificate.folio))
