"""Socket Mode in the stand-in, against Slack's own client.

Page: /apis/events-api/using-socket-mode.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.errors import SlackApiError
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bot.sandbox.delivery import Answer
from bot.sandbox.stand_in import StandIn
from tests.end_to_end.slack_driver import bolt_app, web_client

REP = "U1"


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn() as slack:
        slack.add_person(REP, "Dana Whitlock")
        yield slack


@contextmanager
def connected(app: App, slack: StandIn) -> Iterator[SocketModeHandler]:
    handler = SocketModeHandler(app, slack.app_token, web_client=web_client(slack))
    handler.connect()
    assert slack.link.wait_connected()
    try:
        yield handler
    finally:
        handler.close()


def until(true: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def an_app(slack: StandIn, heard: list[Any]) -> App:
    app = bolt_app(slack)

    @app.command("/touchbase")
    def told(ack: Any, command: dict[str, str]) -> None:
        ack(text=f"Hello {command['text']}")

    @app.event("message")
    def message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    @app.options("account")
    def offer(ack: Any) -> None:
        ack(options=[{"text": {"type": "plain_text", "text": "Ridgeway"}, "value": "1"}])

    @app.view("visit")
    def saved(ack: Any) -> None:
        ack(response_action="errors", errors={"account": "Which one?"})

    return app


VIEW = {
    "type": "modal",
    "callback_id": "visit",
    "title": {"type": "plain_text", "text": "Log a visit"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "account",
            "label": {"type": "plain_text", "text": "Account"},
            "element": {"type": "external_select", "action_id": "account", "min_query_length": 0},
        }
    ],
}


def test_everything_goes_over_the_socket_while_one_is_open(slack: StandIn) -> None:
    heard: list[Any] = []
    with connected(an_app(slack, heard), slack):
        assert slack.command(REP, "/touchbase", "there").ok
        assert slack.ephemerals(REP)[0].text == "Hello there"
        assert slack.say(REP, "a line").ok
        web_client(slack).views_open(trigger_id=slack.trigger_id(REP), view=VIEW)
        form = slack.form(REP)
        form.fill("Account", "ridge")
        assert form.value("Account") == "Ridgeway"
        assert not form.save()
        assert form.errors == {"Account": "Which one?"}
    assert heard == ["a line"]


def test_a_command_fails_while_nobody_is_connected(slack: StandIn) -> None:
    slack.socket_mode = True
    assert slack.command(REP, "/touchbase").fault == "connection_failed"


def test_an_app_asked_to_refresh_comes_back(slack: StandIn) -> None:
    with connected(an_app(slack, []), slack):
        slack.link.disconnect("refresh_requested")
        assert slack.link.wait_connected()
        assert slack.command(REP, "/touchbase", "again").ok


def test_a_torn_connection_takes_no_more_envelopes(slack: StandIn) -> None:
    with connected(an_app(slack, []), slack):
        slack.link.drop()
        assert slack.connected == 0


def test_each_envelope_goes_to_one_of_several_connections(slack: StandIn) -> None:
    first: list[Any] = []
    second: list[Any] = []
    with connected(an_app(slack, first), slack), connected(an_app(slack, second), slack):
        assert slack.link.wait_connected(count=2)
        for n in range(4):
            assert slack.say(REP, str(n)).ok
        assert until(lambda: len(first + second) == 4)
    assert sorted(first + second) == ["0", "1", "2", "3"]
    assert len(first) == len(second) == 2


def test_an_address_works_once_and_wants_the_app_token(slack: StandIn) -> None:
    client = web_client(slack, slack.app_token)
    url = client.apps_connections_open(app_token=slack.app_token)["url"]
    with connect(url) as line:
        assert '"hello"' in str(line.recv())
    with pytest.raises(InvalidStatus):
        connect(url)
    with pytest.raises(SlackApiError) as refused:
        client.apps_connections_open(app_token=slack.bot_token)
    assert refused.value.response["error"] == "not_allowed_token_type"


def test_an_acknowledgement_that_does_not_come_is_a_timeout(slack: StandIn) -> None:
    url = slack.link.open()
    slack.courier.patience = 0.2
    with connect(url) as line:
        line.recv()
        assert slack.link.wait_connected()
        answer = slack.command(REP, "/touchbase")
    assert answer.fault == "timeout"
    assert "operation_timeout" in slack.ephemerals(REP)[0].text


def heard_on(line: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(line.recv(timeout=5))
    return frame


def answered(
    line: ClientConnection, act: Callable[[], Answer], payload: dict[str, Any]
) -> tuple[dict[str, Any], Answer]:
    """The envelope of what somebody does, and what Slack makes of an acknowledgement with that
    payload."""
    with ThreadPoolExecutor(1) as people:
        doing = people.submit(act)
        envelope = heard_on(line)
        line.send(json.dumps({"envelope_id": envelope["envelope_id"], "payload": payload}))
        return envelope, doing.result(timeout=5)


def test_a_connection_is_greeted_with_how_many_there_are(slack: StandIn) -> None:
    with connect(slack.link.open()) as first, connect(slack.link.open()) as second:
        hello = heard_on(first)
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": slack.identity.app_id}
        assert hello["debug_info"]["approximate_connection_time"] > 0
        assert heard_on(second)["num_connections"] == 2


def test_an_envelope_says_what_it_holds_and_whether_it_takes_an_answer(slack: StandIn) -> None:
    with connect(slack.link.open()) as line:
        heard_on(line)
        told, answer = answered(
            line, lambda: slack.command(REP, "/touchbase", "hi"), {"text": "Hello"}
        )
        assert (told["type"], told["accepts_response_payload"]) == ("slash_commands", True)
        assert told["payload"]["text"] == "hi"
        assert answer.body == {"text": "Hello"}
        told, answer = answered(line, lambda: slack.shortcut(REP, "log"), {"text": "Hello"})
        assert (told["type"], told["accepts_response_payload"]) == ("interactive", False)
        assert answer.ok and answer.body is None  # a payload nobody asked for is not read
        told, answer = answered(line, lambda: slack.say(REP, "a line"), {"text": "Hello"})
        assert (told["type"], told["accepts_response_payload"]) == ("events_api", False)
        assert (told["retry_attempt"], told["retry_reason"]) == (0, "")
        assert told["payload"]["event"]["text"] == "a line"
        assert answer.ok and answer.body is None


def test_an_eleventh_connection_is_one_too_many(slack: StandIn) -> None:
    with ExitStack() as open_lines:
        lines = [open_lines.enter_context(connect(slack.link.open())) for _ in range(11)]
        said = [heard_on(line) for line in lines]
        assert [each["type"] for each in said] == ["hello"] * 10 + ["disconnect"]
        assert said[-1]["reason"] == "too_many_websockets"
        assert slack.connected == 10


def test_a_warning_comes_before_the_end(slack: StandIn) -> None:
    with connect(slack.link.open()) as line:
        heard_on(line)
        slack.link.disconnect("warning")
        assert heard_on(line) == {"type": "disconnect", "reason": "warning"}
        _, answer = answered(line, lambda: slack.command(REP, "/touchbase"), {"text": "Still here"})
        assert answer.ok
        slack.link.disconnect("link_disabled")
        assert heard_on(line) == {"type": "disconnect", "reason": "link_disabled"}
        assert slack.connected == 0
