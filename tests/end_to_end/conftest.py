"""The sandbox as a process, for tests that look at its page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.sandbox import DESK, PHONE, THURSDAY, Size, looked_at
from tests.sandbox import sandbox as a_sandbox


@pytest.fixture
def sandbox() -> Iterator[str]:
    """`touchbase sandbox` with its sample data; its address."""
    with a_sandbox() as address:
        yield address


@pytest.fixture(scope="module", params=[PHONE, DESK], ids=["phone", "desk"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[str, Size]]:
    """A sandbox for the phone and one for the desk: their days go on from test to test."""
    with a_sandbox("--at", THURSDAY) as address:
        yield address, request.param


@pytest.fixture
def page(place: tuple[str, Size], browser: Browser) -> Iterator[Page]:
    """Its page, as Dana opens it."""
    with looked_at(browser, *place) as page:
        yield page
