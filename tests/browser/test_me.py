"""A person's own pages, signed in: looked at like the public ones, and used without JavaScript and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import LARGEST_PAGE, MOST_REQUESTS, Scales, tab_to

pytestmark = pytest.mark.real_time
MINE = (
    *("my sessions", "my details", "my data", "erase my data"),
    *("choose a session for colleagues", "invite colleagues", "sign out"),
)
Enter = Callable[..., BrowserContext]


@pytest.fixture
def enter(browser: Browser, site: Site) -> Iterator[Enter]:
    """Open browsers that are Ana's."""
    opened = []

    def enter(**options: Any) -> BrowserContext:
        context = browser.new_context(**options)
        site.sign_in(context)
        opened.append(context)
        return context

    yield enter
    for context in opened:
        context.close()


# Words differ by language, colours by scheme: one of each in every other is enough.
@pytest.mark.parametrize(("scheme", "languages"), [("light", ("es", "pt", "en", "fr")), ("dark", ("es",))])
def test_axe_finds_nothing(enter: Enter, site: Site, scheme: str, languages: tuple[str, ...]) -> None:
    page = enter(color_scheme=scheme, reduced_motion="reduce").new_page()
    found = {}
    for language, name in product(languages, MINE):
        page.goto(site.address(name).replace("/es/", f"/{language}/"))
        assert "/me/" in page.url
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        if violations := Axe().run(page).response["violations"]:
            found[language, name] = violations

    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_a_place_is_offered_one_was_missed_or_a_form_is_wrong(
    browser: Browser, site: Site, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 320, "height": 640})
    site.sign_in(context, "Iris, nobody")
    page = context.new_page()
    found, widths = [], []
    for name, wrong in (("my sessions", False), ("my details", True)):
        page.goto(site.address(name).replace("/es/", "/en/"))
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        if wrong:
            page.locator("#id_full_name").fill("")
            page.locator("form.my-form button[type=submit]").click()
            expect(page).to_have_title(re.compile("^Error"))
        else:
            expect(page.locator(".my-offer")).to_have_count(1)
            expect(page.locator(".my-appeal")).to_have_count(1)
        found += Axe().run(page).response["violations"]
        widths.append(page.evaluate("document.documentElement.scrollWidth"))
    context.close()

    assert found == []
    assert max(widths) <= 320


@pytest.mark.parametrize("name", MINE)
def test_the_smallest_phone_never_scrolls_sideways(enter: Enter, site: Site, name: str) -> None:
    page = enter(viewport={"width": 320, "height": 640}).new_page()
    page.goto(site.address(name))
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", MINE)
def test_a_first_visit_is_light_calls_nobody_and_breaks_nothing(enter: Enter, site: Site, name: str) -> None:
    context = enter()
    page = context.new_page()
    scales = Scales(context, page)
    scales.weigh_compressed(page.goto(site.address(name), wait_until="networkidle"))

    assert scales.console == []
    assert [address for address in scales.addresses if not address.startswith(site.url)] == []
    assert len(scales.bytes) <= MOST_REQUESTS, scales.bytes
    assert sum(scales.bytes.values()) <= LARGEST_PAGE, scales.bytes


def test_one_skips_a_session_and_comes_back_to_it_without_javascript(enter: Enter, site: Site) -> None:
    page = enter(java_script_enabled=False).new_page()
    page.goto(site.address("my sessions").replace("/es/", "/en/"))
    skipped = page.locator("article.my-card", has=page.locator("form[action$='/me/cancel/']")).first
    card = f"#{skipped.get_attribute('id')}"
    page.locator(f"{card} form[action$='/me/cancel/'] button").click()
    expect(page).to_have_url(re.compile(r"said=cancelled$"))

    page.locator(f"{card} form[action$='/me/register/'] button").first.click()

    expect(page).to_have_url(re.compile(r"said=(registered|waiting)$"))
    expect(page.locator(f"{card} form[action$='/me/cancel/']")).to_have_count(1)


def test_details_are_changed_by_keyboard_alone(enter: Enter, site: Site) -> None:
    page = enter().new_page()
    page.goto(site.address("my details"))
    tab_to(page, "#id_organisation")
    page.keyboard.type("Cámara de Comercio")
    tab_to(page, "form.my-form button[type=submit]")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"said=saved$"))
    expect(page.locator("#id_organisation")).to_have_value("Cámara de Comercio")


def test_colleagues_are_invited_without_javascript_and_a_wrong_line_keeps_what_was_typed(
    enter: Enter, site: Site
) -> None:
    page = enter(java_script_enabled=False).new_page()
    page.goto(site.address("choose a session for colleagues").replace("/es/", "/en/"))
    page.locator("a[href$='another-series%2F2']").click()
    page.locator("#id_lines").fill("Eva Soto <eva.soto@example.org>\nLuis Mora")
    page.locator("#id_initiative").fill("Norte Verde")
    page.locator("form.my-group button[type=submit]").click()
    expect(page.locator("#error-summary")).to_contain_text("Line 2 (Luis Mora): There is no e-mail address.")
    expect(page.locator("#id_lines")).to_have_value("Eva Soto <eva.soto@example.org>\nLuis Mora")

    page.locator("#id_lines").fill("Eva Soto <eva.soto@example.org>\nLuis Mora, luis.mora@example.org")
    page.locator("form.my-group button[type=submit]").click()

    expect(page).to_have_url(re.compile(r"session=another-series%2F2&sent=2$"))


def test_colleagues_are_invited_by_keyboard_alone(enter: Enter, site: Site) -> None:
    page = enter().new_page()
    page.goto(site.address("invite colleagues"))
    tab_to(page, "#id_lines")
    page.keyboard.type("Mara Paz <mara.paz@example.org>")
    tab_to(page, "#id_initiative")
    page.keyboard.type("Norte Verde")
    tab_to(page, "form.my-group button[type=submit]")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"sent=1$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_lines_of_a_group_are_wrong(enter: Enter, site: Site, scheme: Any) -> None:
    page = enter(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 320, "height": 640}).new_page()
    page.goto(site.address("invite colleagues").replace("/es/", "/en/"))
    page.locator("#id_lines").fill("Eva Soto\nA very long line without any blank: " + "x" * 300)
    page.locator("form.my-group button[type=submit]").click()
    expect(page).to_have_title(re.compile("^Error"))

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
