"""How soon the sandbox's page is painted: `page.py [LOADS]`, each without a cache (15).

Against the floor: a page of two words from the same server in the same run. The frame of the page
may be painted before its conversations are drawn; that time is told, too.
"""

from __future__ import annotations

import statistics
import sys

from playwright.sync_api import Browser, sync_playwright

from tests.sandbox import DESK, NoChromium, chromium, sandbox, screen

MOST = 3.0
_FIRST = """async () => {
  const paint = () => performance.getEntriesByName("first-contentful-paint")[0];
  while (!paint() || document.readyState !== "complete") {
    await new Promise((done) => setTimeout(done, 20));
  }
  return [paint().startTime, performance.getEntriesByName("shown")[0]?.startTime ?? 0];
}"""


def first_paint(browser: Browser, address: str) -> tuple[float, float]:
    """Milliseconds until something was painted, and until the page had drawn its data."""
    context = screen(browser, DESK)
    page = context.new_page()
    page.goto(address)
    painted, drawn = page.evaluate(_FIRST)
    context.close()
    return painted, drawn


def main(loads: int) -> None:
    """Print both, and how the page compares; exit 1 where it takes too long."""
    with sandbox() as address, sync_playwright() as playwright:
        try:
            browser = chromium(playwright)
        except NoChromium as hint:
            sys.exit(str(hint))
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
