"""The sandbox's page in a browser, as wide as a phone and as a desk, by what one sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_bolt import App

from bot.sandbox.limits import problems_in_view
from bot.sandbox.page_server import Levers
from bot.sandbox.stand_in import StandIn
from models.clock import Windable, fixed
from tests.contract.page_driver import field, options, plain, side, type_line
from tests.end_to_end.slack_driver import bolt_app, running

REP = "U1"
NOW = datetime(2026, 3, 10, 14, 15, tzinfo=UTC)  # a Tuesday, 9:15 in Chicago
SHORTCUTS = [
    {"type": "global", "name": "Log a visit", "callback_id": "log", "description": "Log it"},
    {"type": "message", "name": "Log as a visit", "callback_id": "log_this", "description": "It"},
]


@pytest.fixture
def slack() -> Iterator[StandIn]:
    clock = Windable(fixed(NOW))
    told = {"examples": ["/logvisit ridgeway"], "shortcuts": SHORTCUTS}
    with StandIn(clock=clock, levers=Levers(wind=clock.wind_to), **told) as slack:
        slack.add_person(REP, "Dana Whitlock", "America/Chicago")
        slack.add_person("U2", "Luis Ortega", "America/Phoenix")
        slack.add_channel("C1", "field-team", {REP, "U2"}, bot_is_member=True)
        yield slack


def a_form(more: bool = False) -> dict[str, Any]:
    blocks = [
        {"type": "header", "text": plain("Every kind of field")},
        field("account", "Account", "external_select", min_query_length=0, optional=False),
        field("met", "Met with", "multi_external_select", min_query_length=0),
        field("type", "Type", "static_select", options=options("Visit", "Call")),
        field("day", "Date", "datepicker", initial_date="2026-03-10"),
        field("time", "Time", "timepicker"),
        field("note", "Notes", "plain_text_input", multiline=True, max_length=40),
        field("lines", "Service lines", "checkboxes", options=options("Stroke", "PT")),
        field("payer", "Payer", "radio_buttons", options=options("Medicare", "Commercial")),
        {"type": "divider", "block_id": "line"},
        {
            "type": "actions",
            "block_id": "more",
            "elements": [{"type": "button", "action_id": "more", "text": plain("More")}],
        },
    ]
    if more:
        blocks.append(field("outcome", "Outcome", "static_select", options=options("Met", "No")))
    return {
        "type": "modal",
        "callback_id": "visit",
        "title": plain("Log a visit"),
        "submit": plain("Save"),
        "blocks": blocks,
    }


NASTY = "<img src=x onerror=alert(1)> *bold?* &amp; <!channel>"


def an_app(slack: StandIn, saved: list[dict[str, Any]]) -> App:
    app = bolt_app(slack)

    @app.command("/logvisit")
    def opened(ack: Any, client: Any, body: dict[str, Any]) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=a_form())

    @app.command("/touchbase")
    def told(ack: Any) -> None:
        ack("*Hello* <@U2>, `code` and &lt;!channel&gt;\n> quoted")

    @app.options("account")
    def accounts(ack: Any, payload: dict[str, Any]) -> None:
        names = [name for name in ("Ridgeway General", "Tallgrass") if payload["value"] in name]
        ack(options=options(*names, f"Add “{payload['value']}”"))

    @app.options("met")
    def people(ack: Any, payload: dict[str, Any]) -> None:
        ack(options=options("Molly Fenn", "Grant Haldane"))

    @app.action("more")
    def more(ack: Any, client: Any, body: dict[str, Any]) -> None:
        ack()
        client.views_update(view_id=body["view"]["id"], view=a_form(more=True))

    @app.view("visit")
    def save(ack: Any, client: Any, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        if values["note"]["note"]["value"] == "bad":
            ack(response_action="errors", errors={"note": "Say more than that."})
            return
        ack()
        saved.append(values)
        undo = {"type": "button", "action_id": "undo", "text": plain("Undo")} | {
            "confirm": {
                "title": plain("Undo this visit?"),
                "text": plain("It takes it back."),
                "confirm": plain("Undo it"),
                "deny": plain("Keep it"),
            }
        }
        menu = {"type": "overflow", "action_id": "menu", "options": options("Snooze", "Not now")}
        client.chat_postMessage(
            channel=body["user"]["id"],
            text="Logged",
            blocks=[
                {"type": "section", "text": plain(f"Logged: {NASTY}"), "accessory": menu},
                {"type": "actions", "elements": [undo]},
            ],
        )

    @app.action("undo")
    def undo(ack: Any, respond: Any) -> None:
        ack()
        respond("Undone.", replace_original=True)

    @app.action("menu")
    def menu(ack: Any, respond: Any, payload: dict[str, Any]) -> None:
        ack()
        respond(f"You chose {payload['selected_option']['text']['text']}", replace_original=False)

    return app


@pytest.mark.browser
def test_a_rep_logs_a_visit_on_the_page(page: Page, slack: StandIn) -> None:
    saved: list[dict[str, Any]] = []
    assert problems_in_view(a_form(more=True)) == []
    with running(an_app(slack, saved), slack):
        page.get_by_role("button", name="/logvisit ridgeway").click()
        page.get_by_role("button", name="Send").click()
        page.get_by_label("Account", exact=True).fill("Ridge")
        page.get_by_role("option", name="Ridgeway General").click()
        page.get_by_label("Met with").click()
        page.get_by_role("option", name="Molly Fenn").click()
        page.get_by_label("Met with").fill("Gr")
        page.get_by_role("option", name="Grant Haldane").wait_for()
        page.get_by_label("Met with").press("ArrowDown")
        page.get_by_label("Met with").press("ArrowDown")
        page.get_by_label("Met with").press("Enter")
        page.get_by_label("Type", exact=True).select_option("Call")
        page.get_by_label("Date").fill("2026-03-09")
        page.get_by_label("Time").fill("14:30")
        page.get_by_label("Stroke").check()
        page.get_by_label("Commercial").check()
        page.get_by_label("Notes").fill("bad")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Say more than that.").wait_for()
        page.get_by_label("Notes").fill(NASTY[:40])
        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_label("Outcome").select_option("Met")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Logged:").wait_for()
        page.locator("#form").wait_for(state="hidden")
    (values,) = saved
    held = {name: next(iter(actions.values())) for name, actions in values.items()}
    assert held["account"]["selected_option"]["value"] == "ridgeway general"
    assert [each["value"] for each in held["met"]["selected_options"]] == [
        "molly fenn",
        "grant haldane",
    ]
    assert held["type"]["selected_option"]["value"] == "call"
    assert (held["day"]["selected_date"], held["time"]["selected_time"]) == ("2026-03-09", "14:30")
    assert held["note"]["value"] == NASTY[:40]
    assert held["lines"]["selected_options"][0]["value"] == "stroke"
    assert held["payer"]["selected_option"]["value"] == "commercial"
    assert held["outcome"]["selected_option"]["value"] == "met"
    assert slack.complaints == []


@pytest.mark.browser
def test_a_receipt_shows_words_literally_and_its_buttons_work(page: Page, slack: StandIn) -> None:
    with running(an_app(slack, []), slack):
        type_line(page, "/logvisit")
        page.get_by_label("Account", exact=True).fill("Ridge")
        page.get_by_role("option", name="Ridgeway General").click()
        page.get_by_role("button", name="Save").click()
        shown = page.get_by_text("Logged:")
        shown.wait_for()
        assert shown.inner_text() == f"Logged: {NASTY}"
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("menuitem", name="Snooze").click()
        page.get_by_text("You chose Snooze").wait_for()
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Keep it").click()
        assert shown.is_visible()
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Undo it").click()
        page.get_by_text("Undone.").wait_for()
        assert not shown.is_visible()


@pytest.mark.browser
def test_marked_up_words_look_so_and_are_only_words(page: Page, slack: StandIn) -> None:
    with running(an_app(slack, []), slack):
        type_line(page, "/touchbase")
        page.get_by_text("Only visible to you").wait_for()
    answer = page.locator(".message.ephemeral")
    assert answer.locator("strong").last.inner_text() == "Hello"
    assert answer.locator(".mention").inner_text() == "@Luis Ortega"
    assert answer.locator("code").inner_text() == "code"
    assert answer.locator("blockquote").inner_text() == "quoted"
    assert "<!channel>" in answer.inner_text()


@pytest.mark.browser
def test_slack_asks_for_what_is_missing_and_cancel_stores_nothing(
    page: Page, slack: StandIn
) -> None:
    saved: list[dict[str, Any]] = []
    with running(an_app(slack, saved), slack):
        type_line(page, "/logvisit")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Please complete this required field.").wait_for()
        page.get_by_role("button", name="Cancel").click()
        page.locator("#form").wait_for(state="hidden")
    assert saved == [] and slack.view_of(REP) is None


@pytest.mark.browser
def test_the_clock_is_wound_and_other_people_have_their_own_place(
    page: Page, slack: StandIn
) -> None:
    clock = page.locator("#now")
    page.get_by_role("button", name="Tomorrow 7:30").click()
    expect(clock).to_have_text("Wed, Mar 11, 7:30 AM")
    page.get_by_role("button", name="Next Monday 8:00").click()
    expect(clock).to_have_text("Mon, Mar 16, 8:00 AM")
    slack.service.world.put(slack.service.world.channels["C1"], "U2", "The week in six lines")
    side(page).get_by_role("button", name="# field-team New messages").click()
    page.get_by_text("The week in six lines").wait_for()
    side(page).get_by_label("You are").select_option("Luis Ortega")
    expect(clock).to_have_text("Mon, Mar 16, 6:00 AM")


def a_home(pressed: int) -> dict[str, Any]:
    hours = {"type": "static_select", "action_id": "hour", "options": options("7:00", "8:00")}
    again = {"type": "button", "action_id": "again", "text": plain(f"Pressed {pressed} times")}
    days = {"type": "checkboxes", "action_id": "days", "options": options("Monday", "Friday")}
    question = {
        "title": plain("Change the hour?"),
        "text": plain("Reminders then come at another hour."),
        "confirm": plain("Change it"),
        "deny": plain("Leave it"),
    }
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Today")},
            {
                "type": "actions",
                "block_id": "b",
                "elements": [again, hours | {"confirm": question}],
            },
            {"type": "section", "block_id": "c", "text": plain("Days"), "accessory": days},
        ],
    }


def a_chatty_app(slack: StandIn, heard: list[dict[str, Any]]) -> App:
    """Answers each line and clip, opens a form by either shortcut, and has a Home."""
    app = bolt_app(slack)

    @app.event("message")
    def line(event: dict[str, Any], client: Any) -> None:
        said = event["text"]
        for file in event.get("files", []):
            said = file.get("transcription", {}).get("preview", {}).get("content", "not heard")
        client.chat_postMessage(channel=event["channel"], text=f"Understood: {said}")

    @app.event("app_home_opened")
    def opened(event: dict[str, Any], client: Any) -> None:
        if event["tab"] == "home":
            client.views_publish(user_id=event["user"], view=a_home(0))

    @app.action("again")
    def again(ack: Any, body: dict[str, Any], client: Any) -> None:
        ack()
        client.views_publish(user_id=body["user"]["id"], view=a_home(1))

    @app.action({"action_id": "hour"})
    @app.action({"action_id": "days"})
    def chosen(ack: Any, body: dict[str, Any]) -> None:
        ack()
        heard.append(body["view"]["state"]["values"])

    @app.shortcut("log")
    @app.shortcut("log_this")
    def log(ack: Any, body: dict[str, Any], client: Any) -> None:
        ack()
        heard.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=a_form())

    return app


@pytest.mark.browser
def test_lines_are_typed_and_spoken_in_the_dm(page: Page, slack: StandIn) -> None:
    with running(a_chatty_app(slack, []), slack):
        box = page.get_by_label("Message or command")
        box.fill("st marys, dr fenn")
        box.press("Shift+Enter")
        box.press_sequentially("tallgrass & co")
        page.get_by_role("button", name="Send").click()
        page.get_by_text("Understood: st marys, dr fenn").wait_for()
        page.get_by_role("button", name="Add").click()
        page.get_by_role("menuitem", name="Voice clip").click()
        page.get_by_label("What Slack would hear").fill("two referrals from ridgeway")
        page.get_by_role("button", name="Send clip").click()
        page.get_by_text("Understood: two referrals from ridgeway").wait_for()
        page.get_by_text("Voice clip, 2 s").wait_for()
        page.get_by_role("button", name="Add").click()
        page.get_by_role("menuitem", name="Voice clip").click()
        page.get_by_role("button", name="Send clip").click()
        page.get_by_text("Understood: not heard").wait_for()
    said = [each.text for each in slack.messages(REP)]
    assert said[0] == "st marys, dr fenn\ntallgrass &amp; co"


@pytest.mark.browser
def test_enter_sends_at_a_desk_and_makes_a_line_on_a_phone(page: Page, slack: StandIn) -> None:
    is_phone = bool(page.evaluate("matchMedia('(pointer: coarse)').matches"))
    with running(a_chatty_app(slack, []), slack):
        box = page.get_by_label("Message or command")
        box.fill("st marys")
        box.press("Enter")
        if is_phone:
            expect(box).to_have_value("st marys\n")
            page.get_by_role("button", name="Send").click()
        page.get_by_text("Understood: st marys").wait_for()
        expect(box).to_have_value("")


@pytest.mark.browser
def test_shortcuts_are_in_the_plus_and_on_each_message(page: Page, slack: StandIn) -> None:
    heard: list[dict[str, Any]] = []
    with running(a_chatty_app(slack, heard), slack):
        page.get_by_role("button", name="Add").press("ArrowDown")
        page.get_by_role("menuitem", name="Log a visit").press("Enter")
        page.locator("#form").get_by_role("button", name="Cancel").click()
        page.locator("#form").wait_for(state="hidden")
        type_line(page, "st marys")
        page.get_by_text("Understood: st marys").wait_for()
        page.get_by_role("button", name="More actions").first.click()
        page.keyboard.press("Escape")
        expect(page.get_by_role("menuitem", name="Log as a visit").first).to_be_hidden()
        page.get_by_role("button", name="More actions").first.click()
        page.get_by_role("menuitem", name="Log as a visit").click()
        page.locator("#form").get_by_label("Account", exact=True).wait_for()
    assert [each["type"] for each in heard] == ["shortcut", "message_action"]
    assert heard[1]["message"]["text"] == "st marys"


@pytest.mark.browser
def test_home_is_a_tab_whose_buttons_and_menus_work(page: Page, slack: StandIn) -> None:
    heard: list[dict[str, Any]] = []
    with running(a_chatty_app(slack, heard), slack):
        page.get_by_role("tab", name="Messages").press("ArrowLeft")
        page.get_by_role("button", name="Pressed 0 times").click()
        page.get_by_role("button", name="Pressed 1 times").wait_for()
        assert not page.get_by_label("Message or command").is_visible()
        page.locator("#home select").select_option("8:00")
        page.get_by_role("button", name="Leave it").click()
        expect(page.locator("#home select option:checked")).to_have_text("Choose")
        page.locator("#home select").select_option("8:00")
        page.get_by_role("button", name="Change it").click()
        page.get_by_label("Friday").check()
        page.get_by_role("tab", name="Messages").click()
        page.get_by_label("Message or command").wait_for()
        side(page).get_by_role("button", name="field-team").click()
        expect(page.get_by_role("tab", name="Home")).to_be_hidden()
    assert heard[0]["b"]["hour"]["selected_option"]["value"] == "8:00"
    assert [each["value"] for each in heard[1]["c"]["days"]["selected_options"]] == ["friday"]


@pytest.mark.browser
def test_everything_one_taps_is_large_enough(page: Page, slack: StandIn) -> None:
    is_phone = bool(page.evaluate("matchMedia('(pointer: coarse)').matches"))
    least = 44 if is_phone else 24  # pixels: a thumb, a mouse
    small = """(least) => [...document.querySelectorAll("button, select, input, textarea")]
      .filter((each) => each.offsetParent && !["checkbox", "radio"].includes(each.type))
      .filter((each) => each.offsetHeight < least || each.offsetWidth < least)
      .map((each) => each.outerHTML)"""
    with running(an_app(slack, []), slack):
        assert page.evaluate(small, least) == []
        type_line(page, "/logvisit")
        page.get_by_label("Met with").click()
        page.get_by_role("option", name="Molly Fenn").click()
        page.get_by_role("button", name="Remove Molly Fenn").wait_for()
        assert page.evaluate(small, least) == []
