"""How many taps a visit takes, counted in the sandbox by what one sees, on a phone's screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.sandbox import PHONE, looked_at


class Thumb:
    """Taps, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, label: str) -> None:
        """Tap the last button of this label on the screen."""
        self.taps += 1
        self._button(label).last.tap()

    def _button(self, label: str) -> Locator:
        return self.page.get_by_role("button", name=label, exact=True)


@pytest.fixture
def thumb(browser: Browser, sandbox: str) -> Iterator[Thumb]:
    """A phone with the sandbox open."""
    with looked_at(browser, sandbox, PHONE) as page:
        yield Thumb(page)


@pytest.mark.browser
def test_two_taps_from_a_line_to_a_stored_visit(thumb: Thumb) -> None:
    line = "/logvisit st marys, dr patel + case mgr, in-service, 2 referrals, f/u next tues"
    thumb.page.get_by_label("Message or command").fill(line)
    thumb.tap("Send")
    thumb.tap("Save")
    thumb.page.get_by_text("Logged: In-service").first.wait_for()
    assert thumb.taps == 2


@pytest.mark.browser
def test_two_taps_from_a_reminder_to_a_stored_visit(thumb: Thumb) -> None:
    before = thumb.page.get_by_text("Logged: Visit").count()
    thumb.page.get_by_role("button", name="Next Monday 8:00").tap()  # a working day comes
    thumb.page.get_by_text("overdue for a touch").first.wait_for()
    thumb.tap("Log a visit")
    thumb.tap("Save")
    thumb.page.get_by_text("Logged: Visit").nth(before).wait_for()
    assert thumb.taps == 2


@pytest.mark.browser
def test_a_plain_line_takes_the_same_two(thumb: Thumb) -> None:
    line = "st marys, dr patel, in-service, 2 referrals"
    thumb.page.get_by_label("Message or command").fill(line)
    thumb.tap("Send")
    thumb.tap("Save")
    thumb.page.get_by_text("Logged: In-service").first.wait_for()
    assert thumb.taps == 2
