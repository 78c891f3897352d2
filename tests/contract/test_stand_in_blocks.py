"""Blocks, elements and the objects in them: what Slack takes of each, and not one more.

Pages: /reference/block-kit/blocks, …/block-elements, …/composition-objects. What Touchbase's own
views come near to is in test_stand_in_limits.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.limits import problems_in_blocks, problems_in_message, problems_in_view

Block = dict[str, Any]
CELL = {"type": "raw_text", "text": "x"}


def plain(words: str = "Note") -> Block:
    return {"type": "plain_text", "text": words}


def option(value: str = "visit", **more: Any) -> Block:
    return {"text": plain("Visit"), "value": value, **more}


def modal(*blocks: Block, **more: Any) -> Block:
    return {
        "type": "modal",
        "title": plain(),
        "submit": plain(),
        "blocks": list(blocks),
    } | more


def asking(kind: str, **more: Any) -> Block:
    """A modal with one input of that kind."""
    return modal({"type": "input", "label": plain(), "element": {"type": kind, **more}})


def section(**more: Any) -> Block:
    return {"type": "section", "text": plain(), **more}


def pressing(**more: Any) -> Block:
    """A modal with one button."""
    button = {"type": "button", "action_id": "go", "text": plain(), **more}
    return modal({"type": "actions", "elements": [button]})


def sure(**more: Any) -> Block:
    words = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}
    return pressing(confirm=words | more)


def image(**more: Any) -> Block:
    return {"type": "image", "alt_text": "x", "image_url": "https://a.example/x.png", **more}


def grouped(groups: int = 1, options: int = 1, label: int = 4) -> Block:
    group = {"label": plain("x" * label), "options": [option()] * options}
    return asking("static_select", option_groups=[group] * groups)


# What is made with n of something, and the largest n that Slack takes in a view.
IN_A_VIEW: dict[str, tuple[Callable[[int], Block], int]] = {
    "block_id": (lambda n: modal(section(block_id="x" * n)), 255),
    "action_id": (lambda n: pressing(action_id="x" * n), 255),
    "close": (lambda n: modal(close=plain("x" * n)), 24),
    "external_id": (lambda n: modal(external_id="x" * n), 255),
    "a mrkdwn text": (lambda n: modal(section(text={"type": "mrkdwn", "text": "x" * n})), 3000),
    "a field": (lambda n: modal({"type": "section", "fields": [plain("x" * n)]}), 2000),
    "parts of a context": (lambda n: modal({"type": "context", "elements": [plain()] * n}), 10),
    "a hint": (
        lambda n: modal(
            {
                "type": "input",
                "label": plain(),
                "hint": plain("x" * n),
                "element": {"type": "plain_text_input"},
            }
        ),
        2000,
    ),
    "alt_text": (lambda n: modal(image(alt_text="x" * n)), 2000),
    "image_url": (lambda n: modal(image(image_url="https://" + "x" * (n - 8))), 3000),
    "an image's title": (lambda n: modal(image(title=plain("x" * n))), 2000),
    "a button's value": (lambda n: pressing(value="x" * n), 2000),
    "a button's url": (lambda n: pressing(url="x" * n), 3000),
    "accessibility_label": (lambda n: pressing(accessibility_label="x" * n), 75),
    "a question's text": (lambda n: sure(text=plain("x" * n)), 300),
    "a question's yes": (lambda n: sure(confirm=plain("x" * n)), 30),
    "a question's no": (lambda n: sure(deny=plain("x" * n)), 30),
    "an option's description": (
        lambda n: asking("radio_buttons", options=[option(description=plain("x" * n))]),
        75,
    ),
    "groups": (lambda n: grouped(groups=n), 100),
    "options of a group": (lambda n: grouped(options=n), 100),
    "a group's label": (lambda n: grouped(label=n), 75),
    "radio buttons": (lambda n: asking("radio_buttons", options=[option()] * n), 10),
    "options of a multi-select": (
        lambda n: asking("multi_static_select", options=[option()] * n),
        100,
    ),
    "initial_value": (lambda n: asking("plain_text_input", initial_value="x" * n), 3000),
    "min_length": (lambda n: asking("plain_text_input", min_length=n), 3000),
    "files of an input": (lambda n: asking("file_input", max_files=n), 10),
    "a time's hours": (lambda n: asking("timepicker", initial_time=f"{n}:59"), 23),
    "a datetime's seconds": (lambda n: asking("datetimepicker", initial_date_time=n), 10**10 - 1),
}


@pytest.mark.parametrize("what", IN_A_VIEW)
def test_a_view_takes_so_much_and_not_one_more(what: str) -> None:
    made, most = IN_A_VIEW[what]
    assert problems_in_view(made(most)) == []
    assert problems_in_view(made(most + 1))


def table(rows: int = 1, cells: int = 1, settings: int = 0) -> Block:
    return {"type": "table", "rows": [[CELL] * cells] * rows, "column_settings": [{}] * settings}


def data_table(rows: int = 2, cells: int = 1, **more: Any) -> Block:
    return {"type": "data_table", "caption": "Deals", "rows": [[CELL] * cells] * rows, **more}


def video(**more: Any) -> Block:
    address = "https://a.example/v"
    return {
        "type": "video",
        "alt_text": "x",
        "title": plain(),
        "thumbnail_url": address,
        "video_url": address,
        **more,
    }


IN_A_MESSAGE: dict[str, tuple[Callable[[int], Block], int]] = {
    "icons": (lambda n: {"type": "context_actions", "elements": [{"type": "icon_button"}] * n}, 5),
    "markdown": (lambda n: {"type": "markdown", "text": "x" * n}, 12_000),
    "a table's rows": (lambda n: table(rows=n), 100),
    "a table's cells": (lambda n: table(cells=n), 20),
    "a table's columns set": (lambda n: table(settings=n), 20),
    "a data table's rows": (lambda n: data_table(rows=n + 1), 100),
    "a data table's columns": (lambda n: data_table(cells=n), 20),
    "a data table's page": (lambda n: data_table(page_size=n), 100),
    "a card's title": (lambda n: {"type": "card", "title": plain("x" * n)}, 150),
    "a card's subtitle": (lambda n: {"type": "card", "subtitle": plain("x" * n)}, 150),
    "a card's body": (lambda n: {"type": "card", "body": plain("x" * n)}, 200),
    "cards": (
        lambda n: {"type": "carousel", "elements": [{"type": "card", "body": plain()}] * n},
        10,
    ),
    "a video's title": (lambda n: video(title=plain("x" * n)), 199),
    "a video's author": (lambda n: video(author_name="x" * n), 49),
}


@pytest.mark.parametrize("what", IN_A_MESSAGE)
def test_a_message_takes_so_much_and_not_one_more(what: str) -> None:
    made, most = IN_A_MESSAGE[what]
    assert problems_in_blocks([made(most)], "message") == []
    assert problems_in_blocks([made(most + 1)], "message")


@pytest.mark.parametrize(
    ("fits", "too_much"),
    [
        ({"text": "x" * 40_000}, {"text": "x" * 40_001}),
        ({"markdown_text": "x" * 12_000}, {"markdown_text": "x" * 12_001}),
        ({"text": "x", "attachments": [{}] * 100}, {"text": "x", "attachments": [{}] * 101}),
        ({"markdown_text": "x"}, {"markdown_text": "x", "text": "y"}),
        ({"markdown_text": "x"}, {"markdown_text": "x", "blocks": [{"type": "divider"}]}),
        ({"blocks": [table()]}, {"blocks": [table(), table()]}),
        (
            {"blocks": [{"type": "markdown", "text": "x" * 6000}] * 2},
            {"blocks": [{"type": "markdown", "text": "x" * 6001}] * 2},
        ),
    ],
)
def test_a_whole_message_has_limits_too(fits: Block, too_much: Block) -> None:
    assert problems_in_message(fits) == []
    assert problems_in_message(too_much)


# What is right, and what is nearly the same and wrong.
NEARLY: dict[str, tuple[Block, Block]] = {
    "at least one may be selected": (
        asking("multi_external_select", max_selected_items=1),
        asking("multi_external_select", max_selected_items=0),
    ),
    "a lookup may begin at once, not before": (
        asking("external_select", min_query_length=0),
        asking("external_select", min_query_length=-1),
    ),
    "a lookup's first option is a whole one": (
        asking("external_select", initial_option=option()),
        asking("external_select", initial_option={"value": "visit"}),
    ),
    "the first option is one of them, its description too": (
        asking("static_select", options=[option(description=plain())], initial_option=option(
            description=plain())),
        asking("static_select", options=[option(description=plain())], initial_option=option()),
    ),
    "all the first options are": (
        asking("checkboxes", options=[option("a"), option("b")], initial_options=[option("b")]),
        asking("checkboxes", options=[option("a")], initial_options=[option("a"), option("b")]),
    ),
    "options or groups": (
        asking("static_select", options=[option()]),
        asking("static_select", options=[option()], option_groups=[]),
    ),
    "marked-up options only beside boxes": (
        asking("checkboxes", options=[option(text={"type": "mrkdwn", "text": "*x*"})]),
        asking("multi_static_select", options=[option(text={"type": "mrkdwn", "text": "*x*"})]),
    ),
    "kinds of conversations": (
        asking("conversations_select", filter={"include": ["im", "private", "public"]}),
        asking("conversations_select", filter={"include": ["dm"]}),
    ),
    "a number says whether it has decimals": (
        asking("number_input", is_decimal_allowed=False),
        asking("number_input"),
    ),
    "a number's bounds are strings": (
        asking("number_input", is_decimal_allowed=False, min_value="1", max_value="20"),
        asking("number_input", is_decimal_allowed=False, min_value=1),
    ),
    "a number's first value is a string": (
        asking("number_input", is_decimal_allowed=False, initial_value="3"),
        asking("number_input", is_decimal_allowed=False, initial_value=3),
    ),
    "a datetime has ten digits": (
        asking("datetimepicker", initial_date_time=10**9),
        asking("datetimepicker", initial_date_time=10**9 - 1),
    ),
    "a datetime is no accessory": (
        modal({"type": "actions", "elements": [{"type": "datetimepicker"}]}),
        modal(section(accessory={"type": "datetimepicker"})),
    ),
    "a multi-select is an accessory, no action": (
        modal(section(accessory={"type": "multi_static_select", "options": [option()]})),
        modal({"type": "actions", "elements": [
            {"type": "multi_static_select", "options": [option()]}]}),
    ),
    "one accessory": (
        modal(section(accessory=image())),
        modal(section(accessory=[image()])),
    ),
    "Enter and characters are told": (
        asking("plain_text_input", dispatch_action_config={
            "trigger_actions_on": ["on_enter_pressed", "on_character_entered"]}),
        asking("plain_text_input", dispatch_action_config={
            "trigger_actions_on": ["on_blur"]}),
    ),
    "a length that can be": (
        asking("plain_text_input", min_length=3, max_length=3),
        asking("plain_text_input", min_length=4, max_length=3),
    ),
    "a button's style": (pressing(style="danger"), pressing(style="warning")),
    "a button's words are plain": (
        pressing(text=plain("*x*")),
        pressing(text={"type": "mrkdwn", "text": "*x*"}),
    ),
    "a label is plain": (
        asking("plain_text_input"),
        modal({"type": "input", "label": {"type": "mrkdwn", "text": "x"},
               "element": {"type": "plain_text_input"}}),
    ),
    "verbatim is for mrkdwn": (
        modal(section(text={"type": "mrkdwn", "text": "x", "verbatim": True})),
        modal(section(text={"type": "plain_text", "text": "x", "verbatim": True})),
    ),
    "a picture has a description": (modal(image()), modal(image(alt_text=None))),
    "one picture, not two": (
        modal(image()),
        modal(image(slack_file={"id": "F1"})),
    ),
    "an alert's level": (
        modal({"type": "alert", "text": plain(), "level": "warning"}),
        modal({"type": "alert", "text": plain(), "level": "loud"}),
    ),
    "private_metadata is a string": (
        modal(private_metadata="{}"),
        modal(private_metadata={}),
    ),
    "a view's title is there": (modal(), {"type": "modal", "blocks": []}),
    "a form is sent by a button": (
        asking("datepicker"),
        asking("datepicker") | {"submit": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NEARLY)
def test_what_is_nearly_right_is_refused(what: str) -> None:
    right, wrong = NEARLY[what]
    assert problems_in_view(right) == []
    assert problems_in_view(wrong)


WHERE = {
    "markdown": ({"type": "markdown", "text": "x"}, {"message"}),
    "table": (table(), {"message"}),
    "data_table": (data_table(), {"message"}),
    "card": ({"type": "card", "body": plain()}, {"message"}),
    "context_actions": (
        {"type": "context_actions", "elements": [{"type": "icon_button"}]},
        {"message"},
    ),
    "alert": ({"type": "alert", "text": plain()}, {"modal"}),
    "file_input": (
        {"type": "input", "label": plain(), "element": {"type": "file_input"}},
        {"modal"},
    ),
    "section": (section(), {"message", "modal", "home"}),
    "header": ({"type": "header", "text": plain()}, {"message", "modal", "home"}),
}


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
@pytest.mark.parametrize("what", WHERE)
def test_a_block_stands_only_where_slack_shows_it(what: str, surface: str) -> None:
    block, places = WHERE[what]
    assert (problems_in_blocks([block], surface) == []) is (surface in places)


@pytest.mark.parametrize(
    "block",
    [
        data_table() | {"caption": None},
        data_table() | {"rows": [[CELL], [CELL, CELL]]},
        data_table(rows=1),
        table() | {"rows": [[{"type": "mrkdwn", "text": "x"}]]},
        video(video_url="http://a.example/v"),
    ],
)
def test_a_table_or_video_that_is_none_is_refused(block: Block) -> None:
    assert problems_in_blocks([block], "message")
