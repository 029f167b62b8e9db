"""Every page of the journey, looked at: by axe, on a small phone, on the scales, without JavaScript, by keyboard."""

from __future__ import annotations

import gzip
import re
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from tests.browser.conftest import NAMES, Site

pytestmark = pytest.mark.real_time
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LARGEST_PAGE, MOST_REQUESTS, LARGEST_SCRIPT = 60_000, 6, 3_000
# Browsers write into their console that these have no good status.
GONE = ("not found", "an address that was taken back")


def assert_axe_finds_nothing(page: Page) -> None:
    """By day and by night; only the colours differ, so the page stays the same one."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"


def width_on_the_smallest_phone(page: Page) -> int:
    """How wide the page is there, with everything that can be opened open."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_and_the_smallest_phone_never_scrolls_sideways(
    browser: Browser, site: Site, name: str
) -> None:
    page = browser.new_page()
    page.goto(site.address(name))

    assert_axe_finds_nothing(page)
    width = width_on_the_smallest_phone(page)
    page.close()

    assert width <= 320


def test_axe_finds_nothing_on_a_form_with_errors(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    page.goto(site.address("form"))
    page.locator("form.register-form button[type=submit]").click()
    expect(page).to_have_title(re.compile("^Error"))

    assert_axe_finds_nothing(page)
    page.close()


def test_axe_finds_nothing_where_a_place_cannot_be_taken_over_yet_or_any_more(browser: Browser, site: Site) -> None:
    """A form with errors, and the page of a link whose place is gone; on the smallest phone."""
    page = browser.new_page(viewport={"width": 320, "height": 640})
    page.goto(site.address("take a place over"))
    page.locator("form.register-form button[type=submit]").click()
    expect(page).to_have_title(re.compile("^Error"))
    assert_axe_finds_nothing(page)
    widths = [page.evaluate("document.documentElement.scrollWidth")]
    assert page.goto(site.address("a place that is gone")).status == 410
    assert_axe_finds_nothing(page)
    widths.append(page.evaluate("document.documentElement.scrollWidth"))
    page.close()

    assert max(widths) <= 320


class Scales:
    """What a first visit loads, as it came over the wire; lazy photos apart."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.bytes: dict[str, float] = {}
        self._addresses: dict[str, str] = {}
        self.console: list[str] = []
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)
        page.on("console", lambda message: self.console.append(message.text) if message.type == "error" else None)

    def _sent(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self._addresses[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        address = self._addresses.get(event["requestId"], "")
        if address and "/media/" not in address:
            self.bytes[address] = event["encodedDataLength"]

    def weigh_compressed(self, document: Response | None) -> None:
        """Count a page that came bare as the proxy before it would send it."""
        assert document is not None
        if "content-encoding" not in document.headers:
            body = document.body()
            self.bytes[document.url] += len(gzip.compress(body, 6)) - len(body)

    @property
    def addresses(self) -> list[str]:
        return list(self._addresses.values())


@pytest.mark.parametrize("name", [name for name in NAMES if name not in GONE])
def test_a_first_visit_is_light_calls_nobody_and_breaks_nothing(browser: Browser, site: Site, name: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    scales = Scales(context, page)
    document = page.goto(site.address(name), wait_until="networkidle")
    scales.weigh_compressed(document)
    context.close()

    assert scales.console == []
    assert [address for address in scales.addresses if not address.startswith(site.url)] == []
    assert len(scales.bytes) <= MOST_REQUESTS, scales.bytes
    assert sum(scales.bytes.values()) <= LARGEST_PAGE, scales.bytes
    assert sum(size for address, size in scales.bytes.items() if address.endswith(".js")) <= LARGEST_SCRIPT


def test_the_scales_see_what_is_heavy_and_who_is_called(browser: Browser, site: Site) -> None:
    """A control: were a page heavy or did it call somebody, the test above would see it."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    scales = Scales(context, page)
    page.goto(site.address("home"), wait_until="networkidle")
    light = sum(scales.bytes.values())
    page.evaluate("fetch('http://127.0.0.1:9/beacon').catch(() => 0)")
    page.evaluate("fetch('/static/vendor/bootstrap.min.css', {cache: 'no-store'}).then(answer => answer.text())")
    page.wait_for_load_state("networkidle")
    context.close()

    assert "http://127.0.0.1:9/beacon" in scales.addresses
    assert sum(scales.bytes.values()) > light


def test_registering_needs_no_javascript(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.address("home"))
    page.locator("main a[href*='/series/community-in-practice/2/']").first.click()
    page.locator("main a[href*='/register/']").first.click()
    page.locator("#id_full_name").fill("Sin Guiones")
    page.locator("form.register-form button[type=submit]").click()
    expect(page).to_have_title(re.compile("^Error"))
    expect(page.locator("#id_full_name")).to_have_value("Sin Guiones")
    page.locator("#id_email").fill("sin.guiones@example.org")
    page.locator("#id_country").select_option("PE")
    page.locator("#id_code_of_conduct").check()
    page.locator("form.register-form button[type=submit]").click()

    expect(page).to_have_url(re.compile(r"/registered/$"))
    context.close()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this element has the focus, and see that the focus can be seen."""
    wanted = page.locator(selector).first
    for _ in range(200):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            style = wanted.evaluate(
                "element => { const s = getComputedStyle(element); return s.outlineStyle + s.boxShadow }"
            )
            assert style != "nonenone", f"the focus on {selector} cannot be seen"
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_registering_by_keyboard_alone(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    page.goto(site.address("home"))
    tab_to(page, "main a[href*='/series/community-in-practice/2/']")
    page.keyboard.press("Enter")
    tab_to(page, "main a[href*='/register/']")
    page.keyboard.press("Enter")
    expect(page.locator("form.register-form")).to_be_visible()
    tab_to(page, "#id_full_name")
    page.keyboard.type("Teresa Clave")
    tab_to(page, "#id_email")
    page.keyboard.type("teresa@example.org")
    tab_to(page, "#id_country")
    page.keyboard.type("Colom")
    tab_to(page, "#id_code_of_conduct")
    page.keyboard.press("Space")
    tab_to(page, "form.register-form button[type=submit]")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/registered/$"))
    page.close()


def test_the_first_tab_leads_past_the_menu(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    page.goto(site.address("home"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_an_error_takes_the_reader_to_its_summary(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    page.goto(site.address("form"))
    page.locator("form.register-form button[type=submit]").click()
    expect(page).to_have_title(re.compile("^Error"))

    page.locator("a[href='#id_email']").click()

    expect(page.locator("#id_email")).to_be_focused()
    page.close()


def test_readers_see_their_own_hour_first(browser: Browser, site: Site) -> None:
    """11:00 in Santiago; the hours of each city were computed on the server."""
    shown = {}
    for zone in ("America/Santiago", "America/Bogota"):
        page = browser.new_page(timezone_id=zone)
        page.goto(site.address("session ahead"))
        shown[zone] = page.locator("[data-when] [data-hour]").first.inner_text()
        page.close()

    assert shown["America/Santiago"] == "11:00"
    assert shown["America/Bogota"] in ("08:00", "09:00", "10:00")
