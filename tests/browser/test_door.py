"""The door in a browser: with the network and without, by two devices, by camera, by keyboard and without scripts."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import Scales, assert_axe_finds_nothing, tab_to

pytestmark = pytest.mark.real_time
Stand = Callable[..., Page]
PATIENCE = 15_000
LARGEST_VISIT, LARGEST_TALK = 90_000, 2_000
STANDING = """
SELECT count(*) FROM registrations_evidence AS line
JOIN registrations_registration AS held ON held.id = line.registration_id
LEFT JOIN registrations_retraction AS gone ON gone.evidence_id = line.id
WHERE held.session_id = ? AND gone.id IS NULL
"""


@pytest.fixture
def stand(browser: Browser, site: Site) -> Iterator[Stand]:
    """Open a door on a device of its own."""
    opened: list[BrowserContext] = []

    def stand(door: str, **options: Any) -> Page:
        context = browser.new_context(locale="en", **options)
        context.add_cookies([{"name": "sessionid", "value": site.paths["staff"], "url": site.url}])
        opened.append(context)
        page = context.new_page()
        page.goto(site.address(f"door, {door}"))
        if options.get("java_script_enabled", True):
            taken(page)
        return page

    yield stand
    for context in opened:
        context.close()


def taken(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-taken", "yes", timeout=PATIENCE)


def standing(site: Site, door: str) -> int:
    session = int(site.paths[f"door, {door}"].split("/")[3])
    with sqlite3.connect(site.database) as database:
        return int(database.execute(STANDING, (session,)).fetchone()[0])


def told(page: Page) -> None:
    """Nothing waits on the device any more."""
    expect(page.locator("#door-net")).to_be_hidden(timeout=PATIENCE)
    expect(page.locator("body")).to_have_attribute("data-waiting", "0", timeout=PATIENCE)


def search(page: Page, name: str) -> None:
    page.locator("#door-q").fill(name)
    expect(page.locator("#door-list li")).to_have_count(1)


def came(page: Page) -> Any:
    return expect(page.locator(".door-came"))


def test_axe_finds_nothing_and_the_smallest_phone_never_scrolls_sideways(stand: Stand) -> None:
    page = stand("look", viewport={"width": 320, "height": 640})
    search(page, "eva paz")
    page.locator("#door-list button").click()
    page.locator("#door-result button").click()
    page.locator("#door-q").fill("a")
    page.locator("#door-q").press_sequentially("n")
    page.locator("#door-walk-in summary").click()

    assert_axe_finds_nothing(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("page_name", ["badge, look", "in person, look"])
def test_axe_finds_nothing_on_a_badge(browser: Browser, site: Site, page_name: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 640})
    page.goto(site.address(page_name))

    assert_axe_finds_nothing(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.close()

    assert width <= 320


def test_a_first_visit_is_light_and_a_check_in_lighter(stand: Stand, site: Site) -> None:
    page = stand("look")
    context = page.context
    context.clear_cookies(name="csrftoken")
    fresh = context.new_page()
    scales = Scales(context, fresh)
    fresh.route("**/worker.js", lambda route: route.abort())
    scales.weigh_compressed(fresh.goto(site.address("door, look"), wait_until="networkidle"))
    visit = sum(scales.bytes.values())
    scales.bytes.clear()
    search(fresh, "oscar")
    fresh.locator("#door-list button").click()
    fresh.wait_for_load_state("networkidle")
    came(fresh).not_to_have_text("0")

    assert [address for address in scales.addresses if not address.startswith(site.url)] == []
    assert visit <= LARGEST_VISIT
    assert sum(scales.bytes.values()) <= LARGEST_TALK, scales.bytes


def test_without_javascript_one_is_found_checked_in_and_undone(stand: Stand, site: Site) -> None:
    page = stand("no JavaScript", java_script_enabled=False)
    page.locator("#door-q").fill("nunez oscar")
    page.locator("#door-search button").click()
    page.locator("#door-list button").click()
    expect(page.locator("#door-result")).to_contain_text("Óscar Núñez")
    came(page).to_have_text("1")
    page.locator("#door-result button").click()

    came(page).to_have_text("0")
    assert standing(site, "no JavaScript") == 0


def test_by_keyboard_alone(stand: Stand, site: Site) -> None:
    page = stand("keyboard")
    tab_to(page, "#door-q")
    page.keyboard.type("nunez")
    tab_to(page, "#door-list button")
    page.keyboard.press("Enter")
    came(page).to_have_text("1")
    expect(page.locator("#door-result")).to_contain_text("Checked in.")
    tab_to(page, "#door-walk-in summary")
    page.keyboard.press("Enter")
    tab_to(page, "#id_full_name")
    page.keyboard.type("Paz Clave")
    page.keyboard.press("Enter")

    came(page).to_have_text("2")
    told(page)
    assert standing(site, "keyboard") == 2


def test_with_the_network_cut_it_goes_on_opens_again_and_tells_all_later(stand: Stand, site: Site) -> None:
    page = stand("network cut")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("caches.keys().then(async names => !!(await caches.match(location.pathname)))")
    page.context.set_offline(True)
    search(page, "oscar")
    page.locator("#door-list button").click()
    came(page).to_have_text("1")
    page.goto(site.address("door, network cut"))
    taken(page)
    came(page).to_have_text("1")
    badge = site.address("badge, network cut")
    page.evaluate("badge => doorScanned(badge)", badge)
    expect(page.locator("#door-result")).to_contain_text("Ana Peña")
    search(page, "eva")
    page.locator("#door-list button").click()
    page.locator("#door-result button").click()
    expect(page.locator("#door-net")).to_contain_text("kept on this device")
    before = standing(site, "network cut")

    page.context.set_offline(False)
    told(page)

    assert (before, standing(site, "network cut")) == (0, 2)
    came(page).to_have_text("2")
    page.reload()
    taken(page)
    came(page).to_have_text("2")


def test_a_device_shows_the_pass_that_it_was_given_and_keeps_it_nowhere(stand: Stand) -> None:
    page = stand("pass")
    search(page, "oscar")
    with page.expect_request("**/events/") as first:
        page.locator("#door-list button").click()
    told(page)
    with page.expect_request("**/events/") as second:
        page.locator("#door-result button").click()
    told(page)

    given = second.value.headers["x-pass"]
    assert ("x-pass" in first.value.headers, given in kept(page)) == (False, False)
    came(page).to_have_text("0")


def test_two_devices_at_once_see_and_undo_each_other(stand: Stand, site: Site) -> None:
    first, second = stand("two devices"), stand("two devices")
    for page in (first, second):
        page.context.set_offline(True)
        search(page, "ana pena")
        page.locator("#door-list button").click()
    first.context.set_offline(False)
    told(first)
    second.context.set_offline(False)
    told(second)
    both = standing(site, "two devices")

    second.reload()
    taken(second)
    search(second, "ana pena")
    second.locator("#door-list button").click()
    came(second).to_have_text("0")
    told(second)

    assert (both, standing(site, "two devices")) == (2, 0)


def kept(page: Page) -> str:
    """All that the browser keeps of doors, as text."""
    return str(
        page.evaluate(
            """() => new Promise(resolve => {
                const asked = indexedDB.open('door')
                asked.onsuccess = () => {
                    const rows = asked.result.transaction(['names', 'queue'])
                    const found = ['names', 'queue'].map(name => rows.objectStore(name).getAll())
                    rows.oncomplete = async () => {
                        const pages = await Promise.all((await caches.keys()).map(async name => {
                            const kept = await caches.open(name)
                            return Promise.all((await kept.matchAll()).map(answer => answer.text()))
                        }))
                        asked.result.close()
                        resolve(JSON.stringify([found.map(one => one.result), pages]))
                    }
                }
            })"""
        )
    )


def test_names_are_on_the_device_until_they_are_taken_off(stand: Stand) -> None:
    page = stand("leaving")
    page.wait_for_function("caches.keys().then(async names => !!(await caches.match(location.pathname)))")
    before = kept(page)

    page.locator("#door-forget").click()
    expect(page).to_have_url(re.compile("/admin/workshops/session/"))

    assert ("Núñez" in before, "Núñez" in kept(page)) == (True, False)


def test_who_signs_out_or_has_to_sign_in_leaves_no_names(stand: Stand, site: Site) -> None:
    page = stand("leaving")
    page.context.clear_cookies()
    page.goto(site.address("door, leaving"))
    expect(page).to_have_url(re.compile("/admin/login/"))

    page.wait_for_function("indexedDB.databases().then(all => all.length)")

    expect(page.locator("#id_username")).to_be_visible()
    page.wait_for_timeout(300)
    assert "Núñez" not in kept(page)


def test_names_leave_by_themselves_when_the_door_closes(stand: Stand) -> None:
    page = stand("late")
    before = kept(page)

    page.clock.install()
    page.reload()
    taken(page)
    # Only this device believes that it is late: the list that the server still gives would bring the names back.
    page.route("**/door/list/**", lambda route: route.abort())
    page.clock.fast_forward("06:00:00")
    deadline = time.monotonic() + PATIENCE / 1000
    while "Núñez" in (after := kept(page)) and time.monotonic() < deadline:
        page.wait_for_timeout(100)

    assert ("Núñez" in before, "Núñez" in after) == (True, False)
    expect(page.locator("#door-list li")).to_have_count(0)


def test_somebody_without_a_registration_is_kept_without_a_network(stand: Stand, site: Site) -> None:
    page = stand("walk-in")
    # A journey of another test may have registered somebody for every session of the series.
    expected = page.locator(".door-expected")
    before = int(re.sub(r"\D", "", expected.inner_text()))
    page.context.set_offline(True)
    page.locator("#door-walk-in summary").click()
    page.locator("#id_full_name").fill("Paz Sotomayor")
    page.locator("#door-walk-in button").click()
    came(page).to_have_text("1")
    search(page, "sotomayor")

    page.context.set_offline(False)
    told(page)
    came(page).to_have_text("1")
    expect(expected).to_have_text(f"of {before + 1} have come")
    page.locator("#door-list button").click()
    came(page).to_have_text("0")
    told(page)

    assert standing(site, "walk-in") == 0


def film(badge: str, folder: Path) -> Path:
    """What a camera sees of a badge that is held before it: the same picture again and again."""
    drawn, seen = BytesIO(), BytesIO()
    segno.make(badge, error="m").save(drawn, kind="png", scale=6, border=4)
    picture = Image.new("RGB", (640, 480), "#777")
    picture.paste(Image.open(drawn).convert("RGB").resize((360, 360)), (140, 60))
    picture.save(seen, "JPEG", quality=90)
    path = folder / "badge.mjpeg"
    path.write_bytes(seen.getvalue() * 2)
    return path


def test_the_camera_reads_a_badge_once_and_stops(
    launch_browser: Callable[..., Browser], browser_type_launch_args: dict[str, Any], site: Site, tmp_path: Path
) -> None:
    badge = film(site.address("badge, camera"), tmp_path)
    faked = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={badge}")
    browser = launch_browser(args=[*browser_type_launch_args["args"], *faked])
    context = browser.new_context(locale="en", permissions=["camera"])
    context.add_cookies([{"name": "sessionid", "value": site.paths["staff"], "url": site.url}])
    page = context.new_page()
    scales = Scales(context, page)
    page.goto(site.address("door, camera"))
    taken(page)
    page.locator("#door-scan-start").click()
    expect(page.locator("#door-result")).to_contain_text("Ana Peña", timeout=PATIENCE)
    told(page)
    page.wait_for_timeout(1_000)
    page.locator("#door-scan-stop").click()
    expect(page.locator("#door-scan-start")).to_be_visible()
    browser.close()

    assert scales.console == []
    assert standing(site, "camera") == 1
