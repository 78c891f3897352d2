"""The sandbox as a process, and a browser to look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ROOT = Path(__file__).resolve().parents[1]
Size = tuple[int, int]  # width and height, in CSS pixels
PHONE: Size = (360, 740)
DESK: Size = (1280, 800)
THURSDAY = "2026-03-12T16:15:00Z"  # 11:15 in the morning where Dana, the rep, works
PATIENCE = 30_000  # milliseconds, on a machine that is busy with other tests
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = ("gpu", "quic", "background-networking", "component-update", "sync")
_ARGS = ("--no-sandbox", "--no-first-run", *(f"--disable-{each}" for each in _QUIET))


class NoChromium(Exception):
    """There is no browser here."""

    def __init__(self) -> None:
        super().__init__(
            "no Chromium found: install the package `chromium`, "
            "or run `.venv/bin/playwright install chromium`"
        )


def chromium(playwright: Playwright) -> Browser:
    """The system's browser, or else Playwright's own; without a window. Raises NoChromium."""
    found = next(filter(None, map(shutil.which, _NAMES)), playwright.chromium.executable_path)
    if not Path(found).exists():
        raise NoChromium
    return playwright.chromium.launch(executable_path=found, args=_ARGS)


def screen(browser: Browser, size: Size, scale: int = 1) -> BrowserContext:
    """A screen as wide and high as `size`: a phone's, with fingers, or one at a desk."""
    width, height = size
    is_phone = size == PHONE
    return browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=is_phone,
        has_touch=is_phone,
        device_scale_factor=scale,
        locale="en-US",
    )


@contextmanager
def looked_at(browser: Browser, address: str, size: Size) -> Iterator[Page]:
    """The page on a screen of that size. When it is left nothing was wrong on its console (but for
    a call between two sandboxes, where it starts over), nobody else was asked for anything, and it
    did not scroll sideways."""
    context = screen(browser, size)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    ours = (f"{address}/", "data:", "blob:")
    page.on("request", lambda sent: None if sent.url.startswith(ours) else wrong.append(sent.url))
    anew: list[str] = []
    over = f"{address}/sandbox/start_over"
    page.on("request", lambda sent: anew.append(sent.url) if sent.url == over else None)
    try:
        page.goto(address)
        yield page
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0], f"{wide} pixels wide"
        if anew:  # the page asks for the next sandbox until it is there
            wrong = [said for said in wrong if "ERR_CONNECTION_REFUSED" not in said]
        assert wrong == [], wrong
    finally:
        context.close()


@contextmanager
def sandbox(*words: str) -> Iterator[str]:
    """`touchbase sandbox` with its sample data; its address. `words` are options such as --at."""
    env = {name: value for name, value in os.environ.items() if "SLACK" not in name}
    env.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "bot.cli", "sandbox", "--port", "0", "--no-open", *words]
    with tempfile.TemporaryDirectory() as folder:
        env.update(PYTHONPATH=str(ROOT), XDG_CACHE_HOME=folder)
        with subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=-1, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            told = iter(process.stdout.readline, "")
            try:
                yield next(line for line in told if line.startswith("Open ")).split()[1]
            finally:
                process.terminate()
