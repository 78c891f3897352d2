"""Block Kit as Slack keeps it: ids and defaults filled in, and what each input holds."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.limits import elements_of

Block = dict[str, Any]
Values = dict[str, dict[str, dict[str, Any]]]
"""`view.state.values`: block_id, then action_id, then the element's value."""

# Element type: the key of its value in a payload, of its first value in a view, what empty is.
HOLDS: Mapping[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "users_select": ("selected_user", "initial_user", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "", []),
}


def filled_in(blocks: list[Block]) -> list[Block]:
    """A copy with the ids Slack makes up and the defaults it writes out."""
    made = copy.deepcopy(blocks)
    for block in made:
        if not block.get("block_id"):
            block["block_id"] = secrets.token_urlsafe(4)
        if block["type"] == "input":
            block.setdefault("optional", False)
            block.setdefault("dispatch_action", False)
        for element in elements_of(block):
            if element["type"] != "image" and not element.get("action_id"):
                element["action_id"] = secrets.token_urlsafe(4)
        _write_out_texts(block)
    return made


def _write_out_texts(part: Any) -> None:
    if isinstance(part, list):
        for each in part:
            _write_out_texts(each)
    elif isinstance(part, dict):
        if part.get("type") == "plain_text" and isinstance(part.get("text"), str):
            part.setdefault("emoji", True)
        elif part.get("type") == "mrkdwn" and isinstance(part.get("text"), str):
            part.setdefault("verbatim", False)
        for each in part.values():
            _write_out_texts(each)


def plain_text(words: str) -> Block:
    """A plain_text object as Slack writes it out."""
    return {"type": "plain_text", "text": words, "emoji": True}


def inputs_of(blocks: list[Block]) -> Iterator[tuple[Block, Block]]:
    """Every (block, element) that holds a value."""
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in HOLDS:
                yield block, element


def first_values(blocks: list[Block]) -> Values:
    """What the inputs hold before anybody touched them."""
    values: Values = {}
    for block, element in inputs_of(blocks):
        _, first, empty = HOLDS[element["type"]]
        start = element.get(first)
        values.setdefault(block["block_id"], {})[element["action_id"]] = holding(
            element["type"], copy.deepcopy(empty if start is None else start)
        )
    return values


def holding(kind: str, value: Any) -> dict[str, Any]:
    """A value in the shape of `view.state.values`."""
    return {"type": kind, HOLDS[kind][0]: value}


def kept_values(blocks: list[Block], before: Values) -> Values:
    """What the inputs hold after an update: what was typed stays under the same block_id and
    action_id and the same kind of element; all else starts anew."""
    values = first_values(blocks)
    for block_id, actions in values.items():
        for action_id, value in actions.items():
            old = before.get(block_id, {}).get(action_id)
            if old is not None and old["type"] == value["type"]:
                actions[action_id] = old
    return values
