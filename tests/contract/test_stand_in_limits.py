"""The stand-in's limits are those of docs.slack.dev, at the edge and one past it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.limits import (
    problems_in_blocks,
    problems_in_message,
    problems_in_options,
    problems_in_view,
)

Block = dict[str, Any]


def plain(words: str) -> Block:
    return {"type": "plain_text", "text": words}


def option(words: str = "Visit", value: str = "visit") -> Block:
    return {"text": plain(words), "value": value}


def section(words: str = "Hello", **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def an_input(element: Block | None = None, **more: Any) -> Block:
    return {
        "type": "input",
        "label": plain("Notes"),
        "element": element or {"type": "plain_text_input", "action_id": "note"},
        **more,
    }


def a_modal(*blocks: Block, **more: Any) -> Block:
    parts: Block = {
        "type": "modal",
        "title": plain("Log a visit"),
        "submit": plain("Save"),
        "blocks": list(blocks),
    }
    return parts | more


def select(**more: Any) -> Block:
    return {"type": "static_select", "options": [option()], **more}


def button(words: str = "Undo", **more: Any) -> Block:
    return {"type": "button", "action_id": "undo", "text": plain(words), **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


# What is allowed at its longest, and the same one step further with where Slack points.
EDGES = {
    "title of 24": (a_modal(title=plain("x" * 24)), a_modal(title=plain("x" * 25)), "title/text"),
    "submit of 24": (
        a_modal(submit=plain("x" * 24)),
        a_modal(submit=plain("x" * 25)),
        "submit/text",
    ),
    "100 blocks": (a_modal(*[section()] * 100), a_modal(*[section()] * 101), "view/blocks"),
    "metadata of 3000": (
        a_modal(private_metadata="x" * 3000),
        a_modal(private_metadata="x" * 3001),
        "private_metadata",
    ),
    "callback_id of 255": (
        a_modal(callback_id="x" * 255),
        a_modal(callback_id="x" * 256),
        "callback_id",
    ),
    "label of 2000": (
        a_modal(an_input(label=plain("x" * 2000))),
        a_modal(an_input(label=plain("x" * 2001))),
        "label/text",
    ),
    "section of 3000": (a_modal(section("x" * 3000)), a_modal(section("x" * 3001)), "text/text"),
    "header of 150": (
        a_modal({"type": "header", "text": plain("x" * 150)}),
        a_modal({"type": "header", "text": plain("x" * 151)}),
        "text/text",
    ),
    "25 elements": (
        a_modal(actions(*[button(action_id=f"b{n}") for n in range(25)])),
        a_modal(actions(*[button(action_id=f"b{n}") for n in range(26)])),
        "elements",
    ),
    "10 fields": (
        a_modal({"type": "section", "fields": [plain("x")] * 10}),
        a_modal({"type": "section", "fields": [plain("x")] * 11}),
        "fields",
    ),
    "button of 75": (
        a_modal(actions(button("x" * 75))),
        a_modal(actions(button("x" * 76))),
        "elements/0/text/text",
    ),
    "100 options": (
        a_modal(an_input(select(options=[option()] * 100))),
        a_modal(an_input(select(options=[option()] * 101))),
        "options",
    ),
    "option of 75": (
        a_modal(an_input(select(options=[option("x" * 75)]))),
        a_modal(an_input(select(options=[option("x" * 76)]))),
        "options/0/text/text",
    ),
    "option value of 150": (
        a_modal(an_input(select(options=[option(value="x" * 150)]))),
        a_modal(an_input(select(options=[option(value="x" * 151)]))),
        "options/0/value",
    ),
    "placeholder of 150": (
        a_modal(an_input(select(placeholder=plain("x" * 150)))),
        a_modal(an_input(select(placeholder=plain("x" * 151)))),
        "placeholder/text",
    ),
    "10 checkboxes": (
        a_modal(an_input({"type": "checkboxes", "options": [option()] * 10})),
        a_modal(an_input({"type": "checkboxes", "options": [option()] * 11})),
        "options",
    ),
    "5 in an overflow": (
        a_modal(section(accessory={"type": "overflow", "options": [option()] * 5})),
        a_modal(section(accessory={"type": "overflow", "options": [option()] * 6})),
        "options",
    ),
    "max_length of 3000": (
        a_modal(an_input({"type": "plain_text_input", "max_length": 3000})),
        a_modal(an_input({"type": "plain_text_input", "max_length": 3001})),
        "max_length",
    ),
    "confirm's title of 100": (
        a_modal(actions(button(confirm=dict.fromkeys(("confirm", "deny"), plain("No")) | {
            "title": plain("x" * 100), "text": plain("Sure?")}))),
        a_modal(actions(button(confirm=dict.fromkeys(("confirm", "deny"), plain("No")) | {
            "title": plain("x" * 101), "text": plain("Sure?")}))),
        "confirm/title/text",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDGES)
def test_a_view_passes_at_the_limit_and_is_refused_one_past_it(name: str) -> None:
    fits, too_much, pointer = EDGES[name]
    assert problems_in_view(fits) == []
    assert any(pointer in problem for problem in problems_in_view(too_much))


WRONG = {
    "inputs without submit": ({**a_modal(an_input()), "submit": None}, "submit"),
    "a title in mrkdwn": (a_modal(title={"type": "mrkdwn", "text": "*x*"}), "title"),
    "two blocks of one id": (a_modal(section(block_id="a"), section(block_id="a")), "block_id"),
    "two actions of one id": (a_modal(actions(button(), button())), "action_id"),
    "an empty text": (a_modal(section("")), "more than 0 characters"),
    "an unknown block": (a_modal({"type": "sections"}), "unsupported type: sections"),
    "an unknown property": (a_modal(section(colour="red")), "invalid additional property: colour"),
    "emoji on mrkdwn": (
        a_modal({"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}),
        "emoji",
    ),
    "an initial option nobody offered": (
        a_modal(an_input(select(initial_option=option("Call", "call")))),
        "initial_option",
    ),
    "an option in mrkdwn": (
        a_modal(
            an_input(select(options=[{"text": {"type": "mrkdwn", "text": "x"}, "value": "x"}]))
        ),
        "options/0/text",
    ),
    "a day that is none": (
        a_modal(an_input({"type": "datepicker", "initial_date": "03/09/2026"})),
        "initial_date",
    ),
    "a time that is none": (
        a_modal(an_input({"type": "timepicker", "initial_time": "24:00"})),
        "initial_time",
    ),
    "a button as input": (a_modal(an_input(button())), "unsupported type: button"),
    "a text input among buttons": (
        a_modal(actions({"type": "plain_text_input", "action_id": "x"})),
        "unsupported type: plain_text_input",
    ),
    "a multi-select among buttons": (
        a_modal(actions({"type": "multi_external_select", "action_id": "x"})),
        "unsupported type: multi_external_select",
    ),
    "a table in a modal": (
        a_modal({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}),
        "unsupported type: table",
    ),
    "two focused fields": (
        a_modal(
            an_input({"type": "datepicker", "focus_on_load": True}),
            an_input({"type": "timepicker", "focus_on_load": True}),
        ),
        "focus_on_load",
    ),
    "a section of nothing": (a_modal({"type": "section"}), "text or fields"),
    "a filled text longer than its limit": (
        a_modal(an_input({"type": "plain_text_input", "max_length": 3, "initial_value": "four"})),
        "initial_value",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_slack_refuses_in_a_view_is_refused(name: str) -> None:
    view, words = WRONG[name]
    found = problems_in_view(view)
    assert any(words in problem for problem in found), found


def test_a_message_takes_fifty_blocks_and_not_one_more() -> None:
    assert problems_in_blocks([section()] * 50, "message") == []
    assert problems_in_blocks([section()] * 51, "message") == [
        "[ERROR] no more than 50 items allowed [json-pointer:/blocks]"
    ]


def test_a_message_needs_words_or_blocks() -> None:
    assert problems_in_message({"text": "Logged"}) == []
    assert problems_in_message({"blocks": [section()]}) == []
    assert "no_text" in problems_in_message({"text": ""})[0]


def test_metadata_needs_a_type_and_an_object() -> None:
    good = {"event_type": "touchbase", "event_payload": {"nid": "1"}}
    assert problems_in_message({"text": "x", "metadata": good}) == []
    assert problems_in_message({"text": "x", "metadata": {"event_type": "touchbase"}})
    assert problems_in_message({"text": "x", "metadata": good | {"event_payload": "1"}})


def test_a_menu_gets_at_most_a_hundred_options() -> None:
    assert problems_in_options({"options": [option()] * 100}) == []
    assert problems_in_options({"options": []}) == []
    assert problems_in_options({"options": [option()] * 101})
    assert problems_in_options({"options": [option("x" * 76)]})
    assert problems_in_options({})
