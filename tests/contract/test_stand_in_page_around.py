"""What stands around the conversation: threads, what a / offers, payloads, colors, the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox.page_server import Levers
from bot.sandbox.stand_in import StandIn
from models.clock import Windable, fixed
from tests.contract.page_driver import field, options, plain, side, type_line
from tests.end_to_end.slack_driver import bolt_app, running

REP = "U1"
NOW = datetime(2026, 3, 13, 14, 15, tzinfo=UTC)  # a Friday, 9:15 in Chicago
COMMANDS = [
    {"command": "/logvisit", "description": "Log a visit", "usage_hint": "[st marys]"},
    {"command": "/logreferral", "description": "Log referrals"},
]

pytestmark = pytest.mark.browser


@pytest.fixture
def slack() -> Iterator[StandIn]:
    clock = Windable(fixed(NOW))
    told = {"examples": ["/logvisit ridgeway"], "commands": COMMANDS}
    with StandIn(clock=clock, levers=Levers(wind=clock.wind_to), **told) as slack:
        slack.add_person(REP, "Dana Whitlock", "America/Chicago", title="rep")
        slack.add_channel("C1", "field-team", {REP}, bot_is_member=True)
        yield slack


def client_of(slack: StandIn) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url)


def test_a_thread_is_read_and_answered_beside_its_message(page: Page, slack: StandIn) -> None:
    first = client_of(slack).chat_postMessage(channel="C1", text="The week in six lines")
    client_of(slack).chat_postMessage(channel="C1", text="The heat map", thread_ts=first["ts"])
    side(page).get_by_role("button", name="field-team").click()
    log = page.get_by_role("log", name="Messages")
    log.get_by_text("The week in six lines").wait_for()
    assert log.get_by_text("The heat map").count() == 0
    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("log", name="Thread")
    thread.get_by_text("The heat map").wait_for()
    page.get_by_label("Reply in the thread").fill("/logvisit")
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_label("Reply in the thread")).to_have_value("/logvisit")
    page.get_by_label("Reply in the thread").fill("Well done")
    page.get_by_role("button", name="Reply", exact=True).click()
    thread.get_by_text("Well done").wait_for()
    page.keyboard.press("Escape")
    expect(thread).to_be_hidden()
    expect(page.get_by_role("button", name="2 replies")).to_be_visible()
    assert [each.text for each in slack.messages("C1")] == ["The week in six lines"]


def test_a_slash_offers_the_commands_and_what_they_take(page: Page, slack: StandIn) -> None:
    box = page.get_by_label("Message or command")
    offered = page.get_by_role("listbox", name="Commands").get_by_role("option")
    box.press_sequentially("/log")
    expect(offered).to_have_count(2)
    box.press("ArrowDown")
    expect(page.locator("#hints [aria-selected=true]")).to_contain_text("/logreferral")
    box.press("ArrowUp")
    box.press("Tab")
    expect(box).to_have_value("/logvisit ")
    expect(box).to_have_accessible_description("/logvisit [st marys]")
    box.fill("/logref")
    offered.filter(has_text="/logreferral").click()
    expect(box).to_have_value("/logreferral ")
    expect(box).to_be_focused()
    assert offered.count() == 0


def test_what_slack_and_the_bot_say_can_be_looked_at(page: Page, slack: StandIn) -> None:
    type_line(page, "/logvisit ridgeway")
    page.get_by_text("failed with the error").wait_for()
    side(page).get_by_role("button", name="Payloads").click()
    page.get_by_text("/logvisit", exact=True).last.click()
    shown = page.get_by_role("complementary", name="Payloads")
    expect(shown.locator("pre")).to_contain_text('"text": "ridgeway"')
    expect(shown.locator("pre")).to_contain_text('"trigger_id": "(left out)"')
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.get_by_role("button", name="Copy").click()
    shown.get_by_role("button", name="Copy").get_by_text("Copied").wait_for()
    assert '"text": "ridgeway"' in page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()


def test_colors_follow_the_system_until_one_chooses(page: Page, slack: StandIn) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(paper)
    page.emulate_media(color_scheme="light")
    light = page.evaluate(paper)
    assert dark != light
    side(page).get_by_label("Colors").select_option("Dark")
    assert page.evaluate(paper) == dark
    page.reload()
    page.get_by_label("Message or command").wait_for()
    assert page.evaluate(paper) == dark


def test_on_a_friday_the_next_reminder_is_mondays(page: Page, slack: StandIn) -> None:
    page.get_by_role("button", name="See Monday’s reminder").wait_for()
    page.get_by_role("button", name="+90 days").click()
    page.get_by_text("It is Thursday, June 11 at 9:15 AM.").wait_for()
    page.get_by_role("button", name="See tomorrow’s reminder").click()
    expect(page.locator("#now")).to_have_text("Fri, Jun 12, 7:30 AM")
    expect(page.locator("#winding")).to_be_hidden()


def test_whoever_winds_into_a_weekend_reads_that_no_reminder_comes(
    page: Page, slack: StandIn
) -> None:
    tomorrow = page.get_by_role("button", name="Tomorrow 7:30")
    for day in ("Saturday", "Sunday"):
        tomorrow.click()
        page.get_by_text(f"It is {day}: reminders come Monday to Friday.").wait_for()
    page.get_by_role("button", name="+90 days").click()
    page.get_by_text("It is Saturday: reminders come Monday to Friday.").wait_for()
    expect(page.locator("#now")).to_have_text("Sat, Jun 13, 7:30 AM")


def test_the_keyboard_stays_where_one_works(page: Page, slack: StandIn) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the conversation")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    tools = side(page)
    opener = tools.get_by_role("button", name="Move this to your workspace")
    opener.click()
    page.get_by_role("dialog", name="Move this to your workspace").wait_for()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def stacked(slack: StandIn) -> App:
    """A form with a note and a number, another one on top of it, and a slow button."""
    app = bolt_app(slack)
    note = field("note", "Note", "plain_text_input", max_length=40)
    many = field("many", "How many", "number_input", is_decimal_allowed=False)
    more = {"type": "button", "action_id": "more", "text": plain("Add a person")}
    form = {"type": "modal", "callback_id": "a", "title": plain("A visit"), "submit": plain("Save")}
    below = form | {"blocks": [note, many, {"type": "actions", "elements": [more]}]}
    mail = field("mail", "E-mail", "email_text_input")
    kind = field("kind", "Kind", "radio_buttons", options=options("Nurse", "Physician"))
    above = form | {"title": plain("A person"), "callback_id": "b", "blocks": [mail, kind]}

    @app.command("/logvisit")
    def opened(ack: Any, client: WebClient, body: dict[str, Any]) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=below)

    @app.action("more")
    def pushed(ack: Any, client: WebClient, body: dict[str, Any]) -> None:
        ack()
        client.views_push(trigger_id=body["trigger_id"], view=above)

    @app.view("b")
    def saved(ack: Any, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        if values["mail"]["mail"]["value"] == "clear@example.com":
            ack(response_action="clear")
        else:
            ack()

    return app


def test_a_form_on_a_form_leaves_the_one_below_as_it_was(page: Page, slack: StandIn) -> None:
    with running(stacked(slack), slack):
        type_line(page, "/logvisit")
        page.get_by_label("Note").fill("Met the case manager")
        page.get_by_label("How many").fill("2")
        page.get_by_role("button", name="Add a person").click()
        page.get_by_role("dialog", name="A person").wait_for()
        page.get_by_label("E-mail").fill("ann@example.com")
        page.get_by_label("Physician").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_role("dialog", name="A visit").wait_for()
        expect(page.get_by_label("Note")).to_have_value("Met the case manager")
        expect(page.get_by_label("How many")).to_have_value("2")
        page.get_by_role("button", name="Add a person").click()
        page.get_by_label("E-mail").fill("clear@example.com")
        page.get_by_role("button", name="Save").click()
        page.locator("#form").wait_for(state="hidden")
    assert slack.complaints == []


def test_nothing_typed_is_lost_when_the_sandbox_stops(browser: Browser, slack: StandIn) -> None:
    page, wrong = browser.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(slack.url)
    box, tomorrow = page.locator("#line"), page.get_by_role("button", name="Tomorrow 7:30")
    expect(page.locator("#now")).to_have_text("Fri, Mar 13, 9:15 AM")
    slack.stop()
    type_line(page, "saw ridgeway, back on friday")
    expect(box).to_have_value("saw ridgeway, back on friday")
    tomorrow.click()
    stopped = "The sandbox has stopped. Start it again with make demo."
    expect(page.locator("#status")).to_have_text(stopped)
    expect(page.locator("#winding")).to_be_hidden()
    expect(tomorrow).to_be_enabled()
    page.close()
    assert wrong == []


def test_a_form_says_that_the_sandbox_has_stopped(browser: Browser, slack: StandIn) -> None:
    page = browser.new_page()
    with running(stacked(slack), slack):
        page.goto(slack.url)
        type_line(page, "/logvisit")
        page.get_by_label("Note").fill("Met the case manager")
        slack.stop()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("The sandbox has stopped.")
        expect(page.get_by_label("Note")).to_have_value("Met the case manager")
    page.close()
