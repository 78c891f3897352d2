"""Takes the pictures of the README and the docs from the sandbox: `make pictures`.

The sample data and the clock are always the same; only the codes of new referrals differ.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.sandbox import DESK, PHONE, THURSDAY, NoChromium, chromium, sandbox, screen

HERE = Path(__file__).parent
MOST_BYTES = 200_000
_GAP, _PAPER = 24, "#dfe3e1"
# What is the sandbox's and not Slack's.
_ONLY_SLACK = """
.top, #try, #status { display: none !important }
* { caret-color: transparent; scroll-margin-top: 8px }
"""

Take = Callable[[Page, Path], None]


def button(page: Page | Locator, words: str) -> Locator:
    return page.get_by_role("button", name=words, exact=True).first


def go_to(page: Page, conversation: str) -> None:
    page.get_by_role("button", name="Channels and people").click()
    page.get_by_role("navigation").get_by_role("button", name=conversation).click()


def be(page: Page, person: str) -> None:
    page.get_by_role("button", name="Channels and people").click()
    page.get_by_label("You are").select_option(label=person)


def wind(page: Page, words: str) -> None:
    """Press what winds the clock; back once all it owes is there."""
    button(page, words).click()
    page.locator("#status").get_by_text("It is ").wait_for()


def say(page: Page, line: str) -> None:
    page.get_by_label("Message or command").fill(line)
    button(page, "Send").click()


def style(page: Page, css: str) -> None:
    """Another style sheet beside the page's, which takes no style of others."""
    page.evaluate(
        """(css) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(css);
          document.adoptedStyleSheets = [sheet];
        }""",
        css,
    )


def taken(page: Page, file: Path, at: Locator | None = None) -> None:
    """What the phone shows; from `at` on downwards."""
    style(page, _ONLY_SLACK)
    if at is not None:
        at.evaluate("(node) => node.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(300)  # pictures in messages come after them
    page.screenshot(path=file)
    style(page, "")


def window(page: Page, title: str, file: Path) -> None:
    """The form or list that opens in front of the conversation."""
    dialog = page.get_by_role("dialog", name=title)
    dialog.locator(".block").first.wait_for()
    taken(page, file)
    button(dialog, "Close").click()
    dialog.wait_for(state="hidden")


def form(page: Page, file: Path) -> None:
    button(page, "Log this visit").click()
    button(page, "Save").wait_for()
    taken(page, file)


def receipt(page: Page, file: Path) -> None:
    button(page, "Save").click()
    page.get_by_text("Logged: In-service").wait_for()
    taken(page, file)


def pipeline(page: Page, file: Path) -> None:
    say(page, "/pipeline")
    window(page, "Pipeline", file)


def referrals(page: Page, file: Path) -> None:
    say(page, "/touchbase referrals")
    window(page, "Referrals", file)


def reminder(page: Page, file: Path) -> None:
    wind(page, "Tomorrow 7:30")
    message = page.locator("article", has_text="Good morning").last
    message.wait_for()
    taken(page, file, message)


def digest(page: Page, file: Path) -> None:
    button(page, "Read Monday’s digest").click()
    button(page, "1 reply").click()
    thread = page.get_by_role("log", name="Thread")
    thread.locator("img").wait_for()
    taken(page, file)
    button(page, "Close thread").click()


def home_rep(page: Page, file: Path) -> None:
    go_to(page, "Touchbase")
    page.get_by_role("tab", name="Home").click()
    page.get_by_text("Later this week").wait_for()
    taken(page, file)


def home_manager(page: Page, file: Path) -> None:
    be(page, "Luis Ortega, manager")
    page.get_by_role("tab", name="Home").click()
    team = page.locator("#home .block", has_text="Your team of")
    team.wait_for()
    taken(page, file, team)


def rows(page: Page, file: Path) -> None:
    go_to(page, "field-team")
    message = page.locator("article", has_text="in cadence").last
    message.get_by_role("button", name="Menu").last.click()
    page.get_by_role("menuitem", name="overdue").first.click()
    window(page, "", file)


TAKES: tuple[Take, ...] = (
    form,
    receipt,
    pipeline,
    referrals,
    reminder,
    digest,
    home_rep,
    home_manager,
    rows,
)
"""On one phone, one after another."""

SIDE_BY_SIDE: dict[str, tuple[Take, ...]] = {
    "sandbox.png": (form, receipt, reminder),
    "reps.png": (home_rep, referrals, pipeline),
    "managers.png": (home_manager, digest, rows),
}
ON_A_DESK = "sandbox-desk.png"
ALL = {*SIDE_BY_SIDE, ON_A_DESK}


def shot(folder: Path, take: Take) -> Path:
    return folder / f"{take.__name__}.png"


def on_a_phone(browser: Browser, address: str, folder: Path) -> None:
    page = screen(browser, PHONE, scale=2).new_page()
    page.set_default_timeout(8000)
    page.goto(address)
    for take in TAKES:
        take(page, shot(folder, take))
    page.context.close()


def on_a_desk(browser: Browser, address: str, folder: Path) -> None:
    page = screen(browser, DESK).new_page()
    page.goto(address)
    button(page, "Log this visit").wait_for()
    page.screenshot(path=folder / ON_A_DESK)
    page.context.close()


def put_side_by_side(folder: Path) -> None:
    for name, takes in SIDE_BY_SIDE.items():
        phones = [Image.open(shot(folder, take)).convert("RGB") for take in takes]
        step = phones[0].width + _GAP
        whole = Image.new("RGB", (step * len(phones) - _GAP, phones[0].height), _PAPER)
        for number, phone in enumerate(phones):
            whole.paste(phone, (number * step, 0))
        whole.save(folder / name)


def main() -> None:
    """Take them all, and put them beside this file; exit 1 where one is too large."""
    with TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made)
        try:
            browser = chromium(playwright)
        except NoChromium as hint:
            sys.exit(str(hint))
        with sandbox("--at", THURSDAY) as address:
            on_a_desk(browser, address, folder)
            on_a_phone(browser, address, folder)
        browser.close()
        put_side_by_side(folder)
        for name in sorted(ALL):
            picture = Image.open(folder / name).convert("RGB")
            picture.quantize(64).save(HERE / name, optimize=True)
            size = (HERE / name).stat().st_size
            print(f"{name:18} {picture.width} × {picture.height}, {size / 1000:.0f} kB")
            if size > MOST_BYTES:
                sys.exit(f"{name} is larger than {MOST_BYTES / 1000:.0f} kB")


if __name__ == "__main__":
    main()
