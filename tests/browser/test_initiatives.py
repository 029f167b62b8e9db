"""The initiative one coordinates: suggested while one types, with a script and without, whatever accents one writes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.real_time


def options(page: Page) -> dict[str, str]:
    """{"Clúster …": its label}"""
    found: list[tuple[str, str]] = page.evaluate(
        "[...document.querySelector('#id_initiative').list.options].map(one => [one.value, one.label])"
    )
    return dict(found)


def test_without_a_script_the_page_offers_names_that_are_found_without_their_accents(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(site.address("form"))
    markup = page.content()
    page.get_by_label("Iniciativa que coordinas").fill("CLUSTER  de salud de ALAJUELA")
    page.get_by_label("Nombre completo").fill("Rita Paz")
    page.get_by_label("Correo electrónico").first.fill("rita.paz@example.org")
    page.locator("#id_country").select_option("CR")
    page.locator("#id_code_of_conduct").check()
    page.locator("form.register-form button[type=submit]").click()
    arrived = page.url
    context.close()

    assert '<option value="Clúster de Salud de Alajuela" label="cluster de salud de alajuela">' in markup
    assert markup.count("<option value=") > 20
    assert arrived.endswith("/registered/")


@pytest.mark.parametrize("name", ["form", "my details"])
def test_with_a_script_what_the_page_does_not_carry_is_asked_for(browser: Browser, site: Site, name: str) -> None:
    context = browser.new_context()
    site.sign_in(context)
    page = context.new_page()
    page.goto(site.address(name))
    before = options(page)
    with page.expect_response(re.compile(r"/es/initiatives/\?q=nandu")):
        page.locator("#id_initiative").press_sequentially("nandu", delay=20)
    page.wait_for_function(f"document.querySelector('#initiatives').options.length > {len(before)}")
    new = {option: label for option, label in options(page).items() if option not in before}
    context.close()

    long = "Ñandú " + " de la Costa" * 10
    assert new == {long: " ".join(long.replace("Ñ", "N").replace("ú", "u").lower().split())}


@pytest.mark.parametrize("answer", [{"status": 500}, {"status": 429}, {"status": 200, "body": "[]"}, "abort"])
def test_whatever_the_server_answers_the_field_works(browser: Browser, site: Site, answer: Any) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.route("**/es/initiatives/**", lambda route: route.abort() if answer == "abort" else route.fulfill(**answer))
    page.goto(site.address("form"))
    before = options(page)
    with page.expect_request("**/es/initiatives/**"):
        page.locator("#id_initiative").fill("cluster")
    page.wait_for_timeout(100)

    expect(page.locator("#id_initiative")).to_have_value("cluster")
    assert (faults, options(page)) == ([], before)
    page.close()
