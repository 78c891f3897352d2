"""How soon the sandbox's page is painted: `page.py [LOADS]`, each without a cache (15).

Against the floor: a page of two words from the same server in the same run. The frame of the page
may be painted before its conversations are drawn; that time is told, too.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

MOST = 3.0
_FIRST = """async () => {
  const paint = () => performance.getEntriesByName("first-contentful-paint")[0];
  while (!paint() || document.readyState !== "complete") {
    await new Promise((done) => setTimeout(done, 20));
  }
  return [paint().startTime, performance.getEntriesByName("shown")[0]?.startTime ?? 0];
}"""


@contextmanager
def sandbox() -> Iterator[str]:
    """The sandbox with its sample data; its address."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "bot.cli", "sandbox", "--port", "0", "--no-open"]
        env = os.environ | {"XDG_CACHE_HOME": folder}
        with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = iter(process.stdout.readline, "")
            yield next(line for line in told if line.startswith("Open ")).split()[1]
            process.terminate()


def first_paint(browser: Browser, address: str) -> tuple[float, float]:
    """Milliseconds until something was painted, and until the page had drawn its data."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(address)
    painted, drawn = page.evaluate(_FIRST)
    context.close()
    return painted, drawn


def main(loads: int) -> None:
    """Print both, and how the page compares; exit 1 where it takes too long."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium found: install the package `chromium` to measure the page")
    with sandbox() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found: dict[str, list[tuple[float, float]]] = {"/nothing": [], "/": []}
        for _ in range(loads + 1):
            for path, each in found.items():
                each.append(first_paint(browser, address + path))
        browser.close()
    floor = statistics.median(painted for painted, _ in found["/nothing"][1:])
    page, drawn = (statistics.median(each) for each in zip(*found["/"][1:], strict=True))
    print(f"an empty page  {floor:6.1f} ms to its first paint")
    print(f"the page       {page:6.1f} ms, {page / floor:.2f} of the floor (at most {MOST:g})")
    print(f"with its data  {drawn:6.1f} ms until it is drawn, {drawn / floor:.2f} of the floor")
    sys.exit(page / floor > MOST)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
