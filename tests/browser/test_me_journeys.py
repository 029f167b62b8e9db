"""Everything a person does alone, from the first page to the last: by keyboard only, and without JavaScript."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from registrations import links
from registrations.models import SignIn
from tests.browser.conftest import Site
from tests.browser.people import HANDS
from tests.browser.test_pages import tab_to

pytestmark = pytest.mark.real_time


@dataclass(frozen=True)
class Visitor:
    """One browser, and the way it is used."""

    page: Page
    site: Site
    hand: str

    def goes(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def presses(self, selector: str) -> None:
        if self.hand == "keyboard":
            tab_to(self.page, selector)
            self.page.keyboard.press("Enter")
        else:
            self.page.locator(selector).first.click()

    def types(self, selector: str, words: str) -> None:
        if self.hand == "keyboard":
            tab_to(self.page, selector)
            self.page.keyboard.press("ControlOrMeta+A")
            self.page.keyboard.type(words)
        else:
            self.page.locator(selector).fill(words)

    def reads(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    @property
    def name(self) -> str:
        return self.hand.split()[-1].lower()


Come = Callable[..., Visitor]


@pytest.fixture(params=HANDS)
def come(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Come]:
    """Open a browser that is used in one way, as a stranger or as somebody who is signed in."""
    opened = []

    def come(who: str = "") -> Visitor:
        context = browser.new_context(java_script_enabled=request.param == "keyboard", locale="en")
        if who:
            site.sign_in(context, f"{who}, {request.param}")
        opened.append(context)
        return Visitor(context.new_page(), site, request.param)

    yield come
    for context in opened:
        context.close()


def newest_code(site: Site) -> str:
    with closing(sqlite3.connect(site.database)) as database:
        row = database.execute("SELECT id, nonce FROM registrations_signin ORDER BY id DESC").fetchone()
    return links.sign_in_code(SignIn(pk=row[0], nonce=row[1]))


def test_signing_in_by_the_code_and_out_again(come: Come, site: Site) -> None:
    iris = come()
    iris.goes("/en/sign-in/")
    iris.types("#id_email", f"iris.{iris.name}@example.org")
    iris.presses("main form button")
    expect(iris.page).to_have_url(re.compile("/sign-in/code/$"))
    code = newest_code(site)
    iris.types("#id_code", f"{code[:3]} {code[3:]}")
    iris.presses("main form button")
    expect(iris.page).to_have_url(re.compile("/en/me/$"))

    iris.presses("a[href$='/me/sign-out/']")
    iris.presses("main form button")
    expect(iris.page).not_to_have_url(re.compile("/me/"))

    iris.goes("/en/me/")
    expect(iris.page).to_have_url(re.compile("/sign-in/"))


def test_the_whole_series_entered_one_session_skipped_and_left(come: Come) -> None:
    nora = come("Nora")
    nora.goes("/en/me/")
    nora.presses("form[action$='/me/enrol/'] button")
    nora.reads("You are in the whole series")
    nora.presses("form[action$='/me/cancel/'] button")
    nora.reads("Done: you gave it back")
    nora.presses("form[action$='/me/leave/'] button")
    nora.reads("You left the whole series")

    nora.presses("form[action$='/me/enrol/'] button")

    nora.reads("You are in the whole series")


def test_i_was_there_said_in_words(come: Come) -> None:
    iris = come("Iris")
    iris.goes("/en/me/")
    iris.presses("details.my-appeal summary")
    iris.types("details.my-appeal textarea", "I sat beside Ana.")
    iris.presses("details.my-appeal button")

    iris.reads("We wrote down that you were there")
    iris.reads("The organisers look into it.")


def test_a_place_that_is_kept_is_taken_from_the_page_of_the_mail(come: Come, site: Site) -> None:
    iris = come()
    iris.goes(f"{site.paths[f'offer, {iris.hand}']}?lang=en")
    iris.reads("A place is kept for you")

    iris.presses("form[action$='/take/'] button")

    expect(iris.page.locator(".notice-ok").first).to_be_visible()
    expect(iris.page.locator("form[action$='/take/']")).to_have_count(0)


def test_a_place_passed_on_is_taken_over_in_another_browser(come: Come, site: Site) -> None:
    iris, colleague = come(), come()
    iris.goes(f"{site.paths[f'held, {iris.hand}']}?lang=en")
    iris.presses("a[href$='/pass-on/']")
    link = iris.page.locator("#substitute-link").input_value()

    colleague.page.goto(f"{link}?lang=en")
    colleague.reads(f"Iris {iris.name.title()} passes you the place")
    colleague.types("#id_full_name", f"Eva {iris.name}")
    colleague.types("#id_email", f"eva.{iris.name}@example.org")
    colleague.page.locator("#id_country").select_option("PE")
    if iris.hand == "keyboard":
        tab_to(colleague.page, "#id_code_of_conduct")
        colleague.page.keyboard.press("Space")
    else:
        colleague.page.locator("#id_code_of_conduct").check()
    colleague.presses("form.register-form button[type=submit]")
    expect(colleague.page).to_have_url(re.compile("/registered/$"))

    colleague.page.goto(f"{link}?lang=en")
    colleague.reads("This place is not free to take over any more")


def test_an_address_is_asked_for_and_mails_are_chosen(come: Come) -> None:
    nora = come("Nora")
    nora.goes("/en/me/profile/")
    nora.types("form[action$='/me/addresses/'] input[type=email]", f"nora.new.{nora.name}@example.org")
    nora.presses("form[action$='/me/addresses/'] button")
    nora.reads("Look into the new mailbox")
    nora.reads(f"nora.new.{nora.name}@example.org")

    nora.presses("form[action$='/me/mails/'] button")

    nora.reads("From now on we write as you see below.")


def test_everything_is_taken_along_and_erased(come: Come) -> None:
    olga = come("Olga")
    olga.goes("/en/me/data/")
    with olga.page.expect_download() as file:
        olga.presses("a[href$='/me/data/csv/']")
    assert f"olga.{olga.name}@example.org" in file.value.path().read_text()
    olga.presses("a[href$='/me/data/erase/']")
    olga.reads("This cannot be undone")

    olga.presses("main form button.btn-danger")

    expect(olga.page).to_have_url(re.compile("/en/erased/$"))
    olga.goes("/en/me/")
    expect(olga.page).to_have_url(re.compile("/sign-in/"))
