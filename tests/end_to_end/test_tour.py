"""What the sandbox's first screen offers, done by its words: on a phone and at a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(360, 780), (1280, 800)], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser, sandbox: str) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=width < 700, is_mobile=width < 700
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(sandbox)
    yield page
    context.close()


def button(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=words, exact=True)


def test_the_first_visit_is_two_clicks_away(page: Page) -> None:
    button(page, "Log this visit").click()
    button(page, "Save").click()
    page.get_by_text("Logged: In-service").wait_for()


def test_nothing_typed_is_lost_while_the_database_is_down(page: Page) -> None:
    button(page, "Break something: the database is down").click()
    form = page.locator("#form")
    form.get_by_text("The database is down.").wait_for()
    form.get_by_label("Notes").fill("Asked for the stroke pathway")
    button(page, "Save").click()
    form.get_by_text("could not save just now").wait_for()
    expect(form.get_by_label("Notes")).to_have_value("Asked for the stroke pathway")
    form.get_by_role("button", name="Bring it back").click()
    form.get_by_text("The database is back").wait_for()
    expect(button(page, "Save")).to_be_focused()
    button(page, "Save").click()
    page.get_by_text("Logged: ").wait_for()
    page.get_by_text("Asked for the stroke pathway").wait_for()


def test_the_reminder_and_the_digest_come_as_the_clock_is_wound(page: Page) -> None:
    page.get_by_role("button", name="reminder").click()
    page.get_by_text("overdue for a touch").first.wait_for()
    button(page, "Read Monday’s digest").click()
    page.get_by_role("heading", name="# field-team").wait_for()
    page.get_by_text("in cadence").first.wait_for()
    expect(page.locator("#winding")).to_be_hidden()


def test_starting_over_leaves_nothing_of_what_was_logged(page: Page) -> None:
    button(page, "Log this visit").click()
    button(page, "Save").click()
    page.get_by_text("Logged: In-service").wait_for()
    before = page.locator("#now").inner_text().split(",")[0]  # "Sat"
    button(page, "+90 days").click()
    expect(page.locator("#now")).not_to_contain_text(before)
    if button(page, "Channels and people").is_visible():
        button(page, "Channels and people").click()
    button(page, "Start over").click()
    page.locator("#confirm").get_by_role("button", name="Start over").click()
    page.get_by_text("This is the bot, running on this computer.").wait_for()
    expect(page.locator("#now")).to_contain_text(before)
    button(page, "Log this visit").click()
    button(page, "Save").click()
    page.get_by_text("Logged: In-service").wait_for()
