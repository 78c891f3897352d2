"""A rep's days in the sandbox, on a phone and at a desk: its page, the bot and the sample data."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.contract.page_driver import side, type_line

pytestmark = pytest.mark.browser


def button(place: Page | Locator, words: str) -> Locator:
    return place.get_by_role("button", name=words, exact=True)


def newest(page: Page, words: str) -> Locator:
    return page.get_by_role("log", name="Messages").locator("article", has_text=words).last


def next_morning(page: Page) -> Locator:
    """The reminder of the next work day."""
    before = page.get_by_text("Good morning").count()
    page.get_by_role("button", name="’s reminder").click()
    page.get_by_text("Good morning").nth(before).wait_for()
    page.get_by_text("It is ").wait_for()
    return newest(page, "Good morning")


def next_digest(page: Page) -> Locator:
    """Next Monday's, in its channel, with the heat map that follows."""
    button(page, "Read Monday’s digest").click()
    page.get_by_role("heading", name="# field-team").wait_for()
    page.get_by_text("It is Monday").wait_for()
    digest = newest(page, "In cadence: ")
    button(digest, "1 reply").wait_for()
    return digest


class Newcomer:
    """Knows of the page only the words on it; counts what it takes."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.lines = page, 0, 0

    def click(self, words: str) -> None:
        self.page.get_by_text(words, exact=True).locator("visible=true").last.click()
        self.clicks += 1

    def type(self, line: str, where: str) -> None:
        self.page.get_by_placeholder(where).click()
        self.page.keyboard.type(line)
        self.clicks += 1
        self.lines += 1


def test_five_clicks_and_one_line_are_enough_for_the_first_visit(page: Page) -> None:
    newcomer = Newcomer(page)
    newcomer.type("/logvisit tallgrass, lunch with imani brandt", "A line, or /logvisit")
    newcomer.click("Send")
    newcomer.click("Save")
    page.get_by_text("Logged: Visit · Tallgrass Rehabilitation Institute").wait_for()
    assert newcomer.clicks <= 5 and newcomer.lines == 1


def test_a_day_to_come_is_refused_beside_its_field_and_the_note_stays(page: Page) -> None:
    type_line(page, "/logvisit ridgeway general")
    day, note = page.get_by_label("Date"), page.get_by_label("Notes")
    today = date.fromisoformat(day.input_value())
    day.fill((today + timedelta(days=1)).isoformat())
    note.fill("Asked for the stroke pathway")
    button(page, "Save").click()
    page.get_by_text("is still to come. Pick today or an earlier day").wait_for()
    expect(day).to_have_accessible_description(re.compile("is still to come"))
    expect(note).to_have_value("Asked for the stroke pathway")
    day.fill(today.isoformat())
    button(page, "Save").click()
    expect(newest(page, "Asked for the stroke pathway")).to_contain_text(
        "Logged: Visit · Ridgeway General Hospital"
    )


def test_a_reminder_is_answered_where_it_stands(page: Page) -> None:
    reminder = next_morning(page)
    promise = reminder.locator(".section").nth(1).inner_text().split("\n")[0]
    what = promise.partition(": ")[2]  # "Promised: Bring Dr. Patel …"
    button(reminder, "Done").first.click()
    expect(reminder).to_contain_text(f"Done: {what}")
    overdue = reminder.locator(".section", has_text="account · ")
    name = overdue.first.inner_text().split(",")[0]
    reminder.get_by_label("Snooze").first.select_option("1 week")
    expect(reminder).to_contain_text(f"Snoozed {name} until")
    seen = overdue.first.inner_text().split(",")[0]
    reminder.locator(".section", has_text=seen).first.locator("~ .actions").first.get_by_role(
        "button", name="Log a visit"
    ).click()
    button(page, "Save").click()
    expect(newest(page, "Logged: ")).to_contain_text(f"Logged: Visit · {seen}")
    expect(overdue.filter(has_text=seen)).to_have_count(0)


def test_what_fell_due_while_the_database_was_down_comes_once_it_is_back(page: Page) -> None:
    button(page, "Break something: the database is down").click()
    form = page.get_by_role("dialog")
    form.get_by_text("The database is down.").wait_for()
    button(form, "Cancel").click()
    expect(form).to_be_hidden()
    before = page.get_by_text("Good morning").count()
    button(page, "Next Monday 8:00").click()
    page.get_by_text("What is due is sent once the database is back.").wait_for()
    assert page.get_by_text("Good morning").count() == before
    button(page, "Bring it back").click()
    page.get_by_text("Good morning").nth(before).wait_for()


def test_the_rows_behind_a_number_of_the_digest_are_as_many(page: Page) -> None:
    digest = next_digest(page)
    side(page).get_by_label("You are").select_option("Luis Ortega, manager")
    side(page).get_by_role("button", name="field-team").click()
    told = re.search(r"Act: (\d+) overdue", digest.inner_text())
    assert told is not None and int(told[1]) > 0
    button(digest, "Menu").last.click()
    page.get_by_role("menuitem", name=f"{told[1]} overdue", exact=True).click()
    rows = page.get_by_role("dialog", name="Overdue")
    rows.get_by_text(f"{told[1]} overdue · ").wait_for()
    assert len(re.findall(r"\d+ of \d+ days", rows.inner_text())) == int(told[1])


def test_the_digest_comes_with_a_heat_map_that_is_told_in_words(page: Page) -> None:
    button(next_digest(page), "1 reply").click()
    picture = page.get_by_role("log", name="Thread").get_by_role("img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('#thread img')?.naturalWidth > 600")
    assert "in cadence" in (picture.get_attribute("alt") or "")


def test_a_report_is_a_workbook_with_the_touches_it_tells(page: Page, tmp_path: Path) -> None:
    before = page.locator("a.file").count()
    type_line(page, "/report activity 2026-02")
    button(page, "Make").click()
    page.get_by_text("Making your report: Activity, 2026-02.").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    page.locator("a.file").nth(before).wait_for()
    message = newest(page, "activity-2026-02.xlsx")
    with page.expect_download() as coming:
        message.get_by_role("link", name="activity-2026-02.xlsx").click()
    coming.value.save_as(tmp_path / coming.value.suggested_filename)
    book = openpyxl.load_workbook(tmp_path / "activity-2026-02.xlsx")
    touches = len(list(book["Activity"].rows)) - 1  # its first row says what each column is
    assert touches > 0
    expect(message).to_contain_text(f"Touches: {touches}\n")
