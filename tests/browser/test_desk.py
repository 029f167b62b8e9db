"""Pages of staff about who came, and the wall of the room: by axe, on a small phone, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.browser.desks import STAFF_PAGES
from tests.browser.test_pages import tab_to

pytestmark = pytest.mark.real_time


@pytest.fixture
def enter(browser: Browser, site: Site) -> Iterator[Any]:
    """A browser in which staff are signed in."""
    opened: list[BrowserContext] = []

    def enter(**options: Any) -> Page:
        context = browser.new_context(**({"locale": "en"} | options))
        context.add_cookies([{"name": "sessionid", "value": site.paths["staff"], "url": site.url}])
        opened.append(context)
        return context.new_page()

    yield enter
    for context in opened:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_the_smallest_phone_never_scrolls_sideways(enter: Any, site: Site, scheme: str) -> None:
    page = enter(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 320, "height": 640})
    found, wide = {}, {}
    for name in STAFF_PAGES:
        assert page.goto(site.address(name)).status == 200
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        report = Axe().run(page)
        if report.violations_count:
            found[name] = report.generate_report()
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wide[name] = width

    assert found == {}
    assert wide == {}


def test_a_report_is_taken_in_decided_taken_over_and_back_without_javascript(enter: Any, site: Site) -> None:
    page = enter(java_script_enabled=False)
    page.goto(site.address("desk"))
    file = {"name": "report.csv", "mimeType": "text/csv", "buffer": site.paths["report"].encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("input.default").click()
    expect(page.locator("li.desk-line")).to_have_count(4)

    page.locator("li.desk-line", has_text="José Mar").locator("select").select_option(label="Left out")
    stranger = page.locator("li.desk-line", has_text="Nadie Conocido")
    stranger.locator("summary").click()
    stranger.locator("input[type=text]").fill("nobody@example.org")
    page.locator("[name=take_over]").click()
    expect(page).to_have_title(re.compile("^Error"))
    expect(stranger.locator("input[type=text]")).to_have_value("nobody@example.org")
    stranger.locator("input[type=text]").fill("")
    page.locator("[name=take_over]").click()
    expect(page.locator(".messagelist")).to_contain_text("Taken over: 1 person credited")

    page.locator("summary", has_text="Take it back").click()
    page.locator("form[action$='/undo/'] input[type=submit]").click()
    expect(page.locator(".desk-head")).to_contain_text("This report was taken back")


def test_a_report_is_decided_by_keyboard_alone(enter: Any, site: Site) -> None:
    page = enter()
    page.goto(site.address("desk, keyboard"))
    tab_to(page, "li.desk-line:has-text('José Mar') select")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[name=save]")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("Saved.")
    expect(page.locator("li.desk-line:has-text('José Mar') option:checked")).to_contain_text("José Mar")

    tab_to(page, "[name=take_over]")
    page.keyboard.press("Enter")

    expect(page.locator(".messagelist")).to_contain_text("Taken over: 2 people credited")


def test_a_line_of_evidence_is_taken_back_without_javascript(enter: Any, site: Site) -> None:
    page = enter(java_script_enabled=False)
    page.goto(site.address("evidence"))
    page.locator("input[value='Saw the recording']").or_(page.locator("button", has_text="Saw the recording")).click()
    line = page.locator("li", has_text="Saw the recording").last
    line.locator("summary").click()
    line.locator("input[type=text]").fill("By mistake")
    line.locator("[type=submit]").click()

    expect(page.locator("#content")).to_contain_text("By mistake")


def test_the_wall_shows_its_code_and_address_whole_and_anew_without_javascript(enter: Any, site: Site) -> None:
    page = enter(java_script_enabled=False, viewport={"width": 1280, "height": 720})
    page.goto(site.address("wall"))

    assert re.fullmatch(r"\d{3} \d{3}", page.locator(".room-digits").inner_text())
    assert page.locator("meta[http-equiv=refresh]").count() == 1
    expect(page.locator(".room-address")).to_be_in_viewport(ratio=1)
    expect(page.locator(".room-way svg")).to_be_in_viewport(ratio=1)


def test_the_code_of_the_wall_is_typed_by_keyboard_alone(enter: Any, browser: Browser, site: Site) -> None:
    wall, page = enter(), browser.new_page(locale="es", viewport={"width": 320, "height": 640})
    page.goto(site.address("in the room"))
    wall.goto(site.address("wall"))
    tab_to(page, "input[name=code]")
    page.keyboard.type(wall.locator(".room-digits").inner_text())
    page.keyboard.press("Enter")

    expect(page.locator(".room-code")).to_contain_text("Tu presencia quedó anotada")
    page.close()


@pytest.mark.parametrize("language", ["es", "fr"])
def test_a_folio_is_verified_by_keyboard_alone_without_javascript(browser: Browser, site: Site, language: str) -> None:
    folio = site.paths["certificate"].rstrip("/").rpartition("/")[2]
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(site.address("verify").replace("/es/", f"/{language}/"))
    tab_to(page, "input[name=folio]")
    page.keyboard.type(folio.lower().replace("-", " "))
    page.keyboard.press("Enter")

    said = {"es": "Constancia de participación", "fr": "Attestation de participation"}[language]
    expect(page.locator("main")).to_contain_text(said)
    expect(page.locator("main")).to_contain_text(folio)
    expect(page.locator("main")).to_contain_text("Luis Mora")
    context.close()
