"""What the stand-in does not do it refuses; nothing asked of it is answered with a false ok.

Page: /apis/web-api, and "Errors" and "Content types" of each method's own.
"""

from __future__ import annotations

import inspect
import json
import re
import urllib.request
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import client as client_of_the_sdk

from bot.sandbox.api import METHODS, Request, answer
from bot.sandbox.faults import says
from bot.sandbox.stand_in import StandIn
from tests.end_to_end.slack_driver import web_client

REP, CHANNEL = "U1", "C1"


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn() as slack:
        slack.add_person(REP, "Dana Whitlock", email="dana@example.com")
        slack.add_channel(CHANNEL, "field-team", {REP}, bot_is_member=True)
        yield slack


@pytest.fixture
def client(slack: StandIn) -> WebClient:
    return web_client(slack)


def refusal(call: Any, **args: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as refused:
        call(**args)
    said: dict[str, Any] = refused.value.response.data
    return said


def every_method_of_the_sdk() -> set[str]:
    """The Web API methods that Slack's own client calls."""
    return set(re.findall(r'api_call\(\s*"([\w.]+)"', inspect.getsource(client_of_the_sdk)))


def raw(slack: StandIn, method: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    token = {"Authorization": f"Bearer {slack.bot_token}"}
    request = urllib.request.Request(f"{slack.api_url}{method}", body, token | headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        said: dict[str, Any] = json.load(answer)
        return said


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_it_does_not_do_is_an_unknown_method(slack: StandIn, kind: str) -> None:
    known = every_method_of_the_sdk()
    assert len(known) > 250
    for name in known - METHODS.keys():
        said = raw(slack, name, b"channel=C1", {"Content-Type": kind})
        assert said == {"ok": False, "error": "unknown_method", "req_method": name}


def test_all_it_does_is_slacks_own() -> None:
    assert METHODS.keys() <= every_method_of_the_sdk()


def test_the_guide_names_all_it_does() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()
    (named,) = re.findall(r"^\| \*\*Methods\*\* \| (.*) \|$", guide, re.MULTILINE)
    assert set(re.findall(r"`([\w.]+)`", named)) == METHODS.keys()


def test_an_argument_that_slack_does_not_know_is_ignored(slack: StandIn, client: WebClient) -> None:
    client.api_call("chat.postMessage", json={"channel": REP, "text": "x", "colour": "red", "n": 1})
    client.api_call("users.info", params={"user": REP, "colour": "red"})
    assert [each.text for each in slack.messages(REP)] == ["x"]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("blocks[0]", "invalid_array_arg"),
        ("a-b", "invalid_arg_name"),
        ("größe", "invalid_arg_name"),
        ("x" * 101, "invalid_arg_name"),
    ],
)
def test_a_name_that_no_argument_can_have_is_refused(
    client: WebClient, name: str, error: str
) -> None:
    for how in ({"json": {name: "x"}}, {"data": {name: "x"}}):
        assert refusal(client.api_call, api_method="api.test", **how)["error"] == error


@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("chat.postMessage", {"channel": REP, "text": "x", "reply_broadcast": True}),
        ("chat.postMessage", {"channel": REP, "text": "x", "username": "Ridgeway"}),
        ("chat.postMessage", {"channel": REP, "text": "x", "link_names": True}),
        ("chat.postMessage", {"channel": REP, "text": "x", "parse": "full"}),
        ("chat.postEphemeral", {"channel": CHANNEL, "user": REP, "text": "x", "attachments": [{}]}),
        ("conversations.open", {"users": f"{REP},U2"}),
        ("files.completeUploadExternal", {"files": [{"id": "F1"}], "channels": "C1,C2"}),
    ],
)
def test_what_slack_would_do_and_the_stand_in_does_not_is_never_a_false_ok(
    slack: StandIn, client: WebClient, method: str, args: dict[str, Any]
) -> None:
    said = refusal(client.api_call, api_method=method, json=args)
    assert said["error"] == "invalid_arguments"
    assert "the stand-in does not play" in said["response_metadata"]["messages"][0]
    assert slack.messages(REP) == slack.messages(CHANNEL) == []


def test_plain_parsing_is_what_is_played(client: WebClient) -> None:
    quiet = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
    assert client.chat_postMessage(channel=REP, text="@here", **quiet)["ok"]


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[1]", "json_not_object"),
        ("application/json", b'{"channel": ["U1"], "text": "x"}', "invalid_arguments"),
        ("text/html", b"channel=U1&text=x", "invalid_post_type"),
        ("", b"channel=U1&text=x", "missing_post_type"),
        ("application/x-www-form-urlencoded", b"channel=U1&blocks={", "invalid_blocks_format"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    slack: StandIn, kind: str, body: bytes, error: str
) -> None:
    said = raw(slack, "chat.postMessage", body, {"Content-Type": kind})
    assert (said["ok"], said["error"]) == (False, error)


def test_with_json_the_token_comes_in_the_header(slack: StandIn) -> None:
    inside = {"token": slack.bot_token, "channel": REP, "text": "x"}
    request = urllib.request.Request(  # noqa: S310
        f"{slack.api_url}chat.postMessage",
        json.dumps(inside).encode(),
        {"Content-Type": "application/json; charset=utf-8"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert json.load(answer)["error"] == "not_authed"
    form = f"token={slack.bot_token}&channel={REP}&text=x".encode()
    with urllib.request.urlopen(f"{slack.api_url}chat.postMessage", form) as answer:  # noqa: S310
        assert json.load(answer)["ok"]


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("users.info", {"user": REP}, "user_not_found"),
        ("users.list", {"limit": "none"}, ""),
        ("users.lookupByEmail", {"email": "dana@example.com"}, "users_not_found"),
        ("conversations.info", {"channel": CHANNEL}, "channel_not_found"),
        ("conversations.list", {"limit": "none"}, ""),
        ("conversations.members", {"channel": CHANNEL}, "channel_not_found"),
        ("conversations.replies", {"channel": CHANNEL, "ts": "1"}, "channel_not_found"),
        ("files.info", {"file": "F1"}, "file_not_found"),
        ("files.getUploadURLExternal", {"filename": "a.csv", "length": 1}, "invalid_arguments"),
    ],
)
def test_some_methods_read_forms_only(
    client: WebClient, method: str, args: dict[str, Any], error: str
) -> None:
    """What JSON says is not heard: as if nothing had been asked for."""
    if error:
        assert refusal(client.api_call, api_method=method, json=args)["error"] == error
    else:
        assert client.api_call(method, json=args)["ok"]
        assert refusal(client.api_call, api_method=method, params=args)["error"] == "invalid_limit"


# What no caller should send; none of it may break the stand-in.
ODD: list[Any] = ["", "x", "-1", "1e999", "\x00", "🏥" * 50, 0, -1, 10**30, 1.5, True, None, [], {}]
ASKED = ("channel", "users", "user", "user_id", "ts", "thread_ts", "text", "blocks", "metadata",
         "attachments", "markdown_text", "limit", "cursor", "oldest", "latest", "view", "view_id",
         "trigger_id", "files", "file", "filename", "length", "email", "types")  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_whatever_is_asked_the_answer_is_slacks(slack: StandIn, method: str) -> None:
    token = slack.app_token if METHODS[method].app else slack.bot_token
    kinds = "application/json", "application/x-www-form-urlencoded"
    message = web_client(slack).chat_postMessage(channel=REP, text="x")
    right = {"channel": message["channel"], "ts": message["ts"], "text": "x", "user": REP}
    for name, odd, kind in product(ASKED, ODD, kinds):
        given = right | {name: odd}
        body = json.dumps(given) if kind == kinds[0] else urlencode(given)
        headers = {"authorization": f"Bearer {token}", "content-type": kind}
        said = answer(slack.service, Request(method, headers, "", body.encode()))
        assert said["ok"] or said["error"]


@pytest.mark.parametrize(
    "error",
    [
        "restricted_action",
        "restricted_action_read_only_channel",
        "messages_tab_disabled",
        "account_inactive",
        "token_revoked",
        "token_expired",
    ],
)
def test_what_an_admin_can_do_to_the_app_can_be_played(
    slack: StandIn, client: WebClient, error: str
) -> None:
    slack.faults.always("chat.postMessage", says(error))
    assert refusal(client.chat_postMessage, channel=REP, text="x")["error"] == error
    assert slack.messages(REP) == []
    slack.faults.clear()
    assert client.chat_postMessage(channel=REP, text="x")["ok"]
