"""Messages in the stand-in: who may post what where, what comes back, and late answers.

Pages: /reference/methods/chat.postMessage, …update, /reference/methods/conversations.history,
/interactivity/handling-user-interaction, /messaging/formatting-message-text.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.stand_in import StandIn
from models.clock import fixed
from tests.end_to_end.slack_driver import bolt_app, running, web_client

REP, BOSS, CHANNEL = "U1", "U2", "C1"
Block = dict[str, Any]


def button(words: str = "Undo") -> Block:
    text = {"type": "plain_text", "text": words}
    return {
        "type": "actions",
        "block_id": "row",
        "elements": [{"type": "button", "action_id": "undo", "text": text, "value": "7"}],
    }


def words(text: str, kind: str = "mrkdwn") -> Block:
    return {"type": "section", "text": {"type": kind, "text": text}}


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn(clock=fixed(datetime(2026, 3, 9, 13, 0, tzinfo=UTC))) as slack:
        slack.add_person(REP, "Dana Whitlock", "America/Chicago", "dana@example.com")
        slack.add_person(BOSS, "Karen Osei", "America/New_York", is_admin=True)
        slack.add_channel(CHANNEL, "field-team", {REP, BOSS}, bot_is_member=True)
        yield slack


@pytest.fixture
def client(slack: StandIn) -> WebClient:
    return web_client(slack)


def refusal(call: Any, **args: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as refused:
        call(**args)
    said: dict[str, Any] = refused.value.response.data
    return said


def test_a_message_to_a_person_lands_in_their_dm(slack: StandIn, client: WebClient) -> None:
    said = client.chat_postMessage(channel=REP, text="Logged")
    assert said["channel"].startswith("D")
    assert said["message"]["text"] == "Logged" and said["message"]["bot_id"]
    assert [each.text for each in slack.messages(REP)] == ["Logged"]
    assert slack.messages(BOSS) == []


def test_timestamps_grow_though_the_clock_stands(slack: StandIn, client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel=REP, text=str(n))["ts"] for n in range(20)]
    assert stamps == sorted(set(stamps))
    assert stamps[0].startswith("1773061200.")


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C2", "not_in_channel"),
        ("C3", "channel_not_found"),
        ("C9", "channel_not_found"),
        ("U9", "channel_not_found"),
        ("U3", "user_disabled"),
        ("U0TOUCHBASE", "cannot_dm_bot"),
    ],
)
def test_a_post_that_slack_refuses_is_refused(
    slack: StandIn, client: WebClient, channel: str, error: str
) -> None:
    slack.add_channel("C2", "public")
    slack.add_channel("C3", "secret", private=True)
    slack.add_person("U3", "Gone", deleted=True)
    assert refusal(client.chat_postMessage, channel=channel, text="x")["error"] == error


def test_a_scope_stands_in_for_membership_of_a_public_channel(
    slack: StandIn, client: WebClient
) -> None:
    slack.add_channel("C2", "public")
    slack.service.scopes.add("chat:write.public")
    assert client.chat_postMessage(channel="C2", text="x")["ok"]


def test_an_archived_channel_takes_nothing(slack: StandIn, client: WebClient) -> None:
    slack.add_channel("C2", "old", bot_is_member=True).archived = True
    assert refusal(client.chat_postMessage, channel="C2", text="x")["error"] == "is_archived"


def test_a_message_needs_something_to_say(client: WebClient) -> None:
    said = refusal(client.api_call, api_method="chat.postMessage", json={"channel": REP})
    assert said["error"] == "no_text"


def test_blocks_slack_would_not_take_are_refused_with_a_pointer(client: WebClient) -> None:
    said = refusal(client.chat_postMessage, channel=REP, text="x", blocks=[words("x" * 3001)])
    assert said["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in said["response_metadata"]["messages"][0]
    too_long = refusal(
        client.chat_postMessage, channel=REP, text="x", blocks=[words("x" * 2900)] * 5
    )
    assert too_long["error"] == "msg_blocks_too_long"


def test_a_text_is_cut_at_forty_thousand_and_an_update_refused_past_four(
    slack: StandIn, client: WebClient
) -> None:
    said = client.chat_postMessage(channel=REP, text="x" * 40_001)
    assert len(slack.messages(REP)[0].text) == 40_000
    assert said["response_metadata"]["warnings"] == ["message_truncated"]
    at = {"channel": said["channel"], "ts": said["ts"]}
    assert client.chat_update(**at, text="x" * 4000)["ok"]
    assert refusal(client.chat_update, **at, text="x" * 4001)["error"] == "msg_too_long"


def test_an_update_wants_the_dm_and_ones_own_message(slack: StandIn, client: WebClient) -> None:
    said = client.chat_postMessage(channel=REP, text="x", blocks=[words("x")])
    by_person = refusal(client.chat_update, channel=REP, ts=said["ts"], text="y")
    assert by_person["error"] == "channel_not_found"
    slack.say(REP, "mine")
    theirs = slack.messages(REP)[-1]
    foreign = refusal(client.chat_update, channel=said["channel"], ts=theirs.ts, text="y")
    assert foreign["error"] == "cant_update_message"
    client.chat_update(channel=said["channel"], ts=said["ts"], text="y")
    changed = slack.messages(REP)[0]
    assert (changed.text, changed.blocks) == ("y", [])  # text without blocks takes them away
    assert changed.edited


def test_history_tells_metadata_when_asked_and_newest_first(
    slack: StandIn, client: WebClient
) -> None:
    metadata = {"event_type": "touchbase", "event_payload": {"nid": "n1"}}
    first = client.chat_postMessage(channel=REP, text="one", metadata=metadata)
    client.chat_postMessage(channel=REP, text="two")
    dm = first["channel"]
    plain = client.conversations_history(channel=dm)["messages"]
    assert [each["text"] for each in plain] == ["two", "one"]
    assert "metadata" not in plain[1]
    told = client.conversations_history(
        channel=dm, oldest=first["ts"], inclusive=True, include_all_metadata=True, limit=15
    )["messages"]
    assert told[1]["metadata"] == metadata
    after = client.conversations_history(channel=dm, oldest=first["ts"])["messages"]
    assert [each["text"] for each in after] == ["two"]
    page = client.conversations_history(channel=dm, limit=1)
    assert page["has_more"] and page["messages"][0]["text"] == "two"
    cursor = page["response_metadata"]["next_cursor"]
    rest = client.conversations_history(channel=dm, limit=1, cursor=cursor)
    assert rest["messages"][0]["text"] == "one" and not rest["has_more"]


def test_history_of_a_channel_wants_its_own_scope(slack: StandIn, client: WebClient) -> None:
    said = refusal(client.conversations_history, channel=CHANNEL)
    assert (said["error"], said["needed"]) == ("missing_scope", "channels:history")
    slack.service.scopes.add("channels:history")
    assert client.conversations_history(channel=CHANNEL)["messages"] == []


def test_an_ephemeral_message_is_for_one_member_and_in_no_history(
    slack: StandIn, client: WebClient
) -> None:
    slack.service.scopes.add("channels:history")
    client.chat_postEphemeral(channel=CHANNEL, user=REP, text="just you")
    assert [each.text for each in slack.ephemerals(REP)] == ["just you"]
    assert slack.ephemerals(BOSS) == [] and slack.messages(CHANNEL) == []
    assert client.conversations_history(channel=CHANNEL)["messages"] == []
    slack.add_person("U3", "Elsewhere")
    said = refusal(client.chat_postEphemeral, channel=CHANNEL, user="U3", text="x")
    assert said["error"] == "user_not_in_channel"


def test_tokens_and_scopes_are_asked_for(slack: StandIn, client: WebClient) -> None:
    no_token = WebClient(base_url=slack.api_url, retry_handlers=[])
    assert refusal(no_token.auth_test)["error"] == "not_authed"
    assert refusal(web_client(slack, "xoxb-other").auth_test)["error"] == "invalid_auth"
    with urllib.request.urlopen(  # noqa: S310
        f"{slack.api_url}auth.test?token={slack.bot_token}"
    ) as in_query:
        assert json.load(in_query)["error"] == "invalid_auth"
    slack.service.scopes.discard("chat:write")
    said = refusal(client.chat_postMessage, channel=REP, text="x")
    assert (said["error"], said["needed"]) == ("missing_scope", "chat:write")
    assert refusal(client.api_call, api_method="chat.nonsense")["error"] == "unknown_method"


def test_the_answer_bears_the_scopes(slack: StandIn, client: WebClient) -> None:
    headers = client.auth_test().headers
    assert "im:history" in headers["X-OAuth-Scopes"].split(",")


def test_a_profile_tells_the_zone_and_the_address_by_scope(
    slack: StandIn, client: WebClient
) -> None:
    person = client.users_info(user=REP)["user"]
    assert (person["tz"], person["tz_offset"]) == ("America/Chicago", -5 * 3600)
    assert person["profile"]["email"] == "dana@example.com"
    assert client.users_info(user=BOSS)["user"]["is_admin"]
    slack.service.scopes.discard("users:read.email")
    assert "email" not in client.users_info(user=REP)["user"]["profile"]
    assert refusal(client.users_info, user="U9")["error"] == "user_not_found"


def test_users_methods_read_forms_and_no_json(client: WebClient) -> None:
    form = client.api_call("users.info", data={"user": REP})
    assert form["user"]["id"] == REP
    said = refusal(client.api_call, api_method="users.info", json={"user": REP})
    assert said["error"] == "user_not_found"


def test_a_person_who_left_gets_no_dm(slack: StandIn, client: WebClient) -> None:
    slack.add_person("U3", "Gone", deleted=True)
    assert refusal(client.conversations_open, users="U3")["error"] == "user_disabled"
    assert client.conversations_open(users=REP)["channel"]["id"] == "D1"


def test_a_click_carries_the_message_escaped(slack: StandIn, client: WebClient) -> None:
    heard: list[dict[str, Any]] = []
    app = bolt_app(slack)

    @app.action("undo")
    def undo(ack: Any, body: dict[str, Any]) -> None:
        ack()
        heard.append(body)

    blocks = [words("A & B <Clinic>", "plain_text"), words("*A* &amp; B & <@U1>"), button()]
    client.chat_postMessage(channel=REP, text="a & b", blocks=blocks)
    with running(app, slack):
        slack.press(REP, slack.messages(REP)[0], "Undo")
    shown = heard[0]["message"]
    assert shown["text"] == "a &amp; b"
    assert shown["blocks"][0]["text"]["text"] == "A &amp; B &lt;Clinic&gt;"
    assert shown["blocks"][1]["text"]["text"] == "*A* &amp; B &amp; <@U1>"
    action = heard[0]["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("undo", "row", "7")
    assert heard[0]["container"]["message_ts"] == shown["ts"]
    assert heard[0]["user"]["team_id"] == heard[0]["team"]["id"]
    assert heard[0]["enterprise"] is None and heard[0]["is_enterprise_install"] is False


def answered(url: str, **said: Any) -> tuple[int, dict[str, Any]]:
    """Post to a response_url, as `respond` does; the status and Slack's JSON."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(said).encode(), headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


@pytest.fixture
def late_answer(slack: StandIn, client: WebClient) -> str:
    """The response_url of a press on a message in the rep's DM."""
    heard: list[str] = []
    app = bolt_app(slack)

    @app.action("undo")
    def undo(ack: Any, body: dict[str, Any]) -> None:
        ack()
        heard.append(body["response_url"])

    client.chat_postMessage(channel=REP, text="Logged", blocks=[words("Logged"), button()])
    with running(app, slack):
        slack.press(REP, slack.messages(REP)[0], "Undo")
    return heard[0]


def test_a_late_answer_works_five_times(slack: StandIn, late_answer: str) -> None:
    for n in range(5):
        assert answered(late_answer, text=str(n)) == (200, {"ok": True})
    status, said = answered(late_answer, text="6")
    assert (status, said["error"]) == (404, "used_url")
    assert [each.text for each in slack.ephemerals(REP)] == list("01234")


def test_a_late_answer_expires_after_half_an_hour(slack: StandIn, late_answer: str) -> None:
    slack.skip(30 * 60 + 1)
    status, said = answered(late_answer, text="x")
    assert (status, said["error"]) == (404, "expired_url")


def test_a_late_answer_replaces_or_deletes_only_when_told_to(
    slack: StandIn, late_answer: str
) -> None:
    answered(late_answer, text="Undone", replace_original=True)
    assert [(each.text, each.blocks) for each in slack.messages(REP)] == [("Undone", [])]
    answered(late_answer, delete_original=True)
    assert slack.messages(REP) == []


def test_an_answer_to_a_command_is_for_the_one_who_typed_it(slack: StandIn) -> None:
    app = bolt_app(slack)

    @app.command("/touchbase")
    def told(ack: Any, command: dict[str, str]) -> None:
        kind = "in_channel" if command["text"] == "aloud" else "ephemeral"
        ack(text=f"Hello {command['text']}", response_type=kind)

    with running(app, slack):
        slack.command(REP, "/touchbase", "there", channel=CHANNEL)
        slack.command(REP, "/touchbase", "aloud", channel=CHANNEL)
    assert [each.text for each in slack.ephemerals(REP)] == ["Hello there"]
    assert [each.text for each in slack.messages(CHANNEL)] == ["Hello aloud"]


def test_a_late_answer_is_json(slack: StandIn, late_answer: str) -> None:
    request = urllib.request.Request(late_answer, b"text=x")  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)  # noqa: S310
    with refused.value as answer:
        assert (answer.code, json.load(answer)["error"]) == (400, "invalid_payload")
    assert answered(late_answer, blocks=[words("")])[1]["error"] == "invalid_blocks"
    assert slack.ephemerals(REP) == []


def test_what_one_person_was_shown_changes_by_its_late_answer_only(
    slack: StandIn, client: WebClient
) -> None:
    heard: list[dict[str, Any]] = []
    app = bolt_app(slack)

    @app.action("undo")
    def undo(ack: Any, respond: Any, body: dict[str, Any]) -> None:
        ack()
        heard.append(body)
        respond("Undone", replace_original=True)

    ts = client.chat_postEphemeral(channel=CHANNEL, user=REP, text="x", blocks=[button()])[
        "message_ts"
    ]
    at = {"channel": CHANNEL, "ts": ts}
    assert refusal(client.chat_update, **at, text="y")["error"] == "message_not_found"
    assert refusal(client.chat_delete, **at)["error"] == "message_not_found"
    root = client.chat_postMessage(channel=CHANNEL, text="root")["ts"]
    client.chat_postEphemeral(channel=CHANNEL, user=BOSS, text="y", thread_ts=root)
    assert slack.ephemerals(BOSS)[0].thread_ts == root
    assert slack.replies(slack.messages(CHANNEL)[0]) == []
    with running(app, slack):
        slack.press(REP, slack.ephemerals(REP)[0], "Undo")
    assert [each.text for each in slack.ephemerals(REP)] == ["Undone"]
    assert heard[0]["container"]["is_ephemeral"] and "message" not in heard[0]


def test_an_app_deletes_only_its_own_messages(slack: StandIn, client: WebClient) -> None:
    mine = client.chat_postMessage(channel=REP, text="x")
    slack.say(REP, "theirs")
    at = {"channel": mine["channel"], "ts": slack.messages(REP)[-1].ts}
    assert refusal(client.chat_delete, **at)["error"] == "cant_delete_message"
    client.chat_delete(channel=mine["channel"], ts=mine["ts"])
    assert [each.text for each in slack.messages(REP)] == ["theirs"]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"text": "x", "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
        ({"text": "x", "metadata": {"event_type": "nid"}}, "invalid_metadata_format"),
        ({"text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
    ],
)
def test_a_message_out_of_shape_is_refused_by_name(
    slack: StandIn, client: WebClient, args: dict[str, Any], error: str
) -> None:
    said = refusal(client.api_call, api_method="chat.postMessage", json={"channel": REP} | args)
    assert said["error"] == error
    assert slack.messages(REP) == []


def test_each_late_answer_to_a_command_is_a_message_of_its_own(slack: StandIn) -> None:
    app = bolt_app(slack)

    @app.command("/touchbase")
    def told(ack: Any, respond: Any) -> None:
        ack()
        respond("one")
        respond("two", replace_original=True)

    with running(app, slack):
        slack.command(REP, "/touchbase")
    assert [each.text for each in slack.ephemerals(REP)] == ["one", "two"]
