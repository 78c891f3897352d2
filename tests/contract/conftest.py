"""The sandbox's page on a phone and at a desk, in front of the test's `slack`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from bot.sandbox.stand_in import StandIn


@pytest.fixture(params=[(360, 740), (1200, 800)], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser, slack: StandIn) -> Iterator[Page]:
    width, height = request.param
    is_phone = width < 700
    context = browser.new_context(
        viewport={"width": width, "height": height}, is_mobile=is_phone, has_touch=is_phone
    )
    page = context.new_page()
    page.set_default_timeout(8000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(slack.url)
    yield page
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wrong == []
    assert wide <= width
