"""What the stand-in delivers is signed, shaped and repeated as docs.slack.dev says.

Pages: /authentication/verifying-requests-from-slack, /interactivity/implementing-slash-commands,
/apis/events-api, /interactivity/handling-user-interaction.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook import WebhookClient

from bot.sandbox.delivery import Answer, sign
from bot.sandbox.interactions import TROUBLE
from bot.sandbox.stand_in import StandIn
from tests.end_to_end.slack_driver import Said, serving, web_client

REP, CHANNEL = "U1", "C1"
OK: Said = (200, {}, b"")


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn() as slack:
        slack.add_person(REP, "Dana Whitlock", "America/Chicago")
        slack.add_person("U2", "Luis Ortega", "America/Phoenix")
        slack.add_channel(CHANNEL, "field-team", {REP, "U2"}, bot_is_member=True)
        yield slack


class App:
    """Notes what it hears and answers what it is told to."""

    def __init__(self, *answers: Said) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self._answers = list(answers)

    def __call__(self, headers: dict[str, str], body: bytes) -> Said:
        self.heard.append((headers, body))
        return self._answers.pop(0) if self._answers else OK

    def form(self, n: int = -1) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.heard[n][1].decode()).items()}

    def event(self, n: int = -1) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.heard[n][1])
        return told


def test_the_signature_is_slacks_own() -> None:
    # The worked example of the documentation page.
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    assert sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )


def test_every_delivery_bears_a_signature_that_slacks_sdk_accepts(slack: StandIn) -> None:
    app = App()
    with serving(app) as url:
        slack.app_url = url
        slack.command(REP, "/logvisit", "größer & “quoted”")
        slack.say(REP, "größer")
        slack.shortcut(REP, "log")
    verifier = SignatureVerifier(slack.signing_secret, SlackClock())
    assert len(app.heard) == 3
    for headers, body in app.heard:
        assert verifier.is_valid_request(body.decode(), headers)
        assert not verifier.is_valid_request(body.decode() + " ", headers)


def test_a_command_has_the_documented_fields(slack: StandIn) -> None:
    app = App()
    with serving(app) as url:
        slack.app_url = url
        slack.command(REP, "/logvisit", "st marys", channel=CHANNEL)
    form = app.form()
    trigger = form.pop("trigger_id")
    assert len(trigger.split(".")) == 3
    assert form.pop("response_url").startswith(slack.url)
    assert form.pop("token")
    assert form == {
        "team_id": "T0SANDBOX",
        "team_domain": "sandbox",
        "channel_id": CHANNEL,
        "channel_name": "field-team",
        "user_id": REP,
        "user_name": "dana.whitlock",
        "command": "/logvisit",
        "text": "st marys",
        "api_app_id": "A0TOUCHBASE",
        "is_enterprise_install": "false",
    }


def test_people_and_brackets_in_a_command_arrive_escaped(slack: StandIn) -> None:
    app = App()
    with serving(app) as url:
        slack.app_url = url
        slack.command(REP, "/touchbase", "role @luis.ortega & <!channel> <@U2> @nobody a@b.example")
    mail = "<mailto:a@b.example|a@b.example>"
    assert app.form()["text"] == (
        f"role <@U2|luis.ortega> &amp; &lt;!channel&gt; <@U2> @nobody {mail}"
    )


def test_a_line_by_dm_is_an_event_with_its_text_marked_up(slack: StandIn) -> None:
    app = App()
    with serving(app) as url:
        slack.app_url = url
        slack.say(REP, "R&D <b> https://a.example")
        slack.say(REP, "hello", channel=CHANNEL)
    told = app.event(0)
    assert told["type"] == "event_callback" and told["event_id"].startswith("Ev")
    assert told["authorizations"][0]["is_bot"] is True
    event = told["event"]
    assert (event["type"], event["channel_type"]) == ("message", "im")
    assert event["text"] == "R&amp;D &lt;b&gt; <https://a.example>"
    assert app.event(1)["event"]["channel_type"] == "channel"


def test_an_event_is_tried_again_until_it_is_taken(slack: StandIn) -> None:
    app = App((500, {}, b""), (404, {}, b""), OK)
    with serving(app) as url:
        slack.app_url = url
        answer = slack.event({"type": "user_change"}, retry_waits=(0, 0, 0))
    assert answer.ok and len(app.heard) == 3
    assert "x-slack-retry-num" not in app.heard[0][0]
    assert [each[0]["x-slack-retry-num"] for each in app.heard[1:]] == ["1", "2"]
    assert app.heard[1][0]["x-slack-retry-reason"] == "http_error"
    assert len({app.event(n)["event_id"] for n in range(3)}) == 1


def test_an_app_can_ask_for_no_further_tries(slack: StandIn) -> None:
    app = App((500, {"X-Slack-No-Retry": "1"}, b""))
    with serving(app) as url:
        slack.app_url = url
        slack.event({"type": "user_change"}, retry_waits=(0, 0, 0))
    assert len(app.heard) == 1


def test_an_answer_that_takes_too_long_counts_as_none(slack: StandIn) -> None:
    free = threading.Event()

    def slow(headers: dict[str, str], body: bytes) -> Said:
        free.wait(10)
        return OK

    assert slack.courier.patience == 3.0
    slack.courier.patience = 0.2
    with serving(slow) as url:
        slack.app_url = url
        answer = slack.command(REP, "/logvisit")
        free.set()
    assert (answer.ok, answer.fault) == (False, "timeout")
    assert "operation_timeout" in slack.ephemerals(REP)[0].text


def test_an_app_that_is_not_there_is_a_failed_command(slack: StandIn) -> None:
    slack.app_url = "http://127.0.0.1:9/slack/events"
    assert slack.command(REP, "/logvisit").fault == "connection_failed"
    assert "dispatch_failed" in slack.ephemerals(REP)[0].text


def test_a_test_can_forge_replay_and_delay_a_request(slack: StandIn) -> None:
    app = App()
    with serving(app) as url:
        slack.app_url = url
        slack.deliver("payload={}", signed=False)
        slack.deliver("payload={}", secret="another")
        slack.deliver("payload={}", timestamp="1531420618")
        answer = slack.deliver("payload={}", {"X-Slack-Signature": "v0=é".encode().hex()})
    assert isinstance(answer, Answer)
    verifier = SignatureVerifier(slack.signing_secret, SlackClock())
    assert not any(verifier.is_valid_request(body, headers) for headers, body in app.heard)
    assert app.heard[2][0]["x-slack-request-timestamp"] == "1531420618"


def test_a_changed_profile_is_told(slack: StandIn) -> None:
    app = App()
    with serving(app) as url:
        slack.app_url = url
        slack.change_person(REP, tz="America/Denver")
        slack.open_home(REP)
    assert app.event(0)["event"]["user"]["tz"] == "America/Denver"
    assert app.event(1)["event"]["tab"] == "home"


def test_an_answer_slack_would_not_show_is_noted(slack: StandIn) -> None:
    body = json.dumps({"blocks": [{"type": "section"}]}).encode()
    with serving(App((200, {"Content-Type": "application/json"}, body))) as url:
        slack.app_url = url
        slack.command(REP, "/touchbase")
    assert slack.ephemerals(REP) == []
    assert "text or fields" in slack.complaints[0]


def said(**answer: Any) -> Said:
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def with_a_button(slack: StandIn) -> None:
    """A message to the rep that has one."""
    go = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "block_id": "row", "elements": [go]}]
    web_client(slack).chat_postMessage(channel=REP, text="Ready?", blocks=blocks)


def with_a_form(slack: StandIn) -> None:
    """A form before the rep, with one menu that looks things up."""
    menu = {"type": "external_select", "action_id": "account", "min_query_length": 0}
    view = {
        "type": "modal",
        "callback_id": "visit",
        "notify_on_close": True,
        "title": {"type": "plain_text", "text": "Log a visit"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [
            {
                "type": "input",
                "block_id": "account",
                "optional": True,
                "label": {"type": "plain_text", "text": "Account"},
                "element": menu,
            }
        ],
    }
    web_client(slack).views_open(trigger_id=slack.trigger_id(REP), view=view)


def test_every_interaction_is_a_form_of_one_field(slack: StandIn) -> None:
    with_a_button(slack)
    with_a_form(slack)
    app = App(*[OK] * 3, said(options=[]))
    with serving(app) as url:
        slack.app_url = url
        (message,) = slack.messages(REP)
        slack.press(REP, message, "Go")
        slack.shortcut(REP, "log")
        slack.message_shortcut(REP, message, "log_this")
        slack.form(REP).offers("Account")
        slack.form(REP).cancel()
        with_a_form(slack)
        slack.form(REP).save()
    kinds = []
    for place, (headers, _) in enumerate(app.heard):
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert app.form(place).keys() == {"payload"}
        kinds.append(json.loads(app.form(place)["payload"])["type"])
    assert kinds == [
        "block_actions",
        "shortcut",
        "message_action",
        "block_suggestion",
        "view_closed",
        "view_submission",
    ]


def test_the_answer_to_a_click_is_not_read(slack: StandIn) -> None:
    with_a_button(slack)
    app = App(said(text="Gone!"))
    with serving(app) as url:
        slack.app_url = url
        (message,) = slack.messages(REP)
        answer = slack.press(REP, message, "Go")
    assert answer and answer.ok
    assert [each.text for each in slack.messages(REP)] == ["Ready?"]
    assert slack.ephemerals(REP) == [] and slack.complaints == []


@pytest.mark.parametrize(
    ("body", "shown"), [(b"", []), (b"Logged at R&amp;D", ["Logged at R&amp;D"])]
)
def test_a_command_may_be_answered_by_nothing_or_bare_words(
    slack: StandIn, body: bytes, shown: list[str]
) -> None:
    with serving(App((200, {"Content-Type": "text/plain"}, body))) as url:
        slack.app_url = url
        slack.command(REP, "/logvisit", channel=CHANNEL)
    assert [each.text for each in slack.ephemerals(REP, CHANNEL)] == shown


def test_a_command_works_where_the_app_cannot_post(slack: StandIn) -> None:
    slack.add_channel("C2", "others", {REP})
    app = App()
    with serving(app) as url:
        slack.app_url = url
        slack.command(REP, "/touchbase", "status", channel="C2")
    form = app.form()
    assert (form["channel_id"], form["channel_name"]) == ("C2", "others")
    with pytest.raises(SlackApiError, match="not_in_channel"):
        web_client(slack).chat_postMessage(channel="C2", text="x")
    assert WebhookClient(form["response_url"]).send(text="All is well").status_code == 200
    assert [each.text for each in slack.ephemerals(REP, "C2")] == ["All is well"]


def test_nobody_hears_what_is_said_where_the_app_is_not(slack: StandIn) -> None:
    slack.add_channel("C2", "others", {REP})
    app = App()
    with serving(app) as url:
        slack.app_url = url
        slack.say(REP, "hello", channel="C2")
    assert app.heard == []


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b""),
        said(),
        said(options=[{"text": {"type": "plain_text", "text": "x"}, "value": "x"}] * 101),
        said(options=[{"text": {"type": "mrkdwn", "text": "x"}, "value": "x"}]),
        said(option_groups=[{"options": []}]),
    ],
)
def test_a_menu_stays_empty_after_an_answer_slack_would_not_take(
    slack: StandIn, answer: Said
) -> None:
    with_a_form(slack)
    with serving(App(answer)) as url:
        slack.app_url = url
        assert slack.form(REP).offers("Account") == []
    assert "block_suggestion" in slack.complaints[0]


def test_options_come_in_groups_as_well(slack: StandIn) -> None:
    def option(name: str) -> dict[str, Any]:
        return {"text": {"type": "plain_text", "text": name}, "value": name}

    groups = [
        {"label": {"type": "plain_text", "text": "Yours"}, "options": [option("Ridgeway")]},
        {"label": {"type": "plain_text", "text": "Others"}, "options": [option("Mercy")]},
    ]
    with_a_form(slack)
    with serving(App(said(option_groups=groups))) as url:
        slack.app_url = url
        assert slack.form(REP).offers("Account") == ["Ridgeway", "Mercy"]
    assert slack.complaints == []


def test_what_takes_more_than_three_seconds_has_failed_for_the_person(slack: StandIn) -> None:
    with_a_button(slack)
    with_a_form(slack)
    free = threading.Event()

    def slow(headers: dict[str, str], body: bytes) -> Said:
        free.wait(10)
        return OK

    slack.courier.patience = 0.2
    with serving(slow) as url:
        slack.app_url = url
        (message,) = slack.messages(REP)
        pressed = slack.press(REP, message, "Go")
        form = slack.form(REP)
        assert form.offers("Account") == []
        assert not form.save()
        free.set()
    assert pressed and pressed.fault == "timeout"
    assert form.trouble == TROUBLE and form.is_open


def test_a_further_try_says_why_the_one_before_failed(slack: StandIn) -> None:
    free, app = threading.Event(), App()

    def slow_at_first(headers: dict[str, str], body: bytes) -> Said:
        taken = app(headers, body)
        if len(app.heard) == 1:
            free.wait(10)
        return taken

    slack.courier.patience = 0.2
    with serving(slow_at_first) as url:
        slack.app_url = url
        assert slack.event({"type": "user_change"}, retry_waits=(0,)).ok
        free.set()
    assert app.heard[1][0]["x-slack-retry-reason"] == "http_timeout"
