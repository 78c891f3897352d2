"""The sandbox's page: who may open it, what its clock does, and a visit logged by clicking."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from slack_bolt import App

from bot.sandbox import page_state, sample
from bot.sandbox.limits import problems_in_view
from bot.sandbox.stand_in import StandIn
from models.clock import Windable, fixed
from tests.end_to_end.slack_driver import bolt_app, running

REP = "U1"
NOW = datetime(2026, 3, 10, 14, 15, tzinfo=UTC)  # a Tuesday, 9:15 in Chicago


@pytest.fixture
def slack() -> Iterator[StandIn]:
    clock = Windable(fixed(NOW))
    with StandIn(clock=clock, wind=clock.wind_to, examples=["/logvisit ridgeway"]) as slack:
        slack.add_person(REP, "Dana Whitlock", "America/Chicago")
        slack.add_person("U2", "Luis Ortega", "America/Phoenix")
        slack.add_channel("C1", "field-team", {REP, "U2"}, bot_is_member=True)
        yield slack


def ask(
    slack: StandIn, verb: str, path: str, headers: dict[str, str] | None = None, **given: Any
) -> tuple[int, Any]:
    """One request to the page's server; the status and its JSON, if it is JSON."""
    line = http.client.HTTPConnection("127.0.0.1", int(slack.url.rpartition(":")[2]), timeout=30)
    try:
        line.request(verb, path, json.dumps(given) if given else None, headers or {})
        answer = line.getresponse()
        body = answer.read()
        kind = answer.getheader("Content-Type", "")
        return answer.status, json.loads(body) if "json" in kind else body
    finally:
        line.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "sandbox.example"},
        {"Host": "sandbox.example:8765"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_sites_page_cannot_speak_to_the_sandbox(
    slack: StandIn, headers: dict[str, str]
) -> None:
    assert ask(slack, "GET", "/sandbox/state", headers)[0] == 403
    said = ask(slack, "POST", "/sandbox/clock", headers, step="hour", **{"as": REP})
    assert said[0] == 403
    assert slack.service.world.clock() == NOW


def test_the_page_is_served_whole_and_asks_nobody_else(slack: StandIn) -> None:
    index = ask(slack, "GET", "/")[1].decode()
    asked = re.findall(r'(?:src|href)="([^"]+)"', index)
    assert "/page.js" in asked and "/page.css" in asked
    for path in [each for each in asked if each != "data:,"]:
        assert path.startswith("/") and ask(slack, "GET", path)[0] == 200
    scripts = ("/page.js", "/blocks.js", "/inputs.js", "/text.js")
    source = "".join(ask(slack, "GET", path)[1].decode() for path in ("/page.css", *scripts))
    assert not re.search(r"https?://|@import|url\(|innerHTML|\beval\b", source)
    assert ask(slack, "GET", "/../stand_in.py")[0] == 404
    assert ask(slack, "GET", "/etc/passwd")[0] == 404


def test_one_person_does_not_see_what_another_is_told_alone(slack: StandIn) -> None:
    world = slack.service.world
    world.put(world.channels["C1"], "U0TOUCHBASE", "just you", seen_by=REP)
    world.put(world.dm_of("U2"), "U0TOUCHBASE", "Luis's own")
    seen = ask(slack, "GET", f"/sandbox/state?as={REP}")[1]
    assert [each["text"] for each in seen["messages"]["C1"]] == ["just you"]
    assert "Luis's own" not in json.dumps(seen)
    other = ask(slack, "GET", "/sandbox/state?as=U2")[1]
    assert other["messages"]["C1"] == []


def test_what_is_gone_is_said_and_no_fault(slack: StandIn) -> None:
    gone = ask(slack, "POST", "/sandbox/submit", view="V0", values={}, **{"as": REP})
    assert gone == (409, {"error": "That form is closed."})
    assert ask(slack, "POST", "/sandbox/submit", view=1)[0] in (400, 409)
    assert ask(slack, "POST", "/sandbox/nothing", x=1)[0] == 404


@pytest.mark.parametrize(
    ("step", "zone", "now", "then"),
    [
        ("hour", "America/Chicago", "2026-03-10T14:15Z", "2026-03-10T15:15Z"),
        ("tomorrow", "America/Chicago", "2026-03-10T14:15Z", "2026-03-11T12:30Z"),
        ("tomorrow", "America/Phoenix", "2026-03-11T04:00Z", "2026-03-11T14:30Z"),
        # The night the clocks go forward: 07:30 is 23.5 hours after 07:00, not 24.5.
        ("tomorrow", "America/Chicago", "2026-03-07T13:00Z", "2026-03-08T12:30Z"),
        ("monday", "America/Chicago", "2026-03-10T14:15Z", "2026-03-16T13:00Z"),
        ("monday", "America/Chicago", "2026-03-16T12:59Z", "2026-03-16T13:00Z"),
        ("monday", "America/Chicago", "2026-03-16T13:00Z", "2026-03-23T13:00Z"),
    ],
)
def test_the_clock_is_wound_to_that_persons_morning(
    step: str, zone: str, now: str, then: str
) -> None:
    at = page_state.step(datetime.fromisoformat(now), step, zone)
    assert at == datetime.fromisoformat(then)


def test_the_sample_holds_together() -> None:
    people = {each.slack_id for each in sample.PEOPLE}
    accounts = {each.external_id for each in sample.ACCOUNTS}
    contacts = {(each.account, each.name) for each in sample.CONTACTS}
    competitors = {name for name, _ in sample.COMPETITORS}
    assert (len(people), len(accounts), len(competitors)) == (3, 14, 4)
    assert all(each.owner in people | {""} for each in sample.ACCOUNTS)
    assert all(each.account in accounts for each in sample.CONTACTS)
    for touch in sample.TOUCHES:
        assert touch.account in accounts and touch.by in people
        assert all((touch.account, name) in contacts for name in touch.met)
    for referral in sample.REFERRALS:
        assert referral.account in accounts and referral.by in people
        assert referral.contact is None or (referral.account, referral.contact) in contacts
    assert all(each.email.endswith("@example.com") for each in sample.PEOPLE)


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def field(name: str, label: str, kind: str, **more: Any) -> dict[str, Any]:
    watched = more.pop("watched", False)
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "optional": more.pop("optional", True),
        "dispatch_action": watched,
        "element": {"type": kind, "action_id": name, **more},
    }


def options(*words: str) -> list[dict[str, Any]]:
    return [{"text": plain(each), "value": each.lower()} for each in words]


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


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    quiet = ("gpu", "quic", "background-networking", "component-update", "sync")
    args = ["--no-sandbox", "--no-first-run", *[f"--disable-{each}" for each in quiet]]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=args)
        yield browser
        browser.close()


@pytest.fixture(params=[(360, 740), (1200, 800)], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser, slack: StandIn) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.set_default_timeout(8000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(slack.url)
    yield page
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wrong == []
    assert wide <= width


def type_line(page: Page, text: str) -> None:
    page.get_by_label("Message or command").fill(text)
    page.get_by_role("button", name="Send").click()


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
    page.get_by_role("button", name="# field-team New messages").click()
    page.get_by_text("The week in six lines").wait_for()
    page.get_by_label("You are").select_option("Luis Ortega")
    expect(clock).to_have_text("Mon, Mar 16, 6:00 AM")
