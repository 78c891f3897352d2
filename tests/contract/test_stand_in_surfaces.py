"""Shortcuts, Home, and fields that tell the app at once.

Pages: /reference/interaction-payloads/shortcuts-payload, /reference/events/app_home_opened,
/reference/methods/views.publish, /reference/interaction-payloads/view-interactions-payload,
/reference/block-kit/composition-objects/dispatch-action-configuration-object.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.sandbox.stand_in import StandIn
from tests.end_to_end.slack_driver import bolt_app, running, web_client

REP = "U1"
Block = dict[str, Any]
SHORTCUTS = (
    {"type": "global", "name": "Log a visit", "callback_id": "log", "description": "Log it"},
    {"type": "message", "name": "Log as a visit", "callback_id": "log_this", "description": "It"},
)


def plain(words: str) -> Block:
    return {"type": "plain_text", "text": words}


def options(*words: str) -> list[Block]:
    return [{"text": plain(each), "value": each.lower()} for each in words]


def row(*elements: Block, block_id: str = "row") -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(words: str, action_id: str = "go") -> Block:
    return {"type": "button", "action_id": action_id, "text": plain(words)}


def field(name: str, label: str, kind: str, **more: Any) -> Block:
    asked = {each: more.pop(each) for each in ("dispatch_action", "optional") if each in more}
    element = {"type": kind, "action_id": name, **more}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element} | asked


def a_form(*blocks: Block, **more: Any) -> Block:
    parts: Block = {"type": "modal", "callback_id": "visit", "title": plain("Log a visit")}
    return parts | {"submit": plain("Save"), "blocks": list(blocks)} | more


def a_home(*blocks: Block) -> Block:
    return {"type": "home", "blocks": list(blocks)}


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with StandIn(shortcuts=SHORTCUTS) as slack:
        slack.add_person(REP, "Dana Whitlock", "America/Chicago")
        yield slack


@pytest.fixture
def client(slack: StandIn) -> WebClient:
    return web_client(slack)


def refusal(call: Any, **args: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**args)
    return str(refused.value.response["error"])


def an_app(slack: StandIn, heard: list[Any]) -> App:
    """Notes every interaction and event, and opens a form for a shortcut."""
    app = bolt_app(slack)

    @app.shortcut("log")
    @app.shortcut("log_this")
    def opened(ack: Any, client: Any, body: Block) -> None:
        ack()
        heard.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=a_form())

    @app.action({"action_id": "go"})
    @app.action({"action_id": "hour"})
    @app.action({"action_id": "note"})
    @app.action({"action_id": "more"})
    @app.action({"action_id": "own"})
    def used(ack: Any, body: Block) -> None:
        ack()
        heard.append(body)

    @app.event("app_home_opened")
    def home(event: Block) -> None:
        heard.append(event)

    @app.view_closed("visit")
    def closed(ack: Any, body: Block) -> None:
        ack()
        heard.append(body)

    return app


def test_a_global_shortcut_has_the_documented_fields(slack: StandIn) -> None:
    heard: list[Block] = []
    with running(an_app(slack, heard), slack):
        assert slack.shortcut(REP, "log").ok
        assert slack.form(REP).title == "Log a visit"
    (told,) = heard
    assert told.pop("trigger_id") and told.pop("action_ts") and told.pop("token")
    assert told == {
        "type": "shortcut",
        "callback_id": "log",
        "user": {"id": REP, "username": "dana.whitlock", "team_id": "T0SANDBOX"},
        "team": {"id": "T0SANDBOX", "domain": "sandbox"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def test_a_message_shortcut_brings_the_message_and_a_way_to_answer(slack: StandIn) -> None:
    heard: list[Block] = []
    with running(an_app(slack, heard), slack):
        slack.say(REP, "R&D at st marys")
        (message,) = slack.messages(REP)
        assert slack.message_shortcut(REP, message, "log_this").ok
        assert slack.form(REP).is_open
    (told,) = heard
    assert told["type"] == "message_action" and told["callback_id"] == "log_this"
    assert told["user"] == {"id": REP, "name": "dana.whitlock"}
    assert told["channel"] == {"id": message.channel, "name": "directmessage"}
    assert told["message_ts"] == told["message"]["ts"] == message.ts
    assert told["message"]["user"] == REP
    assert told["message"]["text"] == "R&amp;D at st marys"
    WebhookClient(told["response_url"]).send(text="Got it")
    assert [each.text for each in slack.ephemerals(REP)] == ["Got it"]


def test_a_shortcut_comes_over_a_socket_too(slack: StandIn) -> None:
    heard: list[Block] = []
    app = an_app(slack, heard)
    handler = SocketModeHandler(app, slack.app_token, web_client=web_client(slack))
    handler.connect()
    try:
        assert slack.link.wait_connected()
        assert slack.shortcut(REP, "log").ok
        assert slack.form(REP).is_open
    finally:
        handler.close()
    assert heard[0]["type"] == "shortcut"


def test_a_shortcut_the_manifest_does_not_have_cannot_be_used(slack: StandIn) -> None:
    slack.say(REP, "hello")
    with pytest.raises(LookupError, match="no global shortcut 'log_this'"):
        slack.shortcut(REP, "log_this")
    with pytest.raises(LookupError, match="no message shortcut 'log'"):
        slack.message_shortcut(REP, slack.messages(REP)[0], "log")


def test_home_is_told_with_what_was_published(slack: StandIn, client: WebClient) -> None:
    heard: list[Block] = []
    with running(an_app(slack, heard), slack):
        slack.open_home(REP)
        client.views_publish(user_id=REP, view=a_home(row(button("Pause"))))
        slack.open_home(REP)
        slack.open_home(REP, "messages")
    first, second, third = heard
    assert (first["type"], first["user"], first["tab"]) == ("app_home_opened", REP, "home")
    assert first["channel"].startswith("D") and "view" not in first
    assert second["view"]["type"] == "home" and second["view"]["hash"]
    assert third["tab"] == "messages" and "view" not in third


def test_a_button_on_home_comes_with_the_view_and_a_trigger(
    slack: StandIn, client: WebClient
) -> None:
    heard: list[Block] = []
    hours = {"type": "static_select", "action_id": "hour", "placeholder": plain("Hour")}
    more = {"type": "overflow", "action_id": "more", "options": options("Edit", "Remove")}
    line = {"type": "section", "block_id": "line", "text": plain("Ridgeway"), "accessory": more}
    twice = [row(button("Edit"), block_id="a"), row(button("Edit"), block_id="b")]
    menu = row(hours | {"options": options("7:00", "8:00")}, block_id="set")
    with running(an_app(slack, heard), slack):
        client.views_publish(user_id=REP, view=a_home(*twice, line, menu))
        home = slack.home(REP)
        home.press("Edit", nth=1)
        home.pick("Hour", "8:00")
        home.pick("Ridgeway", "Remove")
        pressed, chosen, used = heard
        client.views_open(trigger_id=pressed["trigger_id"], view=a_form())
    assert pressed["container"] == {"type": "view", "view_id": home.view["id"]}
    assert pressed["view"]["type"] == "home" and "response_url" not in pressed
    assert pressed["actions"][0]["block_id"] == "b"
    assert "channel" not in pressed and "message" not in pressed
    assert chosen["actions"][0]["selected_option"]["value"] == "8:00"
    assert chosen["view"]["state"]["values"]["set"]["hour"]["selected_option"]["value"] == "8:00"
    assert used["actions"][0]["selected_option"]["value"] == "remove"
    assert len({each["trigger_id"] for each in heard}) == 3


def test_a_home_that_was_published_again_is_the_same_one_with_new_words(
    slack: StandIn, client: WebClient
) -> None:
    first = client.views_publish(user_id=REP, view=a_home(row(button("Pause"))))["view"]
    home = slack.home(REP)
    second = client.views_publish(
        user_id=REP, view=a_home(row(button("Resume"))), hash=first["hash"]
    )["view"]
    assert first["id"] == second["id"] and first["hash"] != second["hash"]
    assert home.buttons == ["Resume"] and home.title == ""
    late = {"user_id": REP, "view": a_home(), "hash": first["hash"]}
    assert refusal(client.views_publish, **late) == "hash_conflict"


def test_home_has_limits_and_takes_no_form(slack: StandIn, client: WebClient) -> None:
    lines = [{"type": "section", "text": plain("x" * 2900)}] * 101
    for view, error in [
        (a_home(*lines), "invalid_arguments"),
        (a_home(*lines[:100]), "view_too_large"),
        (a_form(), "invalid_arguments"),
    ]:
        assert refusal(client.views_publish, user_id=REP, view=view) == error
    opened = {"trigger_id": slack.trigger_id(REP), "view": a_home()}
    assert refusal(client.views_open, **opened) == "invalid_arguments"
    assert client.views_publish(user_id=REP, view=a_home(*[{"type": "divider"}] * 100))["ok"]


def test_a_workspace_without_home_refuses_it() -> None:
    with StandIn(home_enabled=False) as slack:
        slack.add_person(REP, "Dana Whitlock")
        assert refusal(web_client(slack).views_publish, user_id=REP, view=a_home()) == (
            "not_enabled"
        )


@pytest.mark.parametrize("asked", [True, False])
def test_cancel_is_told_only_where_the_form_asked(
    slack: StandIn, client: WebClient, asked: bool
) -> None:
    heard: list[Block] = []
    with running(an_app(slack, heard), slack):
        view = a_form(field("note", "Notes", "plain_text_input"), notify_on_close=asked)
        client.views_open(trigger_id=slack.trigger_id(REP), view=view)
        slack.form(REP).fill("Notes", "half a visit")
        slack.form(REP).cancel()
    assert slack.view_of(REP) is None
    assert [each["type"] for each in heard] == ["view_closed"] * asked
    for told in heard:
        assert told["is_cleared"] is False and "trigger_id" not in told
        assert told["view"]["state"]["values"]["note"]["note"]["value"] == "half a visit"


@pytest.mark.parametrize(
    ("when", "told_while_typing", "told_on_enter"),
    [
        (None, 0, 1),
        (["on_enter_pressed"], 0, 1),
        (["on_character_entered"], 1, 0),
        (["on_enter_pressed", "on_character_entered"], 1, 1),
    ],
)
def test_typing_is_told_when_the_field_asks_for_it(
    slack: StandIn,
    client: WebClient,
    when: list[str] | None,
    told_while_typing: int,
    told_on_enter: int,
) -> None:
    heard: list[Block] = []
    config = {"dispatch_action_config": {"trigger_actions_on": when}} if when else {}
    note = field("note", "Notes", "plain_text_input", dispatch_action=True, **config)
    with running(an_app(slack, heard), slack):
        client.views_open(trigger_id=slack.trigger_id(REP), view=a_form(note))
        slack.form(REP).fill("Notes", "st marys")
        assert len(heard) == told_while_typing
        slack.form(REP).enter("Notes", "st marys, 2 referrals")
    assert len(heard) == told_while_typing + told_on_enter
    if told_on_enter:
        assert heard[-1]["actions"][0]["value"] == "st marys, 2 referrals"
        values = heard[-1]["view"]["state"]["values"]
        assert values["note"]["note"]["value"] == "st marys, 2 referrals"


def test_a_field_that_asks_for_nothing_is_silent_until_saved(
    slack: StandIn, client: WebClient
) -> None:
    heard: list[Block] = []
    with running(an_app(slack, heard), slack):
        note = field("note", "Notes", "plain_text_input")
        client.views_open(trigger_id=slack.trigger_id(REP), view=a_form(note))
        assert slack.form(REP).enter("Notes", "st marys") is None
    assert heard == [] and slack.form(REP).value("Notes") == "st marys"


def test_boxes_are_ticked_by_the_words_beside_them(slack: StandIn, client: WebClient) -> None:
    own = field("own", "Sure?", "checkboxes", options=options("This is not about a patient", "B"))
    kind = field("kind", "Kind", "radio_buttons", options=options("Visit", "Call"))
    client.views_open(trigger_id=slack.trigger_id(REP), view=a_form(own, kind))
    form = slack.form(REP)
    form.tick("This is not about a patient")
    form.tick("This is not about a patient")
    form.tick("B")
    form.tick("Call")
    assert form.value("Sure?") == ["This is not about a patient", "B"]
    form.untick("B")
    assert (form.value("Sure?"), form.value("Kind")) == (["This is not about a patient"], "Call")
    with pytest.raises(LookupError, match="no box"):
        form.tick("C")


def test_a_message_remembers_what_was_chosen_on_it(slack: StandIn, client: WebClient) -> None:
    heard: list[Block] = []
    boxes = {"type": "checkboxes", "action_id": "own", "options": options("Not a patient")}
    with running(an_app(slack, heard), slack):
        client.chat_postMessage(channel=REP, text="x", blocks=[row(boxes, button("Save"))])
        (message,) = slack.messages(REP)
        slack.select(REP, message, "own", "Not a patient")
        slack.press(REP, message, "Save")
    ticked, saved = heard
    assert (
        ticked["actions"][0]["selected_options"]
        == saved["state"]["values"]["row"]["own"]["selected_options"]
    )
    assert saved["actions"][0]["action_id"] == "go"
    assert saved["container"]["message_ts"] == message.ts


def test_a_form_goes_on_after_its_fields_were_replaced(slack: StandIn, client: WebClient) -> None:
    saved: list[Block] = []
    app = bolt_app(slack)

    @app.action("go")
    def swap(ack: Any, client: Any, body: Block) -> None:
        ack()
        view = a_form(field("note2", "Notes", "plain_text_input"), row(button("Again")))
        client.views_update(view_id=body["view"]["id"], view=view)

    @app.view("visit")
    def save(ack: Any, body: Block) -> None:
        ack()
        saved.append(body["view"]["state"]["values"])

    with running(app, slack):
        first = a_form(field("note", "Notes", "plain_text_input"), row(button("Swap")))
        client.views_open(trigger_id=slack.trigger_id(REP), view=first)
        form = slack.form(REP)
        form.fill("Notes", "gone with the field")
        form.press("Swap")
        assert form.value("Notes") is None
        form.fill("Notes", "st marys")
        form.press("Again")
        assert form.value("Notes") == "st marys"
        assert form.save()
    assert saved[0]["note2"]["note2"]["value"] == "st marys"
