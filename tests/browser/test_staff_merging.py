"""The pages on which staff merge people, and initiatives: by axe, in light and dark, and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import Site

pytestmark = pytest.mark.real_time
PAGES = ("whom to merge", "two people side by side", "initiatives to merge", "a name to take out")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_staff_merge_and_a_phone_does_not_scroll_sideways(
    browser: Browser, site: Site, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 320, "height": 640})
    context.add_cookies([{"name": "sessionid", "value": site.paths["staff"], "url": site.url}])
    page = context.new_page()
    found, widths = {}, {}
    for name in PAGES:
        page.goto(site.address(name))
        assert page.locator("#content form").count(), page.url
        found[name] = Axe().run(page).response["violations"]
        widths[name] = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert found == {name: [] for name in PAGES}
    assert max(widths.values()) <= 320, widths
