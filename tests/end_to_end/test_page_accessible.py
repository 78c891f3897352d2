"""axe-core finds nothing serious on the sandbox's page, in light or in dark colors."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.contract.page_driver import side

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
COLORS = ["color-contrast", "link-in-text-block"]  # what differs between light and dark


def complaints(page: Page, where: str) -> list[str]:
    """What axe says of the page as it stands."""
    found = []
    for scheme, rules in (("dark", {"runOnly": COLORS}), ("light", {})):
        page.emulate_media(color_scheme=scheme)
        told = Axe().run(page, options={"resultTypes": ["violations"], **rules}).response
        found += [
            f"{where}, {scheme}: {each['help']}: {node['html']}"
            for each in told["violations"]
            if each["impact"] in GRAVE
            for node in each["nodes"]
        ]
    return found


def test_nobody_is_kept_from_reading_or_using_the_page(page: Page) -> None:
    def button(words: str) -> None:
        page.get_by_role("button", name=words, exact=True).last.click()

    page.get_by_role("button", name="Log this visit", exact=True).wait_for()
    found = complaints(page, "first screen")
    button("Log this visit")
    page.get_by_label("Notes").wait_for()
    found += complaints(page, "form")
    page.get_by_label("Date").fill("2026-12-31")
    button("Save")
    page.get_by_text("is still to come").wait_for()
    found += complaints(page, "form with an error")
    button("Cancel")
    page.get_by_role("button", name="’s reminder").click()
    page.get_by_text("Good morning").last.wait_for()
    found += complaints(page, "reminder")
    page.get_by_role("tab", name="Home").click()
    page.locator("#home .block").first.wait_for()
    found += complaints(page, "Home")
    page.get_by_role("tab", name="Messages").click()
    button("Read Monday’s digest")
    button("1 reply")
    page.get_by_role("log", name="Thread").get_by_role("img").wait_for()
    found += complaints(page, "digest and thread")
    button("Close thread")
    button("Menu")
    page.get_by_role("menuitem", name="overdue", exact=False).first.click()
    page.get_by_role("dialog", name="Overdue").wait_for()
    found += complaints(page, "rows")
    button("Close")
    side(page).get_by_role("button", name="Payloads").wait_for()
    found += complaints(page, "people and channels")
    page.get_by_role("button", name="Payloads", exact=True).click()
    page.locator("#payloads summary").first.click()
    found += complaints(page, "payloads")
    assert found == []
