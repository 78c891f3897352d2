"""What the sandbox's first screen offers, done by its words: on a phone and at a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.contract.page_driver import side

pytestmark = pytest.mark.browser


def button(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=words, exact=True)


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
    page.get_by_text("Asked for the stroke pathway").wait_for()


def test_the_reminder_and_the_digest_come_as_the_clock_is_wound(page: Page) -> None:
    page.get_by_role("button", name="reminder").click()
    page.get_by_text("overdue for a touch").first.wait_for()
    button(page, "Read Monday’s digest").click()
    page.get_by_role("heading", name="# field-team").wait_for()
    page.get_by_text("in cadence").first.wait_for()
    expect(page.locator("#winding")).to_be_hidden()


def test_the_first_visit_takes_two_clicks_also_after_starting_over(page: Page) -> None:
    button(page, "Log this visit").click()
    button(page, "Save").click()
    page.get_by_text("Logged: In-service").wait_for()
    button(page, "+90 days").click()
    expect(page.locator("#now")).not_to_contain_text("Mar")
    side(page).get_by_role("button", name="Start over").click()
    page.locator("#confirm").get_by_role("button", name="Start over").click()
    page.get_by_text("This is the bot, running on this computer.").wait_for()
    expect(page.locator("#now")).to_have_text("Thu, Mar 12, 11:15 AM")
    button(page, "Log this visit").click()
    button(page, "Save").click()
    page.get_by_text("Logged: In-service").wait_for()
